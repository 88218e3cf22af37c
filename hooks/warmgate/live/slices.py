"""Which window of a log a look reads: all that is new while that is little, else the latest complete slice. Pure.

Where little is written, each look reads again what was written lately, because log events come late. Where much is
written that would be the same events ten times over: a slice begins where the one before it ended, and is read when
its events have come. What would be more than one look can read is left out: the latest slice is a sample, which is
read whole, so that the shares in it are those of the traffic.
"""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.live.reading import AHEAD_MS, LATE_MS, ReadGroup
from warmgate.logs.calls import Logged, Window

EVENTS = 5_000
"""Of one look; a call has two or three. A look in two seconds reads about a hundred calls a second whole, as ever."""
FIRST_EVENTS = 20_000
"""Of the first look, which may follow a run that died."""
CALM = 0.5
"""A log is read as ever again when a look would bring so many of those events."""
COMPLETE_MS = 8_000.0
"""Log events of nearly all calls can be read after so long."""
SHORTEST_MS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What the last look said of a log."""

    events_per_ms: float = 0.0
    busy: bool = False
    ended_ms: float = 0.0
    """Where its slice ended."""

    def window(self, group: ReadGroup, since_ms: float, now_ms: float) -> Window:
        """Return what to read next."""
        if not self.busy:
            return Window(max(since_ms, group.newest_ms - LATE_MS), now_ms + AHEAD_MS)
        until_ms = now_ms - COMPLETE_MS
        longest_ms = max(SHORTEST_MS, EVENTS / self.events_per_ms) if self.events_per_ms else until_ms
        return Window(min(until_ms, max(since_ms, self.ended_ms, until_ms - longest_ms)), until_ms)

    def after(self, window: Window, read: Logged, now_ms: float) -> Rate:
        """Return what a look at a window says of the next."""
        ended_ms = read.read_to_ms if read.cut else min(window.until_ms, now_ms)
        spent_ms = max(SHORTEST_MS, ended_ms - window.since_ms)
        per_ms = read.events / spent_ms
        if not self.busy:
            # Late ones of what was read as ever are read again by the first slice.
            busy = read.cut or read.events >= EVENTS
            return Rate(events_per_ms=per_ms, busy=busy, ended_ms=read.read_to_ms - COMPLETE_MS)
        if read.events == 0 and spent_ms <= SHORTEST_MS:
            return self
        # What a look as ever would read again: the time to come and that of late events.
        calm = per_ms * (LATE_MS + COMPLETE_MS) < CALM * EVENTS
        return Rate(events_per_ms=per_ms, busy=not calm, ended_ms=ended_ms)
