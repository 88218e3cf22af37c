"""The cloud's hastened clock as MiniStack's process sees it: the front writes how fast it runs into a file."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

_SLICE_S = 0.05
"""A wait looks at the clock as often, so that it also ends early where the clock is hastened meanwhile."""


class Clock:
    """Seconds since the epoch; the wall's as long as there is no file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now_s(self) -> float:
        """Return the time."""
        wall_s, own_s, scale = self._pace()
        return own_s + (time.time() - wall_s) * scale

    def now_iso(self) -> str:
        """Return the time as MiniStack writes it."""
        return datetime.fromtimestamp(self.now_s(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def sleep(self, seconds: float) -> None:
        """Return when so many of the clock's seconds have passed."""
        until_s = self.now_s() + seconds
        while (left_s := until_s - self.now_s()) > 0:
            time.sleep(min(left_s / max(self._pace()[2], 1e-9), _SLICE_S))

    def _pace(self) -> tuple[float, float, float]:
        try:
            wall_s, own_s, scale = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0.0, 0.0, 1.0
        return float(wall_s), float(own_s), float(scale)
