"""Calls as a log group tells of them: log events in, one value a call out, each with its environment and version.

A log stream is an execution environment, and an environment serves one call at a time. Streams of other functions
may stand in the same log group and are left out. It reads no log itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from warmgate.logs.invocations import InvocationRecord, parse_invocations
from warmgate.model.log_stream import FunctionLog, LogStream

PATTERN = '?"REPORT RequestId" ?"platform.report" ?"Task timed out" ?"Runtime exited" ?"[ERROR]" ?"Invoke Error"'
"""CloudWatch Logs filter of the lines that are read here; it lets other lines through too."""

_REQUEST = re.compile(r"REPORT RequestId:\s*(?P<text>\S+)|\"requestId\":\s*\"(?P<json>[^\"]+)\"")
# What the managed runtimes of Python and Node.js print of an exception that left the handler. A logger's line has a tab
# and a time behind the level. In text format the platform's own report does not tell such a failure.
_RAISED = re.compile(
    r"\[ERROR\] (?P<python>[A-Za-z_][\w.]{0,99})(?::|\s*(?:\n|$))"
    r"|\S+\t\S+\tERROR\tInvoke Error \t\{\s*\"errorType\":\s*\"(?P<node>[^\"]{0,99})\""
)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, in milliseconds since the epoch."""

    since_ms: float
    until_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One event of a log group."""

    stream: str
    at_ms: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """One call of live traffic or of ours."""

    record: InvocationRecord
    at_ms: float
    """When its report was written."""
    environment: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What one reading of a log gave."""

    calls: tuple[LoggedCall, ...] = ()
    """By time."""
    read_to_ms: float = 0.0
    """Time of the newest event that was read, of whichever function; 0 where there was none."""


def logged(events: Iterable[LogEvent], log: FunctionLog) -> Logged:
    """Return the calls of a function that events of a log group report; events of one stream must be in order."""
    by_stream: dict[str, list[LogEvent] | None] = {}
    streams: dict[str, LogStream] = {}
    read_to_ms = 0.0
    for event in events:
        read_to_ms = max(read_to_ms, event.at_ms)
        if event.stream not in by_stream:
            stream = streams[event.stream] = LogStream.named(event.stream)
            by_stream[event.stream] = [] if log.holds(stream) else None
        found = by_stream[event.stream]
        if found is not None:
            found.append(event)
    calls = [call for name, found in by_stream.items() if found for call in _calls_of_stream(streams[name], found)]
    return Logged(calls=tuple(sorted(calls, key=lambda call: (call.at_ms, call.environment))), read_to_ms=read_to_ms)


def _calls_of_stream(stream: LogStream, events: Sequence[LogEvent]) -> Iterable[LoggedCall]:
    reported_at, raised = _seen(events)
    records = parse_invocations("\n".join(event.message for event in events))
    for record in records:
        if record.request_id not in reported_at or record.duration_ms is None:
            continue
        yield LoggedCall(
            record=_told(replace(record, log_stream=stream.name), raised.get(record.request_id)),
            at_ms=reported_at[record.request_id],
            environment=stream.name,
            version=stream.version,
        )


def _told(record: InvocationRecord, error_type: str | None) -> InvocationRecord:
    """Return the record as an error where an exception was printed and the platform said nothing of it."""
    if error_type is None or record.status != "success":
        return record
    return replace(record, status="error", error_type=error_type)


def _seen(events: Sequence[LogEvent]) -> tuple[dict[str | None, float], dict[str | None, str]]:
    """Return when each call was reported, and what the calls that raised had raised before their report."""
    reported_at: dict[str | None, float] = {}
    raised: dict[str | None, str] = {}
    error_type: str | None = None
    for event in events:
        exception = _RAISED.match(event.message)
        if exception is not None:
            error_type = exception["python"] or exception["node"]
            continue
        request = _REQUEST.search(event.message)
        if request is None:
            continue
        request_id = request["text"] or request["json"]
        reported_at[request_id] = event.at_ms
        if error_type is not None:
            raised[request_id] = error_type
            error_type = None
    return reported_at, raised
