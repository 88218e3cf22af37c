"""Mid-ranks, and the exact distribution of the rank-sum of two small groups."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from math import comb, erfc, sqrt

EXACT_PRODUCT = 900
"""Group sizes whose product is above this use the normal approximation; it is exact to two digits there."""


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

    Ties count half and the sum is rounded down, which errs towards "no difference".
    """
    ordered = sorted(smaller)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in larger) // 2
    n, m = len(larger), len(smaller)
    if n * m > EXACT_PRODUCT:
        spread = sqrt(n * m * (n + m + 1) / 12)
        return 0.5 * erfc((wins - 0.5 - n * m / 2) / spread / sqrt(2))
    return sum(_arrangements(n, m)[wins:]) / comb(n + m, n)


@lru_cache(maxsize=64)
def _arrangements(n: int, m: int) -> tuple[int, ...]:
    """Return in how many orders of n and m values each number of wins occurs: the Gaussian binomial coefficients."""
    counts = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for wins in range(n * m, m + i - 1, -1):
            counts[wins] -= counts[wins - m - i]
        for wins in range(i, n * m + 1):
            counts[wins] += counts[wins - i]
    return tuple(counts)
