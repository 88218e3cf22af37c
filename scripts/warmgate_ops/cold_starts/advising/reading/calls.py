"""Where the calls of a function come from: a port, and its log read by FilterLogEvents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from warmgate.logs.calls import Logged, Window
from warmgate.model.deadline import Deadline
from warmgate.model.function import FunctionVersion
from warmgate.model.log_stream import log_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.reading.calls_of import call_of

if TYPE_CHECKING:
    from warmgate.model.log_stream import FunctionLog

LONGEST_MS = 120_000.0
"""Reading ends then: what was read by then is the earlier part of the window."""


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
        return [call_of(each.record, function=function.function, version=each.version) for each in found.calls]
