"""Tells a slowness that fades, as that of a cold cache does, from one that stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, pi, sqrt

from warmgate.judge.binomial import at_least
from warmgate.judge.live.rounds import FEWEST_CALLS, LiveCall, LiveRound
from warmgate.judge.quantile import quantile

STAYS_Z = 4.0
STAYS_CHANCE = 0.05
"""Of so many slow calls in the later half, did their share fade."""
LEAST_SPREAD = 0.10
"""Standard deviation of the logarithm of an environment's speed that is taken for granted: few show none by chance."""
LEAST_NOISE = 0.02
"""Likewise, of calls of one environment: durations in whole milliseconds may be all the same."""
QUARTILES = 1.349
"""Quartile distance of the normal distribution, in standard deviations."""

_Half = Mapping[str | None, list[float]]
"""Logarithms of durations by environment."""


@dataclass(frozen=True, slots=True)
class Course:
    """How much longer the new version's typical call took, as the logarithm of the ratio, and by how much that grew."""

    early: float
    change: float
    early_error: float
    change_error: float
    apart_s: float

    @property
    def late(self) -> float:
        """Return the logarithm of the ratio in the later half."""
        return self.early + self.change

    def stays(self, grace_s: float) -> bool:
        """Return whether it surely fades more slowly than by e-fold in the grace, or grows."""
        faded = 1 - exp(-self.apart_s / grace_s)
        early = max(0.0, self.early)
        error = sqrt(self.change_error**2 + (faded * self.early_error) ** 2)
        return self.late - early + faded * early >= STAYS_Z * error


def course_of(rounds: Sequence[LiveRound]) -> Course | None:
    """Return the course over some rounds by their halves; None where too few environments took calls in both.

    An environment is compared with itself: which ones take the calls changes, and they differ.
    """
    half = len(rounds) // 2
    halves = rounds[:half], rounds[half:]
    arms = [
        [_by_environment([call for r in part for call in arm(r) if call.settled]) for part in halves]
        for arm in (_old, _new)
    ]
    if not all(early.keys() & late.keys() for early, late in arms):
        return None
    (old_change, old_variance), (new_change, new_variance) = (_change(early, late) for early, late in arms)
    (old_level, old_error), (new_level, new_error) = (_level(early) for early, _ in arms)
    return Course(
        early=new_level - old_level,
        change=new_change - old_change,
        early_error=sqrt(old_error + new_error),
        change_error=sqrt(old_variance + new_variance),
        apart_s=_middle_s(halves[1]) - _middle_s(halves[0]),
    )


def _old(round_: LiveRound) -> tuple[LiveCall, ...]:
    return round_.old


def _new(round_: LiveRound) -> tuple[LiveCall, ...]:
    return round_.new


def _by_environment(calls: Sequence[LiveCall]) -> dict[str | None, list[float]]:
    found: dict[str | None, list[float]] = {}
    for call in calls:
        found.setdefault(call.environment, []).append(call.log_ms)
    return {name: values for name, values in found.items() if len(values) >= FEWEST_CALLS}


def _change(early: _Half, late: _Half) -> tuple[float, float]:
    """Return by how much an arm's environments took longer later, and the variance of that."""
    centred = [value - quantile(values, 0.5) for half in (early, late) for values in half.values() for value in values]
    noise = pi / 2 * max(LEAST_NOISE, (quantile(centred, 0.75) - quantile(centred, 0.25)) / QUARTILES) ** 2
    both = [name for name in early if name in late]
    variances = [noise * (1 / len(early[name]) + 1 / len(late[name])) for name in both]
    total = sum(1 / variance for variance in variances)
    changes = [quantile(late[name], 0.5) - quantile(early[name], 0.5) for name in both]
    return sum(change / variance for change, variance in zip(changes, variances, strict=True)) / total, 1 / total


def _level(half: _Half) -> tuple[float, float]:
    """Return how long an arm's typical call took, and the variance by which environments differ."""
    return quantile([value for values in half.values() for value in values], 0.5), LEAST_SPREAD**2 / len(half)


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
