"""What calls a function, by a template's own words: SAM's events, CloudFormation's resources."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate.errors import DocumentError, SettingsError
from warmgate_ops.drafting.known import Known
from warmgate_ops.drafting.template import known_in

SAM = "Resources:\n  Own:\n    Type: AWS::Serverless::Function\n    Properties:\n"
TABLE = "{Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: pk, KeyType: HASH}]}}"


def known(text: str, resource: str = "") -> Known:
    """Return what a template says."""
    return known_in(text, "t.yaml", resource)


def called_by(event: str, more: str = "") -> tuple[str | None, dict[str, Any]]:
    """Return kind and fields of a SAM function's only event."""
    (trigger,) = known(f"{SAM}      Events: {{E: {event}}}\n{more}").triggers
    return trigger.kind, dict(trigger.fields)


@pytest.mark.parametrize(
    ("event", "kind", "fields"),
    [
        (
            '{Type: Api, Properties: {Method: get, Path: "/o/{id}"}}',
            "rest-api",
            {"method": "GET", "path": "/o/1", "route": "/o/{id}"},
        ),
        ("{Type: HttpApi, Properties: {Method: POST, Path: /o}}", "http-api", {"method": "POST", "path": "/o"}),
        ("{Type: HttpApi}", "http-api", {"method": "GET", "path": "/"}),
        (
            '{Type: HttpApi, Properties: {Path: /o, Method: ANY, PayloadFormatVersion: "1.0"}}',
            "rest-api",
            {"method": "GET", "path": "/o"},
        ),
        ("{Type: SQS, Properties: {Queue: !GetAtt Paid.Arn}}", "sqs", {"queue": "Paid"}),
        ("{Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:123456789012:paid'}}", "sqs", {"queue": "paid"}),
        ("{Type: SNS, Properties: {Topic: !Ref Paid}}", "sns", {"topic": "Paid"}),
        ("{Type: Kinesis, Properties: {Stream: !GetAtt Paid.Arn}}", "kinesis", {"stream": "Paid"}),
        (
            (
                "{Type: S3, Properties: {Bucket: !Ref Paid, Events: 's3:ObjectRemoved:*', Filter: {S3Key: {Rules:"
                " [{Name: suffix, Value: .csv}]}}}}"
            ),
            "s3",
            {"bucket": "Paid", "action": "ObjectRemoved:Delete", "key": "object.csv"},
        ),
        (
            (
                "{Type: EventBridgeRule, Properties: {Pattern: {source: [shop], detail-type: [Paid], detail: {order: {"
                "kind: [new]}, total: [{numeric: ['>', 1]}]}}}}"
            ),
            "eventbridge",
            {"source": "shop", "detail-type": "Paid", "detail": {"order": {"kind": "new"}}},
        ),
        ("{Type: Schedule, Properties: {Schedule: rate(1 day)}}", "schedule", {}),
        ("{Type: ScheduleV2}", "schedule", {"with": {"source": "aws.scheduler", "detail": "{}"}}),
        (
            "{Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn}}",
            "dynamodb-stream",
            {"table": "Table", "records": [{"pk": "1"}]},
        ),
        (
            "{Type: Cognito, Properties: {Trigger: PreTokenGeneration}}",
            "cognito",
            {"trigger": "TokenGeneration_Authentication"},
        ),
        ("{Type: MSK}", None, {}),
    ],
)
def test_each_event_of_sam_is_a_trigger(event: str, kind: str | None, fields: dict[str, Any]) -> None:
    """With what the template says of it."""
    more = f"  Paid: {{Type: AWS::SQS::Queue}}\n  Table: {TABLE}\n"
    assert called_by(event, more) == (kind, fields)


@pytest.mark.parametrize("kind", ["Schedule", "ScheduleV2", "EventBridgeRule"])
def test_an_input_is_the_payload(kind: str) -> None:
    """A schedule with an input sends that and no event."""
    (trigger,) = known(
        f"{SAM}      Events: {{E: {{Type: {kind}, Properties: {{Input: '{{\"job\": 1}}'}}}}}}\n"
    ).triggers
    assert (trigger.kind, trigger.payload) == (None, {"job": 1})


MAPPING = "AWS::Lambda::EventSourceMapping"
BESIDE = {
    "Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Own}}": ("function-url", {"path": "/"}),
    f"M: {{Type: {MAPPING}, Properties: {{FunctionName: !Ref Live, EventSourceArn: !GetAtt Q.Arn}}}}": (
        "sqs",
        {"queue": "Q"},
    ),
    f"M: {{Type: {MAPPING}, Properties: {{FunctionName: !Ref Own, EventSourceArn: !GetAtt T.Arn}}}}": (
        "dynamodb-stream",
        {"table": "T"},
    ),
    "R: {Type: AWS::ApiGatewayV2::Route, Properties: {RouteKey: 'GET /a', Target: !Sub 'integrations/${I}'}}\n"
    "  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt Own.Arn}}": (
        "http-api",
        {"path": "/a"},
    ),
    "G: {Type: AWS::ApiGateway::Method, Properties: {HttpMethod: GET, ResourceId: !Ref B, Integration: {Uri: !Sub"
    " 'arn:x:${Own.Arn}/invocations'}}}\n"
    "  A: {Type: AWS::ApiGateway::Resource, Properties: {PathPart: a, ParentId: !GetAtt Api.RootResourceId}}\n"
    "  B: {Type: AWS::ApiGateway::Resource, Properties: {PathPart: b, ParentId: !Ref A}}": (
        "rest-api",
        {"path": "/a/b"},
    ),
    "G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Targets: [{Id: !GetAtt Own.Arn}]}}": (
        "alb",
        {"path": "/"},
    ),
    "S: {Type: AWS::SNS::Subscription, Properties: {Endpoint: !GetAtt Own.Arn, TopicArn: !Ref Paid}}\n"
    "  Paid: {Type: AWS::SNS::Topic}": ("sns", {"topic": "Paid"}),
    "E: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Own}]}}": (
        "schedule",
        {},
    ),
    "E: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [shop]}, Targets: [{Arn: !GetAtt Own.Arn}]}}": (
        "eventbridge",
        {"source": "shop"},
    ),
    "U: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event:"
    " 's3:ObjectCreated:*', Function: !GetAtt Own.Arn}]}}}": ("s3", {"bucket": "U", "key": "object"}),
    "U: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: !GetAtt Own.Arn}}}": (
        "cognito",
        {"trigger": "PreSignUp_SignUp"},
    ),
    "D: {Type: AWS::AppSync::DataSource, Properties: {Name: d, LambdaConfig: {LambdaFunctionArn: !GetAtt Own.Arn}}}\n"
    "  F: {Type: AWS::AppSync::Resolver, Properties: {TypeName: Query, FieldName: order, DataSourceName: d}}": (
        "appsync",
        {"type": "Query", "field": "order"},
    ),
}
"""Resources beside a function, and what they make of its triggers."""


@pytest.mark.parametrize("resources", BESIDE)
def test_each_resource_that_calls_the_function_is_a_trigger(resources: str) -> None:
    """By what refers to the function or its alias; another function's are not its own."""
    text = (
        "Resources:\n  Own: {Type: AWS::Lambda::Function}\n  Other: {Type: AWS::Lambda::Function}\n"
        "  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Own, Name: live}}\n"
        f"  Q: {{Type: AWS::SQS::Queue}}\n  T: {TABLE}\n  {resources}\n"
    )
    kind, fields = BESIDE[resources]
    (trigger,) = known(text, "Own").triggers

    assert trigger.kind == kind
    assert fields.items() <= trigger.fields.items()
    assert known(text, "Other").triggers == ()
    assert known(text, "Own").alias == "live"


def test_timeout_memory_alias_and_name_are_read() -> None:
    """SAM's Globals and the defaults of parameters count; what the deployment decides is a note."""
    text = (
        "Parameters: {Memory: {Type: Number, Default: 512}, Wait: {Type: Number}}\n"
        "Globals: {Function: {Timeout: !Ref Wait, AutoPublishAlias: live}}\n"
        f"{SAM}      FunctionName: orders\n      MemorySize: !Ref Memory\n      Runtime: java21\n"
    )
    found = known(text)

    assert (found.name, found.function, found.alias, found.runtime) == ("orders", "orders", "live", "java21")
    assert (found.memory_mb, found.timeout_s) == (512, 3)
    assert found.notes == ("Timeout is decided by the deployment: 3 is taken here",)


def test_a_hook_is_not_what_is_released() -> None:
    """The one function that no release calls is meant, and of several one is named."""
    hooked = (
        f"{SAM}      DeploymentPreference: {{Type: AllAtOnce, Hooks: {{PreTraffic: !Ref Hook}}}}\n"
        "  Hook: {Type: AWS::Serverless::Function}\n"
    )
    assert known(hooked).name == "Own"
    with pytest.raises(SettingsError, match=r"t\.yaml: found 2 functions, expected --resource with one of Own, Two"):
        known(f"{SAM}      Timeout: 3\n  Two: {{Type: AWS::Serverless::Function}}\n")
    with pytest.raises(SettingsError, match="found no function Three"):
        known(f"{SAM}      Timeout: 3\n", "Three")
    with pytest.raises(DocumentError):
        known("Resources: [")
