"""A quota of calls a second, as AWS's APIs have one for each operation. Pure; the clock is passed in."""

from __future__ import annotations

from collections import deque


class Quota:
    """Counts the calls of the last second."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque()

    def take(self, per_s: float | None, now_s: float) -> bool:
        """Return whether one more call is answered; None is no limit, and a call that is throttled is not counted."""
        while self._taken and self._taken[0] <= now_s - 1.0:
            self._taken.popleft()
        if per_s is not None and len(self._taken) >= per_s:
            return False
        self._taken.append(now_s)
        return True
