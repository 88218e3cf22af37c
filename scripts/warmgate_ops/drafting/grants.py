"""Who may call a function, by the statements of its resource policy and its event source mappings, as triggers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from warmgate.policy.values import EventKind as K
from warmgate_ops.doctor.gathering.looking import Clients
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Trigger
from warmgate_ops.drafting.sam_events import ITEM, ruled, scheduled

_MAPPED = {"sqs": (K.SQS, "queue"), "kinesis": (K.KINESIS, "stream"), "dynamodb": (K.DYNAMODB_STREAM, "table")}
_ARN_PARTS = 6
_ALL = "/*"


@dataclass(frozen=True, slots=True)
class Asking:
    """How more is asked about what calls a function."""

    clients: Clients
    look: Callable[[str, Callable[[], Any]], Any]
    note: Callable[[str], None]


def trigger_of_mapping(arn: str) -> Trigger | None:
    """Return the trigger of an event source mapping."""
    _, service, resource = _parts(arn)
    if service not in _MAPPED:
        return Trigger(kind=None, says=f"the event source {arn}") if arn else None
    kind, field = _MAPPED[service]
    name = resource.removeprefix("table/").removeprefix("stream/").partition("/")[0]
    fields: dict[str, Any] = {field: name}
    if kind is K.DYNAMODB_STREAM:
        fields["records"] = [ITEM]
    return Trigger(kind=kind, fields=fields, says=f"the {field} {name}")


def trigger_of(statement: dict[str, Any], asking: Asking) -> Trigger | None:
    """Return the trigger that a statement lets call the function; None where it is no service."""
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    source = _source(statement)
    if statement.get("Action") == "lambda:InvokeFunctionUrl":
        return route(K.FUNCTION_URL, "GET", "/", "the function URL")
    reader = _READERS.get(str(service))
    return reader(source, asking) if reader else None


def _source(statement: dict[str, Any]) -> str:
    conditions = statement.get("Condition")
    for test in conditions.values() if isinstance(conditions, dict) else ():
        for key, value in test.items() if isinstance(test, dict) else ():
            if key.lower() == "aws:sourcearn":
                return str(value[0] if isinstance(value, list) and value else value)
    return ""


def _api(source: str, asking: Asking) -> Trigger:
    _, _, resource = _parts(source)
    api, _, rest = resource.partition("/")
    parts = rest.split("/", 2)
    method, path = (parts[1], f"/{parts[2]}") if len(parts) > 2 else ("ANY", "/")
    kind = _kind_of_api(api, asking)
    if "*" in path and path != _ALL:
        asking.note(f"how the parameters of {method} {path} are called: correct its route")
    return route(kind, method, _with_parameters(path), f"the API {api}")


def _with_parameters(path: str) -> str:
    """Return a path with names for the parameters that a permission has as stars."""
    numbers = count(1)
    return "/{proxy+}" if path == _ALL else re.sub(r"\*", lambda _: f"{{p{next(numbers)}}}", path)


def _kind_of_api(api: str, asking: Asking) -> K:
    if api and asking.look("apigateway:GET", lambda: asking.clients("apigatewayv2").get_api(ApiId=api)):
        return K.HTTP_API
    if api and asking.look("apigateway:GET", lambda: asking.clients("apigateway").get_rest_api(restApiId=api)):
        return K.REST_API
    asking.note(f"whether the API {api or 'that calls it'} is an HTTP or a REST API: http-api is taken here")
    return K.HTTP_API


def _rule(source: str, asking: Asking) -> Trigger:
    name = _parts(source)[2].removeprefix("rule/")
    bus, _, rule = name.rpartition("/")
    where = {"EventBusName": bus} if bus else {}
    found = (
        asking.look("events:DescribeRule", lambda: asking.clients("events").describe_rule(Name=rule, **where))
        if rule and "*" not in rule
        else None
    )
    if found and found.get("ScheduleExpression") and not found.get("EventPattern"):
        return scheduled(None, f"the schedule {rule}")
    try:
        pattern = json.loads((found or {}).get("EventPattern") or "{}")
    except ValueError:
        pattern = {}
    return ruled(pattern, None, f"the rule {rule}".strip())


def _topic(source: str, _asking: Asking) -> Trigger:
    topic = _parts(source)[2]
    return Trigger(kind=K.SNS, fields={"topic": topic} if topic else {}, says=f"the topic {topic}".strip())


def _bucket(source: str, _asking: Asking) -> Trigger:
    bucket = _parts(source)[2]
    fields = {"bucket": bucket} if bucket else {}
    return Trigger(kind=K.S3, fields=fields, says=f"objects of the bucket {bucket}".strip())


def _user_pool(source: str, asking: Asking) -> Trigger:
    pool = _parts(source)[2].removeprefix("userpool/")
    asking.note(f"which trigger of the user pool {pool} calls it: PreSignUp_SignUp is taken here")
    return Trigger(kind=K.COGNITO, fields={"trigger": "PreSignUp_SignUp"}, says=f"the user pool {pool}")


def _load_balancer(source: str, _asking: Asking) -> Trigger:
    return route(K.ALB, "GET", "/", f"the target group {_parts(source)[2]}".strip())


def _parts(arn: str) -> tuple[str, str, str]:
    """Return partition, service and resource of an ARN, empty where it is none."""
    parts = arn.split(":", _ARN_PARTS - 1)
    return (parts[1], parts[2], parts[5]) if len(parts) == _ARN_PARTS else ("", "", "")


_READERS: dict[str, Callable[[str, Asking], Trigger]] = {
    "apigateway.amazonaws.com": _api,
    "events.amazonaws.com": _rule,
    "sns.amazonaws.com": _topic,
    "s3.amazonaws.com": _bucket,
    "cognito-idp.amazonaws.com": _user_pool,
    "elasticloadbalancing.amazonaws.com": _load_balancer,
}
