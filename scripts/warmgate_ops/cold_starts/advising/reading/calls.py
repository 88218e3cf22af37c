"""Where the calls of a function come from: a port, and its log read by FilterLogEvents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.model.calls import Start
from warmgate.model.deadline import Deadline
from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import log_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Beginning, Call

if TYPE_CHECKING:
    from warmgate.model.log_stream import FunctionLog

LONGEST_MS = 120_000.0
"""Reading ends then: what was read by then is the earlier part of the window."""
_BEGINNINGS = {
    Start.WARM: Beginning.WARM,
    Start.COLD: Beginning.COLD,
    Start.RESTORED: Beginning.RESTORED,
    Start.PROVISIONED: Beginning.PROVISIONED,
}


class CallSource(Protocol):
    """Where calls come from."""

    def calls(self, function: FunctionVersion, window: Window) -> Iterable[Call]:
        """Return the calls of a function's versions that were reported inside a window; raises LogLookupError."""
        ...


class LogReader(Protocol):
    """A log group as the adapter reads it."""

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the calls that were reported inside a window."""
        ...


class LoggedCalls:
    """Calls from the platform's reports in a function's log group."""

    def __init__(self, logs: LogReader, clock: Clock) -> None:
        self._logs = logs
        self._clock = clock

    def calls(self, function: FunctionVersion, window: Window) -> Iterable[Call]:
        """Return the calls of a function's versions that were reported inside a window; raises LogLookupError."""
        deadline = Deadline(self._clock.now_ms() + LONGEST_MS)
        found = self._logs.calls(log_of(function), window, deadline)
        return [call_of(each, function.function) for each in found.calls]


def call_of(logged: LoggedCall, function: str) -> Call:
    """Return a logged call as the cold-start analysis sees it."""
    record = logged.record
    began = _BEGINNINGS.get(record.start or Start.WARM, Beginning.WARM)
    if began is Beginning.COLD and record.init_ms is None:
        began = Beginning.SUPPRESSED
    return Call(
        function=function,
        version=logged.version,
        environment=logged.environment,
        beginning=began,
        ended_ms=logged.at_ms,
        duration_ms=record.duration_ms or 0.0,
        init_ms=record.restore_ms if began is Beginning.RESTORED else record.init_ms,
        billed_ms=record.billed_ms,
        memory_mb=record.memory_mb,
        max_memory_mb=record.max_memory_mb,
        request_id=record.request_id or "",
        status=record.status or "success",
        error_type=record.error_type or "",
    )
