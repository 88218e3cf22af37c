"""FilterLogEvents over the store: which events a page holds and where the next one goes on. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.patterns import PatternError, matcher_of
from warmgate_ops.rehearsal.cloud.logs.store import LogEvent, LogStore

_BYTES = 1024 * 1024
_OVERHEAD = 26
"""Bytes that an event weighs beside its message."""


class LogsRefusal(Exception):  # noqa: N818 - the API's refusal, not an error of ours
    """An answer that is no success: modelled code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def group_of(body: Mapping[str, Any]) -> str:
    """Return the log group that a request names, by name or ARN; raises LogsRefusal."""
    name, identifier = body.get("logGroupName"), body.get("logGroupIdentifier")
    if bool(name) == bool(identifier):
        raise LogsRefusal("InvalidParameterException", "Exactly one of logGroupName and logGroupIdentifier is needed.")
    return str(name or identifier).rpartition(":log-group:")[2].removesuffix(":*")


def filter_log_events(store: LogStore, body: Mapping[str, Any], scanned_at_most: int) -> dict[str, Any]:
    """Return a page of the events that a request asks for; raises LogsRefusal.

    Args:
        store: has the log group.
        body: the request.
        scanned_at_most: how many events a page is made from; with few, pages are empty although more follow.
    """
    group = group_of(body)
    streams = _streams(store, group, body)
    try:
        matches = matcher_of(str(body.get("filterPattern") or ""))
    except PatternError as error:
        raise LogsRefusal("InvalidParameterException", str(error)) from error
    digest = _digest(body)
    limit = min(int(body.get("limit") or 10_000), 10_000)
    found: list[LogEvent] = []
    weight, last = 0, None
    rest = store.between(group, body.get("startTime"), body.get("endTime"), _position(body, digest))
    for scanned, event in enumerate(rest):
        if scanned == scanned_at_most or len(found) == limit or weight >= _BYTES:
            return {**_page(found), "nextToken": _token(last, digest)}
        last = event
        if (streams is None or event.stream in streams) and matches(event.message):
            found.append(event)
            weight += len(event.message.encode()) + _OVERHEAD
    return _page(found)


def _streams(store: LogStore, group: str, body: Mapping[str, Any]) -> frozenset[str] | None:
    names, prefix = body.get("logStreamNames"), body.get("logStreamNamePrefix")
    if names and prefix:
        text = "logStreamNames and logStreamNamePrefix cannot be used together."
        raise LogsRefusal("InvalidParameterException", text)
    if names:
        if not store.streams(group) & set(names):
            raise LogsRefusal("ResourceNotFoundException", "The specified log stream does not exist.")
        return frozenset(names)
    if prefix:
        return frozenset(name for name in store.streams(group) if name.startswith(prefix))
    return None


def _page(events: list[LogEvent]) -> dict[str, Any]:
    shown = [
        {
            "logStreamName": event.stream,
            "timestamp": event.timestamp_ms,
            "message": event.message,
            "ingestionTime": event.ingested_ms,
            "eventId": event.event_id,
        }
        for event in events
    ]
    return {"events": shown, "searchedLogStreams": []}


def _digest(body: Mapping[str, Any]) -> str:
    asked = {key: value for key, value in body.items() if key not in {"nextToken", "limit"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def _token(last: LogEvent | None, digest: str) -> str:
    at = [last.timestamp_ms, last.number] if last else [0, -1]
    return base64.urlsafe_b64encode(json.dumps([*at, digest]).encode()).decode()


def _position(body: Mapping[str, Any], digest: str) -> tuple[int, int] | None:
    """Return where a page goes on; a token belongs to the request that it came from."""
    if not body.get("nextToken"):
        return None
    try:
        timestamp_ms, number, of = json.loads(base64.urlsafe_b64decode(str(body["nextToken"])))
    except ValueError as error:
        raise LogsRefusal("InvalidParameterException", "The specified nextToken is invalid.") from error
    if of != digest:
        raise LogsRefusal("InvalidParameterException", "The specified nextToken belongs to another request.")
    return int(timestamp_ms), int(number)
