"""Calls as a log group shows them: log events in, one value a call out, each with its environment and version.

A log stream is an execution environment, and an environment serves one call at a time. It reads no log itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from warmgate.logs.invocations import InvocationRecord, parse_invocations

PATTERN = '?"REPORT RequestId" ?"platform.report" ?"Task timed out" ?"Runtime exited" ?"[ERROR]" ?"Invoke Error"'
"""CloudWatch Logs filter of the lines that are read here; it lets other lines through too."""

_VERSION = re.compile(r"\[(?P<version>[^\]]+)\]")
_REQUEST = re.compile(r"REPORT RequestId:\s*(?P<text>\S+)|\"requestId\":\s*\"(?P<json>[^\"]+)\"")
# What the managed runtimes of Python and Node.js print of an exception that left the handler. A logger's line has a tab
# and a time behind the level. In text format the platform's own report does not show such a failure.
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
    """Empty where the stream's name holds none."""


def calls_of(events: Iterable[LogEvent]) -> tuple[LoggedCall, ...]:
    """Return the calls that some log events report, by time; events of one stream must be in their order."""
    by_stream: dict[str, list[LogEvent]] = {}
    for event in events:
        by_stream.setdefault(event.stream, []).append(event)
    calls = [call for stream, found in by_stream.items() for call in _calls_of_stream(stream, found)]
    return tuple(sorted(calls, key=lambda call: (call.at_ms, call.environment)))


def version_of(stream: str) -> str:
    """Return the version that a stream's name holds in brackets: `2026/06/02/[7]1f…` is of version 7."""
    found = _VERSION.search(stream)
    return found["version"] if found else ""


def _calls_of_stream(stream: str, events: Sequence[LogEvent]) -> Iterable[LoggedCall]:
    reported_at, raised = _seen(events)
    records = parse_invocations("\n".join(event.message for event in events))
    for record in records:
        if record.request_id not in reported_at or record.duration_ms is None:
            continue
        yield LoggedCall(
            record=_with_failure(replace(record, log_stream=stream), raised.get(record.request_id)),
            at_ms=reported_at[record.request_id],
            environment=stream,
            version=version_of(stream),
        )


def _with_failure(record: InvocationRecord, error_type: str | None) -> InvocationRecord:
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
