"""The clock of CodeDeploy's schedules and of Lambda's retries."""

from __future__ import annotations

import asyncio
import time


class ScaledClock:
    """Seconds since the epoch that pass `scale` times as fast as the wall's."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self._began, self._epoch = time.monotonic(), time.time()

    def now_s(self) -> float:
        """Return the scaled time."""
        return self._epoch + (time.monotonic() - self._began) * self.scale

    def to_wall(self, scaled_s: float) -> float:
        """Return when a scaled instant is on the wall's clock."""
        return self._epoch + (scaled_s - self._epoch) / self.scale

    def from_wall(self, wall_s: float) -> float:
        """Return the scaled time of an instant of the wall's clock."""
        return self._epoch + (wall_s - self._epoch) * self.scale

    async def sleep(self, scaled_s: float) -> None:
        """Return when that much scaled time has passed."""
        await asyncio.sleep(scaled_s / self.scale)
