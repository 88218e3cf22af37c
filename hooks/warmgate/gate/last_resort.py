"""Reports a status shortly before the time for it is over, whatever the hook's run is doing then."""

from __future__ import annotations

import threading
from collections.abc import Callable

from warmgate.model.deadline import Deadline
from warmgate.model.verdict import Judgement
from warmgate.ports.time import Timer

RINGS_MS = 7_000.0
"""Before the end of the time to report in: room for two attempts of three seconds that nobody answers."""

Report = Callable[[Judgement], bool]


class LastResort:
    """What a hook's run and the timer that may end it share: the judgement, and whether it is done with.

    Both may report at once where an answer is on its way. They report the same status, and CodeDeploy takes one.
    """

    def __init__(self, overdue: Judgement, report: Report) -> None:
        """`overdue` is reported where nothing is decided; `report` runs in the timer and returns whether it is done."""
        self._judgement = overdue
        self._report = report
        self._lock = threading.Lock()
        self._over = False
        self.took_over = False
        self.done = False

    def armed(self, timer: Timer, deadline: Deadline) -> Callable[[], None]:
        """Start the timer and return what calls it off."""
        return timer.call_at(deadline.at_ms - RINGS_MS, self._ring)

    def decided(self, judgement: Judgement) -> Judgement:
        """Note what the run has found and return what it is to report: what the timer has begun to report stands."""
        with self._lock:
            if not self.took_over:
                self._judgement = judgement
            return self._judgement

    def over(self) -> None:
        """Note that the run has reported, or that no status is awaited."""
        with self._lock:
            self._over = True

    def _ring(self) -> None:
        with self._lock:
            if self._over:
                return
            self.took_over = True
            judgement = self._judgement
        self.done = self._report(judgement)
