"""What a release changes: nothing, its speed, the share of calls that take a slow path, or its body alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from support.traffic.generators import Change

SLOW_PATH = 3.0
BODY = 1.3
BODY_BELOW = 0.93


@dataclass(frozen=True, slots=True)
class Kind:
    """A change by name; `factor` multiplies every call, `slow_share` of calls take three times as long."""

    name: str
    factor: float = 1.0
    slow_share: float = 0.0
    body_only: bool = False

    def change(self, body_below_ms: float) -> Change:
        """Return what a call becomes; `body_below_ms` is the family's p93."""

        def changed(duration_ms: float, random: Random) -> float:
            if self.body_only:
                return duration_ms * BODY if duration_ms < body_below_ms else duration_ms
            if self.slow_share and random.random() < self.slow_share:
                return duration_ms * SLOW_PATH
            return duration_ms * self.factor

        return changed


SCALES = tuple(Kind(f"x{factor:g}", factor=factor) for factor in (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 2.0))
TAILS = tuple(Kind(f"tail {share:.0%}", slow_share=share) for share in (0.05, 0.10, 0.20))
KINDS = (*SCALES, *TAILS, Kind("body +30%", body_only=True))

UNDER_CONDITIONS = {
    "relative": ("x1", "x1.05", "x1.1", "x1.5", "tail 10%", "tail 20%"),
    "absolute": ("x0.8", "x0.9", "x1.5", "tail 10%"),
}
"""What is drawn under the fifteen conditions, by form."""
BY_NAME = {kind.name: kind for kind in (*KINDS, Kind("x1.05", factor=1.05))}

RELATIVE_GOOD = ("x0.8", "x0.9", "x1", "x1.05", "x1.1")
RELATIVE_BAD = ("x1.5", "x2", "tail 10%", "tail 20%")
ABSOLUTE_GOOD = ("x0.8", "x0.9")
ABSOLUTE_BAD = ("x1.2", "x1.5", "x2", "tail 10%", "tail 20%")
ABSOLUTE_TAIL_AT = 0.8
"""A tail is added to a release whose p95 was at this share of the limit."""
