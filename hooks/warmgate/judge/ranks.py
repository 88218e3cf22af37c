"""Mid-ranks, and the exact distribution of the rank-sum of two small groups."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb, erfc, sqrt

EXACT_PRODUCT = 900
"""Group sizes whose product is above this use the normal approximation; it is exact to three digits there."""


def mid_ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            ranks[order[place]] = (start + end) / 2 + 1
        start = end + 1
    return ranks


def rank_sum_chance(larger: Sequence[float], smaller: Sequence[float]) -> float:
    """Return the chance that equal groups would show `larger` at least so far above `smaller` (Mann-Whitney, one side).

    Ties count half and are rounded down, which errs towards "no difference".
    """
    wins = sum((a > b) + 0.5 * (a == b) for a in larger for b in smaller)
    n, m = len(larger), len(smaller)
    if n * m > EXACT_PRODUCT:
        spread = sqrt(n * m * (n + m + 1) / 12)
        return 0.5 * erfc((wins - 0.5 - n * m / 2) / spread / sqrt(2))
    counts = _arrangements(n, m)
    return sum(counts[int(wins) :]) / comb(n + m, n)


@lru_cache(maxsize=64)
def _arrangements(n: int, m: int) -> tuple[int, ...]:
    """Return in how many orders of n and m values each number of wins occurs."""
    counts = [[1] + [0] * (n * m) for _ in range(m + 1)]
    for _ in range(n):
        row = [[1] + [0] * (n * m)]
        for other in range(1, m + 1):
            # The largest value is the first group's, winning against all `other`, or the second group's.
            before, left = counts[other], row[other - 1]
            row.append([(before[w - other] if w >= other else 0) + left[w] for w in range(n * m + 1)])
        counts = row
    return tuple(counts[m])
