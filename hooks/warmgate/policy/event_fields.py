"""The fields by which a probe says what is special about its event, and which kinds of event have which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from warmgate.policy.event_values import JsonList, JsonObject, Texts
from warmgate.policy.kinds import Text, Word
from warmgate.policy.payloads import JsonValue
from warmgate.policy.sections import Complaint, Key, Rule
from warmgate.policy.values import EventKind, Probe

K = EventKind
HTTP = (K.HTTP_API, K.REST_API, K.FUNCTION_URL, K.ALB)
ROUTED = (K.HTTP_API, K.REST_API)
MOST_RECORDS = 10


class Method(StrEnum):
    """Methods of HTTP."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"
    OPTIONS = "OPTIONS"


class EventKey(Key):
    """A key of a probe that belongs to its event."""

    __slots__ = ()

    def held_by(self, value: Probe) -> Any:
        """Return what was written of the field; () where nothing was."""
        return value.event.fields.get(self.name, ()) if value.event else ()


class EventKindKey(Key):
    """The key of a probe that says which event it calls with."""

    __slots__ = ()

    def held_by(self, value: Probe) -> EventKind | None:
        """Return the kind of the event."""
        return value.event.kind if value.event else None


def _name(what: str, pattern: str = r"[A-Za-z0-9._/-]+") -> Text:
    return Text(what, pattern=pattern, most=256, fix="write the name alone: no ARN, no URL")


_PATH = Text(
    "a path that begins with /",
    pattern=r"/[^\s?#]*",
    most=2000,
    fix="begin it with /, and write what follows the ? under query",
)
_LINE = Text("a text", pattern=r"[^\r\n]+", most=1024, fix="write one line")
_TRIGGER = Text(
    "the triggerSource of a user pool, as PreSignUp_SignUp",
    pattern=r"[A-Z][A-Za-z]*_[A-Z][A-Za-z]*",
    most=100,
    fix="write it as Amazon Cognito does, with the _",
)
_ACTION = Text(
    "what happened, as ObjectCreated:Put or INSERT",
    pattern=r"[A-Za-z]+(:[A-Za-z]+)?",
    most=100,
    fix="write the event's name as AWS does, without s3: before it",
)

FIELDS: dict[str, tuple[tuple[EventKind, ...], EventKey]] = {
    key.name: (kinds, key)
    for kinds, key in (
        (HTTP, EventKey("method", Word(Method), "The method: GET, or POST where there is a `body`, if left out.")),
        (HTTP, EventKey("path", _PATH, "The path of the request, `/` if left out.")),
        (
            ROUTED,
            EventKey(
                "route",
                _PATH,
                "The route's path with its parameters, as `/orders/{id}`; they are read from `path`. The path itself if"
                " left out.",
            ),
        ),
        (HTTP, EventKey("query", Texts(), "The query's parameters.", keeps_empty=True)),
        (HTTP, EventKey("headers", Texts(), "Headers, beside those that every request has.", keeps_empty=True)),
        (
            HTTP,
            EventKey(
                "body",
                JsonValue(),
                "The body. Text is sent as it stands, anything else as JSON with its `content-type`.",
                keeps_empty=True,
            ),
        ),
        (
            (K.SQS, K.SNS),
            EventKey(
                "messages",
                JsonList(MOST_RECORDS),
                "The messages. Text is sent as it stands, anything else as JSON. One message `{}` if left out.",
            ),
        ),
        (
            (K.KINESIS, K.DYNAMODB_STREAM),
            EventKey(
                "records",
                JsonList(MOST_RECORDS),
                "The records: of `kinesis` the data, of `dynamodb-stream` the new items, whose first attribute counts"
                " as the key.",
            ),
        ),
        ((K.SQS,), EventKey("queue", _name("the name of a queue"), "The queue's name.")),
        ((K.SNS,), EventKey("topic", _name("the name of a topic"), "The topic's name.")),
        ((K.KINESIS,), EventKey("stream", _name("the name of a stream"), "The stream's name.")),
        ((K.DYNAMODB_STREAM,), EventKey("table", _name("the name of a table"), "The table's name.")),
        ((K.S3,), EventKey("bucket", _name("the name of a bucket"), "The bucket's name.")),
        ((K.S3,), EventKey("key", _LINE, "The object's key as it is; the event has it URL-encoded, as from S3.")),
        (
            (K.S3, K.DYNAMODB_STREAM),
            EventKey(
                "action",
                _ACTION,
                "What happened: `ObjectCreated:Put` of an object, `INSERT` of an item, if left out.",
            ),
        ),
        ((K.EVENTBRIDGE,), EventKey("source", _LINE, "The event's source.")),
        ((K.EVENTBRIDGE,), EventKey("detail-type", _LINE, "The event's detail-type.")),
        ((K.EVENTBRIDGE,), EventKey("detail", JsonObject(), "The event's detail.", keeps_empty=True)),
        ((K.COGNITO,), EventKey("trigger", _TRIGGER, "The triggerSource; `PreSignUp_SignUp` if left out.")),
        ((K.COGNITO,), EventKey("user", _LINE, "The user's name.")),
        ((K.COGNITO,), EventKey("attributes", Texts(), "The user's attributes.", keeps_empty=True)),
        ((K.APPSYNC,), EventKey("field", _name("the name of a field"), "The field that is resolved.")),
        ((K.APPSYNC,), EventKey("type", _name("the name of a type"), "The field's type; `Query` if left out.")),
        ((K.APPSYNC,), EventKey("arguments", JsonObject(), "The field's arguments.", keeps_empty=True)),
        (
            tuple(EventKind),
            EventKey(
                "with",
                JsonObject(),
                "What else is different: a JSON object that is merged into the rendered event, objects key by key,"
                " lists of objects entry by entry, anything else as a whole.",
                keeps_empty=True,
            ),
        ),
    )
}
"""By name: which kinds have the field, and its key."""
EVENT_KEYS = tuple(key for _, key in FIELDS.values())
KIND_KEY = EventKindKey(
    "event",
    Word(EventKind),
    "What calls the function: the payload is then the event that AWS sends from there, with the fields of the kind"
    " in it. Instead of `payload`.",
)
_ALIKE = ("body", "messages", "records", "detail", "arguments", "attributes")
"""What carries the content; what is written for one kind is meant for the other's."""


def fields_of(kind: EventKind) -> list[str]:
    """Return the fields that a kind of event has."""
    return [name for name, (kinds, _) in FIELDS.items() if kind in kinds]


def path_parameters(route: str, path: str) -> dict[str, str] | None:
    """Return the parameters of a route that a path gives; None where it is not of that route."""
    pattern, names = "", []
    for text, name, greedy in re.findall(r"([^{}]*)(?:\{([^{}+]*)(\+?)\})?", route):
        pattern += re.escape(text)
        if name:
            names.append(name)
            pattern += "(.+)" if greedy else "([^/]+)"
    found = re.fullmatch(pattern, path)
    return dict(zip(names, found.groups(), strict=True)) if found else None


def _event_fits(values: Mapping[str, Any]) -> Iterator[Complaint]:
    """Complain of fields that the event does not have: they would change nothing."""
    given, kind = [name for name in FIELDS if name in values], values.get("event")
    for name in given:
        kinds = FIELDS[name][0]
        if kind is None:
            listed = ", ".join(kinds if len(kinds) < len(EventKind) else ("http-api", "..."))
            yield Complaint((name,), f"{name} without an event", "`event:` beside it", f"add event: {listed}")
        elif kind not in kinds:
            own = fields_of(kind)
            near = next((other for other in own if name in _ALIKE and other in _ALIKE), None)
            fix = f"write {near}" if near else f"remove it; it belongs to {', '.join(kinds)}"
            yield Complaint((name,), f"a field that {kind} does not have", f"one of {', '.join(own)}", fix)
    items = values.get("records", ()) if kind is K.DYNAMODB_STREAM else ()
    if not all(isinstance(item, dict) and item for item in items):
        yield Complaint(("records",), "a record that is no item", "`name: value` lines", "write its attributes")


def _path_is_of_route(values: Mapping[str, Any]) -> Iterator[Complaint]:
    """Complain of a path that its route would not let through: its parameters could not be read."""
    path = values.get("path", "/")
    if values.get("event") in ROUTED and "route" in values and path_parameters(values["route"], path) is None:
        found = f"a route that the path {path} is not of"
        expected = "the path's route, as /orders/{id} of /orders/7"
        yield Complaint(("route",), found, expected, "correct route or path")


EVENT_RULES = (
    Rule(_event_fits, frozenset({"event"})),
    Rule(_path_is_of_route, frozenset({"event", "path", "route"})),
)
