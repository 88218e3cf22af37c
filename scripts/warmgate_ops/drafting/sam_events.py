"""The `Events` of a SAM function as triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from warmgate.policy.values import EventKind as K
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Trigger
from warmgate_ops.drafting.resources import Resources, entries_at, json_in, plain, text_at

TRIGGER_SOURCES = {
    "PreSignUp": "PreSignUp_SignUp",
    "PostConfirmation": "PostConfirmation_ConfirmSignUp",
    "PreTokenGeneration": "TokenGeneration_Authentication",
    "CustomMessage": "CustomMessage_SignUp",
}
"""Where the name of a user pool's trigger is not followed by `_Authentication`."""
ITEM = {"id": "1"}


def triggers_in(events: Value | None, resources: Resources) -> Iterator[Trigger]:
    """Yield the triggers of a function's `Events`."""
    for name, event in events.items() if events else ():
        kind, properties = text_at(event, "Type"), event.get("Properties")
        reader = _READERS.get(kind)
        if reader is None:
            yield Trigger(kind=None, says=f"{name}, of type {kind or 'unknown'}")
        else:
            yield reader(name, properties, resources)


def _api(name: str, body: Value | None, _resources: Resources) -> Trigger:
    return route(K.REST_API, text_at(body, "Method"), text_at(body, "Path"), f"{name}, a REST API")


def _http_api(name: str, body: Value | None, _resources: Resources) -> Trigger:
    old = text_at(body, "PayloadFormatVersion") == "1.0"
    words = f"{name}, an HTTP API" + (" with payload format 1.0" if old else "")
    return route(K.REST_API if old else K.HTTP_API, text_at(body, "Method"), text_at(body, "Path"), words)


def _named(kind: K, key: str, field: str, what: str) -> Callable[[str, Value | None, Resources], Trigger]:
    def read(name: str, body: Value | None, resources: Resources) -> Trigger:
        found = resources.name(body.get(key) if body else None)
        return Trigger(kind=kind, fields={field: found} if found else {}, says=f"{name}, {what} {found}".rstrip())

    return read


def _s3(name: str, body: Value | None, resources: Resources) -> Trigger:
    bucket = resources.name(body.get("Bucket") if body else None)
    events = [text_at(each) for each in entries_at(body, "Events")]
    rules = entries_at(body, "Filter", "S3Key", "Rules")
    return notified(bucket, events, [(text_at(each, "Name"), text_at(each, "Value")) for each in rules], name)


def notified(bucket: str, events: list[str], rules: list[tuple[str, str]], name: str) -> Trigger:
    """Return the trigger of a bucket's notifications, with a key that its filter lets through."""
    parts = {kind.lower(): text for kind, text in rules}
    fields = {"bucket": bucket} if bucket else {}
    if events and all("ObjectRemoved" in event for event in events):
        fields["action"] = "ObjectRemoved:Delete"
    fields["key"] = f"{parts.get('prefix', '')}object{parts.get('suffix', '')}"
    return Trigger(kind=K.S3, fields=fields, says=f"{name}, objects of the bucket {bucket}")


def _rule(name: str, body: Value | None, _resources: Resources) -> Trigger:
    pattern = body.get("Pattern") if body else None
    return ruled(plain(pattern) if pattern else {}, json_in(body.get("Input") if body else None), name)


def ruled(pattern: Any, given: Any, name: str) -> Trigger:
    """Return the trigger of a rule, with the first event that its pattern lets through; an odd pattern says nothing."""
    pattern = pattern if isinstance(pattern, dict) else {}
    if given is not None:
        return Trigger(kind=None, payload=given, says=f"{name}, an EventBridge rule with an input of its own")
    fields: dict[str, Any] = {}
    for key in ("source", "detail-type"):
        if (first := _first(pattern.get(key))) is not None:
            fields[key] = str(first)
    if isinstance(pattern.get("detail"), dict):
        fields["detail"] = _sample(pattern["detail"])
    return Trigger(kind=K.EVENTBRIDGE, fields=fields, says=f"{name}, an EventBridge rule")


def _sample(pattern: dict[str, Any]) -> dict[str, Any]:
    """Return a detail that a pattern lets through, as far as its values are plain."""
    found = {key: _sample(each) if isinstance(each, dict) else _first(each) for key, each in pattern.items()}
    return {key: value for key, value in found.items() if value is not None}


def _first(values: Any) -> Any:
    first = values[0] if isinstance(values, list) and values else None
    return None if isinstance(first, dict | list) else first


def _schedule(name: str, body: Value | None, _resources: Resources) -> Trigger:
    return scheduled(json_in(body.get("Input") if body else None), f"{name}, a schedule")


def _scheduler(name: str, body: Value | None, _resources: Resources) -> Trigger:
    given = json_in(body.get("Input") if body else None)
    more = {} if given is not None else {"with": {"source": "aws.scheduler", "detail": "{}"}}
    return scheduled(given, f"{name}, an EventBridge Scheduler schedule", **more)


def scheduled(given: Any, says: str, **fields: Any) -> Trigger:
    """Return the trigger of a schedule, which may have an input of its own."""
    return Trigger(kind=K.SCHEDULE if given is None else None, fields=fields, payload=given, says=says)


def _table(name: str, body: Value | None, resources: Resources) -> Trigger:
    return streamed_table(body.get("Stream") if body else None, resources, name)


def streamed_table(stream: Value | None, resources: Resources, name: str) -> Trigger:
    """Return the trigger of a table's stream, with an item that has the table's keys."""
    referred, table = resources.referred(stream), resources.name(stream)
    fields: dict[str, Any] = {"table": table} if table else {}
    if referred:
        types = {
            text_at(each, "AttributeName"): text_at(each, "AttributeType")
            for each in entries_at(referred[1], "Properties", "AttributeDefinitions")
        }
        keys = [text_at(each, "AttributeName") for each in entries_at(referred[1], "Properties", "KeySchema")]
        item = {key: 1 if types.get(key) == "N" else "1" for key in keys if key}
        fields["records"] = [item or ITEM]
    return Trigger(kind=K.DYNAMODB_STREAM, fields=fields, says=f"{name}, the stream of the table {table}")


def _user_pool(name: str, body: Value | None, _resources: Resources) -> Trigger:
    return pool_trigger(text_at(next(iter(entries_at(body, "Trigger")), None)), name)


def pool_trigger(trigger: str, name: str) -> Trigger:
    """Return a user pool's trigger by the name that it has in the pool's settings."""
    source = TRIGGER_SOURCES.get(trigger, f"{trigger}_Authentication") if trigger else "PreSignUp_SignUp"
    return Trigger(kind=K.COGNITO, fields={"trigger": source}, says=f"{name}, a user pool's trigger")


_READERS: dict[str, Callable[[str, Value | None, Resources], Trigger]] = {
    "Api": _api,
    "HttpApi": _http_api,
    "SQS": _named(K.SQS, "Queue", "queue", "the queue"),
    "SNS": _named(K.SNS, "Topic", "topic", "the topic"),
    "Kinesis": _named(K.KINESIS, "Stream", "stream", "the stream"),
    "S3": _s3,
    "EventBridgeRule": _rule,
    "CloudWatchEvent": _rule,
    "Schedule": _schedule,
    "ScheduleV2": _scheduler,
    "DynamoDB": _table,
    "Cognito": _user_pool,
}
