"""Where the calls that are explained come from: a function's log group, or files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.logs.calls import LogEvent, Window, logged
from warmgate.logs.invocations import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog, LogStream, log_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.events.asking import Clients

LONGEST_MS = 600_000.0
"""So long a log group is read."""
_BEGINNINGS = {
    Start.WARM: Beginning.WARM,
    Start.RESTORED: Beginning.RESTORED,
    Start.PROVISIONED: Beginning.PROVISIONED,
}


class CallLog(Protocol):
    """The calls of one function."""

    def calls(self, since_ms: float, until_ms: float) -> Sequence[Call]:
        """Return the calls that were reported between two instants; raises LogLookupError, FunctionLookupError."""
        ...


class GroupLog:
    """The log group of a function, read by page."""

    def __init__(self, clients: Clients, clock: Clock, function: str) -> None:
        self._clients = clients
        self._clock = clock
        self._function = function

    def calls(self, since_ms: float, until_ms: float) -> Sequence[Call]:
        """Return the calls that were reported between two instants."""
        log = log_of(LambdaFunctions(self._clients).version(self._function, "$LATEST"))
        deadline = Deadline(self._clock.now_ms() + LONGEST_MS)
        found = CloudWatchLogs(self._clients, self._clock).calls(log, Window(since_ms, until_ms), deadline)
        return tuple(call_of(each.record, self._function) for each in found.calls)


def calls_in(text: str, function: str = "") -> tuple[Call, ...]:
    """Return the calls in log events as `aws logs filter-log-events` writes them, in JSON, one document or several.

    Args:
        text: the whole file.
        function: whose calls are read where the log group is shared.

    Raises ValueError where there is no log event with a time and a stream.
    """
    events = [event for value in _documents(text) for event in _events(value)]
    if not events:
        raise ValueError("no log event with timestamp, logStreamName and message")
    log = FunctionLog(f"{OWN_GROUPS}{function}", function)
    return tuple(call_of(each.record, function) for each in logged(events, log).calls)


def _documents(text: str) -> Iterator[Any]:
    decoder, at = json.JSONDecoder(strict=False), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def _events(value: Any) -> Iterator[LogEvent]:
    found = value.get("events", [value]) if isinstance(value, dict) else value
    for event in found if isinstance(found, list) else ():
        if isinstance(event, dict) and event.keys() >= {"timestamp", "logStreamName", "message"}:
            at_ms = float(event["timestamp"])
            yield LogEvent(stream=str(event["logStreamName"]), at_ms=at_ms, message=str(event["message"]))


def call_of(record: InvocationRecord, function: str) -> Call:
    """Return the call of a record with a report."""
    stream = LogStream.named(record.log_stream or "")
    beginning = _BEGINNINGS.get(record.start or Start.WARM, Beginning.COLD)
    if beginning is Beginning.COLD and record.init_ms is None:
        beginning = Beginning.SUPPRESSED
    restored = beginning is Beginning.RESTORED
    return Call(
        function=stream.function or function,
        version=stream.version,
        environment=stream.name,
        beginning=beginning,
        ended_ms=record.at_ms or 0.0,
        duration_ms=record.duration_ms or 0.0,
        init_ms=record.restore_ms if restored else record.start_up_ms,
        billed_ms=record.billed_ms,
        memory_mb=record.memory_mb,
        max_memory_mb=record.max_memory_mb,
        request_id=record.request_id or "",
        status=record.status or "success",
        error_type=record.error_type or "",
    )
