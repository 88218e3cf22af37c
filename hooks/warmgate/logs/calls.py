"""Calls as a log group shows them: log events in, one value a call out, each with its environment and version.

A log stream is an execution environment, and an environment serves one call at a time. Streams of other functions
may stand in the same log group and are left out. It reads no log itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warmgate.logs.invocations import Assembly, events_of
from warmgate.logs.records import InvocationRecord
from warmgate.logs.wrappings import read_messages
from warmgate.model.log_stream import FunctionLog, LogStream

PATTERN = (
    '?"START RequestId" ?"platform.start" ?"REPORT RequestId" ?"platform.report" ?"INIT_REPORT" ?"platform.initReport"'
    ' ?"Task timed out" ?"Runtime exited" ?"[ERROR]" ?"Invoke Error" ?"errorType"'
)
"""CloudWatch Logs filter of the lines that are read here; it lets other lines through too."""


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
    running: Mapping[str, str] = field(default_factory=dict)
    """Request ids of calls that had not ended, by environment."""
    events: int = field(default=0, compare=False)
    """How many were read, of whichever function."""
    requests: int = field(default=0, compare=False)
    """How many it took, those that were refused included."""
    throttled: int = field(default=0, compare=False)
    """How many of them were refused for their rate."""
    cut: bool = field(default=False, compare=False)
    """Whether there was more to read."""


def logged(events: Iterable[LogEvent], log: FunctionLog) -> Logged:
    """Return the calls of a function that events of a log group report; events of one stream must be in order."""
    by_stream: dict[str, list[LogEvent] | None] = {}
    streams: dict[str, LogStream] = {}
    read_to_ms, count = 0.0, 0
    for event in events:
        count += 1
        read_to_ms = max(read_to_ms, event.at_ms)
        if event.stream not in by_stream:
            stream = streams[event.stream] = LogStream.named(event.stream)
            by_stream[event.stream] = [] if log.holds(stream) else None
        found = by_stream[event.stream]
        if found is not None:
            found.append(event)
    calls: list[LoggedCall] = []
    running: dict[str, str] = {}
    for name, found in by_stream.items():
        if found:
            assembly = Assembly(alone=True)
            calls += _calls_of_stream(assembly, streams[name], found)
            if assembly.running is not None:
                running[name] = assembly.running
    calls.sort(key=lambda call: (call.at_ms, call.environment))
    return Logged(calls=tuple(calls), read_to_ms=read_to_ms, running=running, events=count)


def _calls_of_stream(assembly: Assembly, stream: LogStream, events: Sequence[LogEvent]) -> Iterable[LoggedCall]:
    records: list[InvocationRecord] = []
    for event in events:
        for message, said in events_of(read_messages(event.message.split("\n"))):
            records += assembly.take(replace(message, stream="", at_ms=event.at_ms), said)
    for record in (*records, *assembly.rest()):
        if record.duration_ms is not None and record.at_ms is not None:
            yield LoggedCall(
                record=replace(record, log_stream=stream.name),
                at_ms=record.at_ms,
                environment=stream.name,
                version=stream.version,
            )
