"""Looks at a deployment again and again until it has ended, and tells what has changed. Prints nothing itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from warmgate_ops.release.deployment import ReleaseError
from warmgate_ops.release.following import Seen, lines_between

POLL_S = 2.0
SLOWEST_POLL_S = 15.0
PATIENT_LOOKS = 10
"""Looks that may fail one after the other before the end is unknown."""
REPORT_GRACE_S = 20.0
"""The controller completes the report some seconds after the end."""


class Watcher(Protocol):
    """Hears of a deployment."""

    def tell(self, line: str) -> None:
        """Hear what has changed."""

    def show(self, seen: Seen) -> None:
        """Hear what it looks like now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Follows one deployment; a look that fails is tried again, more slowly."""

    look: Callable[[], Seen]
    """Raises ReleaseError."""
    watcher: Watcher
    deployment_id: str
    waits_for_report: bool
    now_s: Callable[[], float] = time.monotonic
    sleep_s: Callable[[float], None] = time.sleep

    def follow(self, timeout_s: float) -> Seen:
        """Return the last look: at the end, after the time-out, on Ctrl-C, or when looks fail for too long."""
        seen, failures, began_s, over_s = Seen(), 0, self.now_s(), 0.0
        try:
            while self.now_s() - began_s < timeout_s:
                now = self._looked()
                if now is None:
                    failures += 1
                    if failures >= PATIENT_LOOKS:
                        break
                    self.sleep_s(min(POLL_S * 2**failures, SLOWEST_POLL_S))
                    continue
                failures = 0
                self._told(seen, now)
                seen = now
                over_s = over_s or (self.now_s() if seen.over else 0.0)
                if seen.over and (self._is_complete(seen) or self.now_s() - over_s > REPORT_GRACE_S):
                    break
                self.sleep_s(POLL_S)
        except KeyboardInterrupt:
            known = f"; last seen: {seen.status}, alias serves {seen.alias}" if seen.alias else ""
            goes_on = f"the deployment {self.deployment_id} continues: warmgate why {self.deployment_id}"
            self.watcher.tell(f"stopped waiting; {goes_on}{known}")
        return seen

    def _looked(self) -> Seen | None:
        try:
            return self.look()
        except ReleaseError as error:
            self.watcher.tell(str(error))
            return None

    def _told(self, seen: Seen, now: Seen) -> None:
        for line in lines_between(seen, now):
            self.watcher.tell(line)
        self.watcher.show(now)

    def _is_complete(self, seen: Seen) -> bool:
        return not self.waits_for_report or bool(seen.report and seen.report.get("release"))
