"""Triggers that stand as resources of their own: CloudFormation's, and what SAM functions have beside `Events`."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.policy.values import EventKind as K
from warmgate_ops.doctor.template.names import references_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Trigger
from warmgate_ops.drafting.resources import Resources, entries_at, json_in, plain, text_at
from warmgate_ops.drafting.sam_events import notified, pool_trigger, ruled, scheduled, streamed_table

_SOURCES = {
    "AWS::SQS::Queue": (K.SQS, "queue"),
    "AWS::Kinesis::Stream": (K.KINESIS, "stream"),
    "AWS::DynamoDB::Table": (K.DYNAMODB_STREAM, "table"),
}


def triggers_beside(function: str, resources: Resources) -> Iterator[Trigger]:
    """Yield the triggers of a function, or of an alias of it, that are resources of their own."""
    aliases = resources.of_kind("AWS::Lambda::Alias")
    ids = {function, *(name for name, body in aliases if _refers(body, "FunctionName", function))}
    for read in _READERS:
        yield from read(ids, resources)


def _refers(body: Value, key: str, *ids: str) -> bool:
    return bool(references_of(body.at("Properties", *key.split("."))) & set(ids))


def _urls(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::Lambda::Url"):
        if _refers(body, "TargetFunctionArn", *ids):
            yield route(K.FUNCTION_URL, "GET", "/", f"{name}, a function URL")


def _mappings(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::Lambda::EventSourceMapping"):
        if not _refers(body, "FunctionName", *ids):
            continue
        source = body.at("Properties", "EventSourceArn")
        referred = resources.referred(source)
        kind, field = _SOURCES.get(referred[1].kind if referred else "", (None, ""))
        if kind is K.DYNAMODB_STREAM:
            yield streamed_table(source, resources, name)
        elif kind is not None:
            found = resources.name(source)
            yield Trigger(kind=kind, fields={field: found}, says=f"{name}, the {field} {found}")
        else:
            yield Trigger(kind=None, says=f"{name}, an event source that the template does not name")


def _http_routes(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    ours = {
        name: text_at(body, "Properties", "PayloadFormatVersion")
        for name, body in resources.of_kind("AWS::ApiGatewayV2::Integration")
        if _refers(body, "IntegrationUri", *ids)
    }
    for name, body in resources.of_kind("AWS::ApiGatewayV2::Route"):
        for integration in sorted(references_of(body.at("Properties", "Target")) & ours.keys()):
            method, _, path = text_at(body, "Properties", "RouteKey").rpartition(" ")
            kind = K.REST_API if ours[integration] == "1.0" else K.HTTP_API
            yield route(kind, method, path, f"{name}, an HTTP API")


def _rest_methods(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::ApiGateway::Method"):
        if _refers(body, "Integration.Uri", *ids):
            path = _path(body.at("Properties", "ResourceId"), resources)
            yield route(K.REST_API, text_at(body, "Properties", "HttpMethod"), path, f"{name}, a REST API")


def _path(resource: Value | None, resources: Resources, depth: int = 20) -> str:
    referred = resources.referred(resource)
    if referred is None or referred[1].kind != "AWS::ApiGateway::Resource" or not depth:
        return "/"
    above = _path(referred[1].at("Properties", "ParentId"), resources, depth - 1)
    return f"{above.rstrip('/')}/{text_at(referred[1], 'Properties', 'PathPart')}"


def _load_balancers(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::ElasticLoadBalancingV2::TargetGroup"):
        targets = entries_at(body, "Properties", "Targets")
        if any(references_of(each.get("Id")) & ids for each in targets):
            yield route(K.ALB, "GET", "/", f"{name}, a target group of a load balancer")


def _subscriptions(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::SNS::Subscription"):
        if _refers(body, "Endpoint", *ids):
            topic = resources.name(body.at("Properties", "TopicArn"))
            yield Trigger(kind=K.SNS, fields={"topic": topic} if topic else {}, says=f"{name}, the topic {topic}")


def _rules(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::Events::Rule"):
        for target in entries_at(body, "Properties", "Targets"):
            if not references_of(target.get("Arn")) & ids:
                continue
            pattern = body.at("Properties", "EventPattern")
            given = json_in(target.get("Input"))
            yield ruled(plain(pattern), given, name) if pattern else scheduled(given, f"{name}, a schedule")


def _buckets(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::S3::Bucket"):
        for each in entries_at(body, "Properties", "NotificationConfiguration", "LambdaConfigurations"):
            if references_of(each.get("Function")) & ids:
                bucket = text_at(body, "Properties", "BucketName") or name
                rules = entries_at(each, "Filter", "S3Key", "Rules")
                pairs = [(text_at(rule, "Name"), text_at(rule, "Value")) for rule in rules]
                yield notified(bucket, [text_at(each, "Event")], pairs, name)


def _user_pools(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    for name, body in resources.of_kind("AWS::Cognito::UserPool"):
        config = body.at("Properties", "LambdaConfig")
        for trigger, value in config.items() if config else ():
            if references_of(value) & ids:
                yield pool_trigger(trigger, name)


def _fields(ids: set[str], resources: Resources) -> Iterator[Trigger]:
    ours = {
        name: text_at(body, "Properties", "Name")
        for name, body in resources.of_kind("AWS::AppSync::DataSource")
        if _refers(body, "LambdaConfig.LambdaFunctionArn", *ids)
    }
    for name, body in resources.of_kind("AWS::AppSync::Resolver"):
        source = body.at("Properties", "DataSourceName")
        if references_of(source) & ours.keys() or text_at(source) in {*ours.values()} - {""}:
            kind, field = text_at(body, "Properties", "TypeName"), text_at(body, "Properties", "FieldName")
            fields = {"type": kind, "field": field}
            yield Trigger(kind=K.APPSYNC, fields=fields, says=f"{name}, the field {kind}.{field}")


_READERS = (
    *(_urls, _mappings, _http_routes, _rest_methods, _load_balancers),
    *(_subscriptions, _rules, _buckets, _user_pools, _fields),
)
