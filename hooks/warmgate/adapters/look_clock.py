"""The time of a look: the one at which its engine began it, which is the same in every retry."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime

from warmgate.adapters.waiting import SystemClock

BEGAN_MS: ContextVar[float | None] = ContextVar("began_ms", default=None)


def set_look_time(iso: str) -> None:
    """Let a look have begun at a time of the state machine, as 2026-11-27T16:12:00.123Z; raises ValueError."""
    BEGAN_MS.set(datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp() * 1000)


class LookClock(SystemClock):
    """The machine's clocks, but for the time since the epoch while a look is made."""

    def epoch_ms(self) -> float:
        """Return when the look began, else the wall clock, in milliseconds since the epoch."""
        began_ms = BEGAN_MS.get()
        return super().epoch_ms() if began_ms is None else began_ms
