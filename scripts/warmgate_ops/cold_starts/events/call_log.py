"""Where the calls that are explained come from: a function's log group, or files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.logs import PAGE, READING_HINT
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import LogLookupError
from warmgate.logs.calls import PATTERN, LogEvent, logged
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog, LogStream, log_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.events.asking import Clients

LONGEST_MS = 600_000.0
"""So long a log group is read where it asks to wait."""
AHEAD_AFTER_MS = 1_000.0
"""A call that begins so long after the end of its environment's init did not wait for it; not verified on AWS."""
WANTED = f'{PATTERN} ?"INIT_START" ?"platform.initStart"'
_TRACED = re.compile(r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b")
_REQUEST = re.compile(r"(?:RequestId: |\"requestId\":\s*\")([0-9a-f-]{36})")
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
        with raised_as(LogLookupError, f"{log.group} could not be read", READING_HINT):
            events = list(self._events(log.group, since_ms, until_ms))
        return _calls_of(events, log)

    def _events(self, group: str, since_ms: float, until_ms: float) -> Iterator[LogEvent]:
        asked: dict[str, Any] = {"logGroupName": group, "startTime": int(since_ms), "endTime": int(until_ms)}
        deadline = Deadline(self._clock.now_ms() + LONGEST_MS)
        while True:
            read = self._clients("logs").filter_log_events
            with Unless("ResourceNotFoundException"):  # a function that has logged nothing yet has no log group
                page = repeat_until(deadline, self._clock, read, filterPattern=WANTED, limit=PAGE, **asked)
                yield from filter(None, map(_event, page.get("events", [])))
                if page.get("nextToken"):
                    asked["nextToken"] = page["nextToken"]
                    continue
            return


def calls_in(text: str, function: str = "") -> tuple[Call, ...]:
    """Return the calls in log events as `aws logs filter-log-events` writes them, in JSON, one document or several.

    Args:
        text: the whole file.
        function: whose calls are read where the log group is shared.

    Raises ValueError where there is no log event with a time and a stream.
    """
    events = [event for value in _documents(text) for event in _events_in(value)]
    if not events:
        raise ValueError("no log event with timestamp, logStreamName and message")
    return _calls_of(events, FunctionLog(f"{OWN_GROUPS}{function}", function))


def _documents(text: str) -> Iterator[Any]:
    decoder, at = json.JSONDecoder(strict=False), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def _events_in(value: Any) -> Iterator[LogEvent]:
    found = value.get("events", [value]) if isinstance(value, dict) else value
    yield from filter(None, map(_event, found if isinstance(found, list) else ()))


def _event(event: Any) -> LogEvent | None:
    if not (isinstance(event, dict) and event.keys() >= {"timestamp", "logStreamName", "message"}):
        return None
    at_ms = float(event["timestamp"])
    return LogEvent(stream=str(event["logStreamName"]), at_ms=at_ms, message=str(event["message"]))


def _calls_of(events: Sequence[LogEvent], log: FunctionLog) -> tuple[Call, ...]:
    """Return the calls with what the records do not tell: their traces, and inits that nobody waited for."""
    traces: dict[str, str] = {}
    inits: dict[str, float] = {}
    for event in events:
        if "INIT_START" in event.message or '"platform.initStart"' in event.message:
            inits.setdefault(event.stream, event.at_ms)
        elif (named := _TRACED.search(event.message)) and (request := _REQUEST.search(event.message)):
            traces[request[1]] = named[0]
    calls = [call_of(each.record, log.function) for each in logged(events, log).calls]
    return tuple(
        replace(
            call,
            trace_id=traces.get(call.request_id, ""),
            beginning=Beginning.AHEAD if _is_ahead(call, inits.get(call.environment)) else call.beginning,
        )
        for call in calls
    )


def _is_ahead(call: Call, init_at_ms: float | None) -> bool:
    if call.beginning is not Beginning.COLD or init_at_ms is None or call.init_ms is None:
        return False
    return call.ended_ms - call.duration_ms > init_at_ms + call.init_ms + AHEAD_AFTER_MS


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
