"""Tells a slowness that fades, as that of a cold cache does, from one that stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt

from warmgate.judge.binomial import at_least
from warmgate.judge.live.rounds import LiveRound
from warmgate.judge.quantile import quantile

STAYS_Z = 3.0
STAYS_CHANCE = 0.05
"""Of so many slow calls in the later half, did their share fade."""
FEWEST_HALF = 15
"""Calls of the new version in each half."""
QUARTILES = 1.349
"""Quartile distance of the normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Course:
    """How much longer the new version's typical call took: the logarithm of the ratio, early and late."""

    early: float
    late: float
    error: float
    apart_s: float

    def stays(self, grace_s: float) -> bool:
        """Return whether it surely fades more slowly than by e-fold in the grace, or grows."""
        expected = max(0.0, self.early) * exp(-self.apart_s / grace_s)
        return self.late - expected >= STAYS_Z * self.error


def course_of(rounds: Sequence[LiveRound]) -> Course | None:
    """Return the course over some rounds by their halves; None where a half has too few calls."""
    half = len(rounds) // 2
    parts = rounds[:half], rounds[half:]
    levels, variance = [], 0.0
    for part in parts:
        new = [call.log_ms for round_ in part for call in round_.new if call.settled]
        old = [call.log_ms for round_ in part for call in round_.old if call.settled]
        if min(len(new), len(old)) < FEWEST_HALF:
            return None
        levels.append(quantile(new, 0.5) - quantile(old, 0.5))
        variance += _variance_of_median(new) + _variance_of_median(old)
    apart_s = _middle_s(parts[1]) - _middle_s(parts[0])
    return Course(levels[0], levels[1], sqrt(variance), apart_s)


def _variance_of_median(values: Sequence[float]) -> float:
    deviation = (quantile(values, 0.75) - quantile(values, 0.25)) / QUARTILES
    return pi / 2 * deviation**2 / len(values)


def _middle_s(rounds: Sequence[LiveRound]) -> float:
    return sum(round_.began_s for round_ in rounds) / len(rounds)


def share_stays(slow: Sequence[tuple[int, int]], rounds: Sequence[LiveRound], grace_s: float) -> bool:
    """Return whether a share of slow calls, by round with all calls, surely does not fade within the grace."""
    half = len(rounds) // 2
    if not half:
        return False
    early, late = (
        (sum(bad for bad, _ in part), sum(calls for _, calls in part)) for part in (slow[:half], slow[half:])
    )
    if not early[1]:
        return False
    apart_s = _middle_s(rounds[half:]) - _middle_s(rounds[:half])
    weight = late[1] * exp(-apart_s / grace_s)
    return at_least(late[0], early[0] + late[0], weight / (early[1] + weight)) <= STAYS_CHANCE
