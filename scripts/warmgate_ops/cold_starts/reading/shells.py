"""JSON around messages: exports of CloudWatch and of its queries, of Datadog, Elastic, Splunk, Loki, journald, docker.

No shell is known by name: a document is walked, and what it says of time, stream and log group on the way down belongs
to the messages below.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from warmgate.logs.raised import ERROR_KEYS
from warmgate_ops.cold_starts.reading.fields import report_of_fields
from warmgate_ops.cold_starts.reading.times import time_of

DEEPEST: Final = 9
_MESSAGES: Final = (
    *("@message", "message", "Message", "log", "MESSAGE", "_raw", "line", "textPayload", "msg", "body", "event"),
)
_TIMES: Final = ("@timestamp", "timestamp", "time", "ts", "_time", "__REALTIME_TIMESTAMP", "date", "Timestamp")
_STREAMS: Final = (
    *("@logStream", "logStreamName", "logStream", "log_stream", "aws.logStream", "log_stream_name", "LogStream"),
    *("cloudwatch.log_stream", "aws.cloudwatch.log_stream", "log-stream", "stream_name"),
)
_GROUPS: Final = (
    *("@log", "logGroupName", "logGroup", "log_group", "aws.logGroup", "log_group_name", "logGroupIdentifier"),
)
_APPLICATION: Final = frozenset(
    {"level", "log_level", "loglevel", "levelname", "severity", "logger", "service", "location", "stacktrace"}
    | {"requestid", "awsrequestid", "aws_request_id", "function_request_id", "errortype", "errormessage"}
)
_CARRIED: Final = frozenset(
    {"ddsource", "ddtags", "attributes", "kubernetes", "host", "hostname", "tags", "@timestamp", "aws", "agent"}
    | {"_source"}
    | {"result", "data", "labels", "insertid", "logname", "input", "ecs", "container_name", "_hostname", "resource"}
    | {*map(str.lower, (*_STREAMS, *_GROUPS))}
)
"""Keys that those write who carry logs on, and no logger inside a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A message as text or as JSON, with what its shells say of it."""

    text: str = ""
    record: dict[str, Any] | None = None
    stream: str = ""
    at_ms: float | None = None
    function: str = ""
    depth: int = 0
    """How many shells were taken off."""


def messages_in(value: Any, about: Carried) -> Iterator[Carried]:
    """Yield every message in a value of JSON, in the order of time where the list that holds them is by time."""
    if about.depth > DEEPEST:
        return
    if isinstance(value, list):
        yield from _of_list(value, about)
    elif isinstance(value, dict):
        yield from _of_dict(value, about)


def _of_list(items: list[Any], about: Carried) -> Iterator[Carried]:
    if items and all(isinstance(cell, dict) and cell.keys() >= {"field", "value"} for cell in items):
        yield from _of_dict({str(cell["field"]): cell["value"] for cell in items}, about)
        return
    if len(items) == 2 and isinstance(items[1], str) and time_of(items[0]) is not None:
        yield replace(about, text=items[1], at_ms=time_of(items[0]))  # a stream of Loki's: time and line
        return
    for item in in_time(items):
        yield from messages_in(item, replace(about, depth=about.depth + 1))


def _of_dict(value: dict[str, Any], about: Carried) -> Iterator[Carried]:
    about = _learned(value, about)
    if str(value.get("type", "")).startswith("platform."):
        yield replace(about, record=value, at_ms=time_of(value.get("time")) or about.at_ms)
    elif value.keys() >= ERROR_KEYS and "type" not in value:
        yield replace(about, record=value)
    elif _is_application(value) and about.depth < 2:
        return
    else:
        found = False
        for message in _messages(value, about):
            found = True
            yield message
        if not found and (text := report_of_fields(value)):
            yield replace(about, text=text)


def _messages(value: dict[str, Any], about: Carried) -> Iterator[Carried]:
    below = replace(about, depth=about.depth + 1)
    name = next((name for name in _MESSAGES if isinstance(value.get(name), str)), "")
    if name:
        yield from (replace(below, text=line) for line in value[name].split("\n") if line)
    elif isinstance(value.get("LogResult"), str):
        yield from (replace(below, text=line) for line in decoded(value["LogResult"]).split("\n") if line)
    for key, inner in value.items():
        if isinstance(inner, dict | list) and key not in {"stackTrace", "stack_trace"}:
            yield from messages_in(inner, below)


def _learned(value: Mapping[str, Any], about: Carried) -> Carried:
    """Add what a shell says of the messages in it."""
    lower = {**_flat(value), **value}
    stream = next((str(lower[key]) for key in _STREAMS if lower.get(key)), about.stream)
    group = next((str(lower[key]) for key in _GROUPS if lower.get(key)), "")
    function = group.partition("/aws/lambda/")[2] or about.function
    times = (time_of(lower.get(key)) for key in _TIMES)
    at_ms = next((time for time in times if time is not None), about.at_ms)
    return replace(about, stream=stream, function=function, at_ms=at_ms)


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names inside `aws`, `attributes`, `labels` and such, where some carriers put them."""
    inner: dict[str, Any] = {}
    for key in ("aws", "attributes", "labels", "stream", "fields", "cloudwatch", "awslogs", "resource"):
        if isinstance(found := value.get(key), dict):
            inner |= {**_flat(found), **found}
    return inner


def _is_application(value: Mapping[str, Any]) -> bool:
    keys = {str(key).lower() for key in value}
    return bool(keys & _APPLICATION) and not keys & _CARRIED


def in_time(items: list[Any]) -> list[Any]:
    """Return events in the order of time: queries give the newest first."""
    times = [_time_of(item) for item in items]
    known = [time for time in times if time is not None]
    if len(known) < 2 or len(known) < len(items):
        return items
    falling = all(later >= earlier for later, earlier in pairwise(known))
    return items[::-1] if falling and known[0] != known[-1] else items


def _time_of(item: Any) -> float | None:
    if isinstance(item, list):
        item = {cell.get("field"): cell.get("value") for cell in item if isinstance(cell, dict)}
    return _learned(item, Carried()).at_ms if isinstance(item, dict) else None


def decoded(text: str) -> str:
    """Return the log tail that a text is in base64; empty where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
