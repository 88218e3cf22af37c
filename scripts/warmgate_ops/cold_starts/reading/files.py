"""Calls of log files: what `warmgate cold find FILE ...` and the other analyses read without an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.reading.assembling import Reading
from warmgate_ops.cold_starts.reading.calls_of import AHEAD_AFTER_MS
from warmgate_ops.cold_starts.reading.carried import read_carried
from warmgate_ops.cold_starts.reading.opened import lines_of

_REMEMBERED: Final = 250_000
"""How many reports are remembered at least, and twice as many at most, to count one that files repeat once."""


class Once:
    """Tells reports that were seen before: exports overlap."""

    def __init__(self) -> None:
        self._new: set[int] = set()
        self._old: set[int] = set()

    def is_new(self, call: Call) -> bool:
        """Return whether a call was not seen yet, and remember it.

        A call that is tried again keeps its request id: its report differs. Those of time-outs may be the same to the
        hundredth of a millisecond: their time must be, too, and where none is told each counts.
        """
        if not call.request_id or (call.status == "timeout" and not call.ended_ms):
            return True
        ended_ms = call.ended_ms if call.status == "timeout" else 0.0
        key = hash((call.request_id, call.duration_ms, call.init_ms, call.billed_ms, ended_ms))
        if key in self._new or key in self._old:
            return False
        self._new.add(key)
        if len(self._new) >= _REMEMBERED:
            self._old, self._new = self._new, set()
        return True


def calls_in_files(
    names: Iterable[str], *, function: str = "", version: str = "", ahead_after_ms: float = AHEAD_AFTER_MS
) -> Iterator[Call]:
    """Yield the calls that files report, each once; - is standard input.

    Args:
        names: of files.
        function: whose calls these are where a file names none.
        version: of which version, where a stream names none.
        ahead_after_ms: how long after the end of an init a call begins that did not wait for it.

    Raises:
        OSError: a file is missing or cannot be read.
        SettingsError: a packed file is damaged.
    """
    once = Once()
    for name in names:
        for call in calls_in_lines(lines_of(name), function=function, version=version, ahead_after_ms=ahead_after_ms):
            if once.is_new(call):
                yield call


def calls_in_lines(
    lines: Iterator[str], *, function: str = "", version: str = "", ahead_after_ms: float = AHEAD_AFTER_MS
) -> Iterator[Call]:
    """Yield the calls that the lines of one log report."""
    reading = Reading(function=function, version=version, ahead_after_ms=ahead_after_ms)
    return reading.calls(read_carried(lines))
