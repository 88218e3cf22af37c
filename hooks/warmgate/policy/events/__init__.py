"""Renders the events that AWS sends to a function, with a probe's fields in them. Pure, and imported where one is."""

from __future__ import annotations

from typing import Any

from warmgate.policy.events import messages, notices, requests
from warmgate.policy.values import Event
from warmgate.policy.values import EventKind as K

RENDERERS = {
    K.HTTP_API: requests.http_api,
    K.REST_API: requests.rest_api,
    K.FUNCTION_URL: requests.function_url,
    K.ALB: requests.load_balancer,
    K.SQS: messages.sqs,
    K.SNS: messages.sns,
    K.KINESIS: messages.kinesis,
    K.DYNAMODB_STREAM: messages.dynamodb_stream,
    K.S3: notices.s3,
    K.EVENTBRIDGE: notices.eventbridge,
    K.SCHEDULE: notices.schedule,
    K.COGNITO: notices.cognito,
    K.APPSYNC: notices.appsync,
}


def render_event(event: Event) -> dict[str, Any]:
    """Return the JSON object that the function gets."""
    rendered: dict[str, Any] = merged(RENDERERS[event.kind](event.fields), event.fields.get("with", {}))
    return rendered


def merged(into: Any, more: Any) -> Any:
    """Return a JSON value with another merged into it: objects key by key, lists of objects entry by entry."""
    if isinstance(into, dict) and isinstance(more, dict):
        return {**into, **{key: merged(into[key], value) if key in into else value for key, value in more.items()}}
    if _are_objects(into) and _are_objects(more):
        both = [merged(old, new) for old, new in zip(into, more, strict=False)]
        return [*both, *into[len(both) :], *more[len(both) :]]
    return more


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)
