"""Where the calls that are explained come from: a function's log group, or files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.logs.calls import Window
from warmgate.logs.invocations import InvocationRecord, iter_invocations
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import LogStream, log_of
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
_TRACE = re.compile(r"\b1-[0-9a-f]{8}-[0-9a-f]{24}\b")


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


def calls_in(lines: Iterable[str], function: str = "") -> Iterator[Call]:
    """Yield the calls that a log file reports; a report without a time is at 0."""
    for record in iter_invocations(lines):
        if record.duration_ms is not None:
            yield call_of(record, function)


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
