"""Intervals by counting alone: a median between two values of its own sample, a share that a count rules out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from warmgate.judge.binomial import at_most, upper_bound
from warmgate.judge.ranks import rank_sum_chance

ERROR = 0.05


def median(values: Sequence[float]) -> float:
    """Return the middle value, the mean of the two middle ones of an even number; `values` is not empty."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def median_interval(values: Sequence[float], error: float = ERROR) -> tuple[float, float] | None:
    """Return two values of the sample between which the true median lies, 1 - `error` sure; None for fewer than 6.

    Each value is above the true median with the chance of a coin, whatever the distribution.
    """
    ordered, count = sorted(values), len(values)
    outside = -1
    while outside + 1 < count / 2 and at_most(outside + 1, count, 0.5) <= error / 2:
        outside += 1
    if outside < 0:
        return None
    return ordered[outside], ordered[count - 1 - outside]


def within_share(slow: int, count: int, error: float = ERROR) -> float:
    """Return the share that is proven to be fast where `slow` of `count` were not, 1 - `error` sure."""
    return 1 - upper_bound(slow, count, error)


def needed_for(share: float, error: float = ERROR) -> int:
    """Return the fewest values without a slow one that prove such a share to be fast: 59 for 95 %."""
    return math.ceil(math.log(error) / math.log(share) - 1e-9)


def two_sided(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the chance that equal groups would differ so far, in whichever direction (Mann-Whitney)."""
    return min(1.0, 2 * min(rank_sum_chance(one, other), rank_sum_chance(other, one)))
