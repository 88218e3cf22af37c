"""What calls a function in an account: statements of its policy and event source mappings become triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from warmgate_ops.drafting.grants import Asking, trigger_of, trigger_of_mapping

API = "arn:aws:execute-api:eu-west-1:123456789012:a1/*"
HTTP_API = {"get_api": {"ApiId": "a1"}}


def asking(answers: dict[str, Any], notes: list[str]) -> Asking:
    """Return how the account answers: by the name of an operation."""

    class Client:
        def __getattr__(self, operation: str) -> Callable[..., Any]:
            return lambda **_arguments: answers.get(operation)

    return Asking(clients=lambda _service: Client(), look=lambda _action, read: read(), note=notes.append)


def statement(service: str, source: str = "") -> dict[str, Any]:
    """Return a statement that lets a service call a function."""
    condition = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    return {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "x", **condition}


@pytest.mark.parametrize(
    ("granted", "answers", "kind", "fields"),
    [
        (statement("apigateway", f"{API}/GET/items"), HTTP_API, "http-api", {"method": "GET", "path": "/items"}),
        (
            statement("apigateway", f"{API}/POST/a/*"),
            HTTP_API,
            "http-api",
            {"method": "POST", "path": "/a/1", "route": "/a/{p1}"},
        ),
        (statement("apigateway", f"{API}/$default"), HTTP_API, "http-api", {"method": "GET", "path": "/"}),
        (
            statement("apigateway", f"{API}/GET/items"),
            {"get_rest_api": {"id": "a1"}},
            "rest-api",
            {"method": "GET", "path": "/items"},
        ),
        (statement("sns", "arn:aws:sns:eu-west-1:123456789012:paid"), {}, "sns", {"topic": "paid"}),
        (statement("s3", "arn:aws:s3:::scans"), {}, "s3", {"bucket": "scans"}),
        (
            statement("events", "arn:aws:events:eu-west-1:123456789012:rule/nightly"),
            {"describe_rule": {"ScheduleExpression": "rate(1 day)"}},
            "schedule",
            {},
        ),
        (
            statement("events", "arn:aws:events:eu-west-1:123456789012:rule/bus/paid"),
            {"describe_rule": {"EventPattern": '{"source": ["shop"]}'}},
            "eventbridge",
            {"source": "shop"},
        ),
        (
            statement("cognito-idp", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/p"),
            {},
            "cognito",
            {"trigger": "PreSignUp_SignUp"},
        ),
        (statement("elasticloadbalancing"), {}, "alb", {"method": "GET", "path": "/"}),
        ({"Principal": "*", "Action": "lambda:InvokeFunctionUrl"}, {}, "function-url", {"method": "GET", "path": "/"}),
    ],
)
def test_each_service_that_may_call_is_a_trigger(
    granted: dict[str, Any], answers: dict[str, Any], kind: str, fields: dict[str, Any]
) -> None:
    """With what its ARN says; a rule and an API are asked about."""
    trigger = trigger_of(granted, asking(answers, []))

    assert trigger is not None
    assert (trigger.kind, dict(trigger.fields)) == (kind, fields)


def test_a_star_is_a_parameter_without_a_name() -> None:
    """SAM writes `/items/*` for `/items/{id}`, and `/*` for `/{proxy+}`."""
    notes: list[str] = []
    one = trigger_of(statement("apigateway", f"{API}/GET/items/*"), asking(HTTP_API, notes))
    whole = trigger_of(statement("apigateway", f"{API}/GET/*"), asking(HTTP_API, notes))

    assert one is not None
    assert whole is not None
    assert (one.fields["path"], one.fields["route"]) == ("/items/1", "/items/{p1}")
    assert (whole.fields["path"], whole.fields["route"]) == ("/index", "/{proxy+}")
    assert notes == ["how the parameters of GET /items/* are called: correct its route"]


def test_what_cannot_be_told_is_a_note() -> None:
    """Neither kind of API could be read."""
    notes: list[str] = []
    trigger = trigger_of(statement("apigateway", f"{API}/GET/items"), asking({}, notes))

    assert trigger is not None
    assert notes == ["whether the API a1 is an HTTP or a REST API: http-api is taken here"]


@pytest.mark.parametrize("granted", [{}, statement("lex"), {"Principal": {"AWS": "123456789012"}}])
def test_what_sends_no_known_event_is_no_trigger(granted: dict[str, Any]) -> None:
    """Accounts and other services."""
    assert trigger_of(granted, asking({}, [])) is None


@pytest.mark.parametrize(
    ("arn", "kind", "fields"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:paid", "sqs", {"queue": "paid"}),
        ("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", "kinesis", {"stream": "clicks"}),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
            "dynamodb-stream",
            {"table": "orders", "records": [{"id": "1"}]},
        ),
        ("arn:aws:kafka:eu-west-1:123456789012:cluster/x", None, {}),
    ],
)
def test_a_mapping_is_a_trigger_by_its_source(arn: str, kind: str | None, fields: dict[str, Any]) -> None:
    """The name stands in the ARN."""
    trigger = trigger_of_mapping(arn)

    assert trigger is not None
    assert (trigger.kind, dict(trigger.fields)) == (kind, fields)
    assert trigger_of_mapping("") is None
