"""Requests are named as IAM names them; the requests here are built and signed by the SDK itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from botocore.config import Config

from warmgate_ops.rehearsal.cloud.api_calls import ApiCall, SignedRequest, call_of

ACCOUNT = "123456789012"
GROUPS = {"d-ABCDEFGHI": "shop/checkout"}
START = f"arn:aws:{{}}:us-east-1:{ACCOUNT}:"


class NotSentError(Exception):
    """Ends a call where it would go out to the network."""


def request_of(service: str, operation: str, **parameters: Any) -> SignedRequest:
    """Return the request that the SDK would send."""
    sent: list[Any] = []

    def keep(request: Any, **_: Any) -> None:
        sent.append(request)
        raise NotSentError

    client = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="CodeDeployHook_warmgate-before",
        aws_secret_access_key="none",
        config=Config(s3={"addressing_style": "path"}),
    )
    client.meta.events.register("before-send", keep)
    with pytest.raises(NotSentError):
        getattr(client, operation)(**parameters)
    request, headers = sent[0], {key.lower(): _text(value) for key, value in sent[0].headers.items()}
    url, body = urlsplit(request.url), request.body or b""
    return SignedRequest(
        authorization=headers["authorization"],
        method=request.method,
        path=url.path,
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        target=headers.get("x-amz-target", ""),
        body=body if isinstance(body, bytes) else body.read() if hasattr(body, "read") else str(body).encode(),
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


WEEK = {"StartTime": 0, "EndTime": 60}
DEPLOYMENT = {"deploymentId": "d-ABCDEFGHI"}
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:checkout"
QUERY = {"Id": "q", "Expression": "1"}
CASES = [
    ("lambda", "invoke", {"FunctionName": "checkout", "Qualifier": "7"}, "InvokeFunction", "function:checkout:7"),
    ("lambda", "invoke", {"FunctionName": ARN, "Qualifier": "7"}, "InvokeFunction", "function:checkout:7"),
    (
        *("lambda", "get_function_configuration", {"FunctionName": "checkout", "Qualifier": "7"}),
        *("GetFunctionConfiguration", "function:checkout:7"),
    ),
    ("lambda", "get_function_concurrency", {"FunctionName": "checkout"}, "GetFunctionConcurrency", "function:checkout"),
    (
        *("lambda", "get_provisioned_concurrency_config", {"FunctionName": "checkout", "Qualifier": "7"}),
        *("GetProvisionedConcurrencyConfig", "function:checkout:7"),
    ),
    (
        *("lambda", "delete_provisioned_concurrency_config", {"FunctionName": "checkout", "Qualifier": "7"}),
        *("DeleteProvisionedConcurrencyConfig", "function:checkout:7"),
    ),
    ("lambda", "get_alias", {"FunctionName": "checkout", "Name": "live"}, "GetAlias", "function:checkout"),
    ("lambda", "list_tags", {"Resource": ARN}, "ListTags", "function:checkout"),
    ("lambda", "get_account_settings", {}, "GetAccountSettings", "*"),
    ("codedeploy", "get_deployment", DEPLOYMENT, "GetDeployment", "deploymentgroup:shop/checkout"),
    (
        *("codedeploy", "put_lifecycle_event_hook_execution_status", {**DEPLOYMENT, "status": "Failed"}),
        *("PutLifecycleEventHookExecutionStatus", "deploymentgroup:shop/checkout"),
    ),
    (
        *("codedeploy", "batch_get_deployments", {"deploymentIds": ["d-ABCDEFGHI"]}),
        *("BatchGetDeployments", "deploymentgroup:shop/checkout"),
    ),
    (
        *("lambda", "update_alias", {"FunctionName": "checkout", "Name": "live", "FunctionVersion": "6"}),
        *("UpdateAlias", "function:checkout"),
    ),
    ("codedeploy", "list_deployment_targets", DEPLOYMENT, "ListDeploymentTargets", "*"),
    ("codedeploy", "stop_deployment", DEPLOYMENT, "StopDeployment", "*"),
    (
        *("codedeploy", "create_deployment", {"applicationName": "shop", "deploymentGroupName": "checkout"}),
        *("CreateDeployment", "deploymentgroup:shop/checkout"),
    ),
    (
        *("codedeploy", "get_application_revision", {"applicationName": "shop", "revision": {}}),
        *("GetApplicationRevision", "application:shop"),
    ),
    (
        *("codedeploy", "get_deployment_config", {"deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce"}),
        *("GetDeploymentConfig", "deploymentconfig:CodeDeployDefault.LambdaAllAtOnce"),
    ),
    ("logs", "filter_log_events", {"logGroupName": "/aws/lambda/a"}, "FilterLogEvents", "log-group:/aws/lambda/a:*"),
    ("logs", "get_query_results", {"queryId": "1"}, "GetQueryResults", "*"),
    ("cloudwatch", "get_metric_data", {"MetricDataQueries": [QUERY], **WEEK}, "GetMetricData", "*"),
    ("cloudwatch", "describe_alarms", {"AlarmNames": ["a"]}, "DescribeAlarms", "alarm:any"),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {}}, "PutItem", "table/t"),
    ("events", "put_events", {"Entries": [{"Source": "warmgate"}]}, "PutEvents", "event-bus/default"),
    ("ssm", "get_parameter", {"Name": "/warmgate/a"}, "GetParameter", "parameter/warmgate/a"),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "action", "name"), CASES)
def test_a_request_is_named_as_iam_names_it(
    service: str, operation: str, parameters: dict[str, Any], action: str, name: str
) -> None:
    """Principal, action and ARN come out of what the SDK sends."""
    found = call_of(request_of(service, operation, **parameters), ACCOUNT, lambda deployment: GROUPS[deployment])

    resource = name if name == "*" else START.format(service) + name
    assert found == ApiCall("CodeDeployHook_warmgate-before", f"{service}:{action}", resource)


def test_objects_and_topics_have_arns_of_their_own() -> None:
    """An object's ARN has no account, a topic's is sent whole."""
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:warmgate"
    put = call_of(request_of("s3", "put_object", Bucket="b", Key="reports/d/report.json", Body=b"{}"), ACCOUNT, str)
    reported = call_of(request_of("sns", "publish", TopicArn=topic, Message="m"), ACCOUNT, str)

    assert put is not None
    assert reported is not None
    assert (put.action, put.resource) == ("s3:PutObject", "arn:aws:s3:::b/reports/d/report.json")
    assert (reported.action, reported.resource) == ("sns:Publish", topic)


def test_what_nobody_signed_is_no_call() -> None:
    """A request without a signature is not anybody's."""
    assert call_of(SignedRequest(authorization="", method="GET", path="/"), ACCOUNT, str) is None


def test_what_is_not_known_is_still_told() -> None:
    """An operation without a rule is named by what can be seen, on every resource, so that no grant hides it."""
    scope = "Credential=someone/20260101/us-east-1/athena/aws4_request"
    request = SignedRequest(authorization=scope, method="POST", path="/", target="AmazonAthena.StartQueryExecution")

    assert call_of(request, ACCOUNT, str) == ApiCall("someone", "athena:StartQueryExecution", "*")
