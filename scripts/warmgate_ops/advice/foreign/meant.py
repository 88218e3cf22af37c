"""What another tool's document asks for, in Warmgate's words, gathered while it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST_MS = 900_000.0
MOST_RATIO = 100.0
LATENCY = re.compile(r"latenc|duration|response.?time|elapsed", re.IGNORECASE)
FAILURES = re.compile(r"error|fail|5xx|fault", re.IGNORECASE)
_RATE = re.compile(r"rate|ratio|percent|pct|\b100\b", re.IGNORECASE)
SUCCESSES = re.compile(r"success|availab|non.?5xx", re.IGNORECASE)


@dataclass(slots=True)
class Meant:
    """A document of another tool."""

    what: str
    name: str = ""
    function: str = ""
    alias: str = ""
    durations: dict[str, float] = field(default_factory=dict)
    """Milliseconds by percentile."""
    error_ratio: float | None = None
    duration_ratio: float | None = None
    """To the baseline's p95."""
    taken: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What has no like in a policy, or is not said clearly enough."""
    shifting: list[str] = field(default_factory=list)
    """Keys about how traffic shifts."""

    def limit_duration(self, percentile: str, limit_ms: float, said: str) -> None:
        """Take a limit on the duration; of two for one percentile the stricter one counts."""
        if not 0 < limit_ms <= LONGEST_MS:
            self.left.append(f"{said}: no duration that a call of Lambda can have")
            return
        self.durations[percentile] = min(limit_ms, self.durations.get(percentile, limit_ms))
        self.taken.append(said)

    def limit_errors(self, share: float, said: str) -> None:
        """Take a share of calls that may fail; of two the stricter one counts."""
        if not 0 <= share < 1:
            self.left.append(f"{said}: no share of calls")
            return
        share = round(share, 9)
        self.error_ratio = share if self.error_ratio is None else min(share, self.error_ratio)
        self.taken.append(said)

    def compare_duration(self, ratio: float, said: str) -> None:
        """Take a ratio to the baseline's duration."""
        if not 1 < ratio <= MOST_RATIO:
            self.left.append(f"{said}: no ratio above 1")
            return
        self.duration_ratio = ratio if self.duration_ratio is None else min(ratio, self.duration_ratio)
        self.taken.append(said)


def as_share(number: float, words: str) -> float | None:
    """Return a rate as a share, of what may be a share or percent; None where it may be a count.

    Args:
        number: as it is written.
        words: name and query of the metric.
    """
    if number <= 1:
        return number
    return number / 100 if number <= 100 and _RATE.search(words) else None
