"""The clock of what lasts for hours: Step Functions and the times in logs and metrics; it may be hastened at any time.

It begins as the wall's. Once it is hastened it runs on without a jump, so that what was logged before lies before.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the clock runs from an instant of the wall's on."""

    wall_s: float
    own_s: float
    scale: float

    def at(self, wall_s: float) -> float:
        """Return the clock's time at an instant of the wall's."""
        return self.own_s + (wall_s - self.wall_s) * self.scale


class HastenedClock:
    """Seconds since the epoch; `file` tells MiniStack's process what they are."""

    def __init__(self, file: Path, wall: Callable[[], float] = time.time) -> None:
        self._file = file
        self._wall = wall
        self._paces = [Pace(0.0, 0.0, 1.0)]

    def now_s(self) -> float:
        """Return the time."""
        return self.at(self._wall())

    def at(self, wall_s: float) -> float:
        """Return the time at an instant of the wall's, also one before the clock was hastened."""
        return next(pace for pace in reversed(self._paces) if pace.wall_s <= wall_s).at(wall_s)

    def hasten(self, scale: float) -> None:
        """Let the clock run so many times as fast as the wall's from now on."""
        wall_s = self._wall()
        pace = Pace(wall_s, self.at(wall_s), scale)
        self._paces.append(pace)
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps([pace.wall_s, pace.own_s, pace.scale]), encoding="utf-8")
        written.replace(self._file)
