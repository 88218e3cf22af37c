"""Where the calls that are explained come from: a function's log group, or files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.logs import PAGE, READING_HINT
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import LogLookupError
from warmgate.logs.calls import PATTERN, LogEvent, logged
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import OWN_GROUPS, FunctionLog, log_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.events.asking import Clients
from warmgate_ops.cold_starts.reading.calls_of import call_of

LONGEST_MS = 600_000.0
"""So long a log group is read where it asks to wait."""
WANTED = f'{PATTERN} ?"INIT_START" ?"platform.initStart"'


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
    return tuple(call_of(each.record, function=log.function) for each in logged(events, log).calls)
