"""Binomial probabilities and bounds, exact."""

from __future__ import annotations

from math import comb


def at_least(count: int, of: int, share: float) -> float:
    """Return the probability of `count` or more hits in `of` independent tries."""
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))


def upper_bound(count: int, of: int, error: float = 0.05) -> float:
    """Return the share that `count` hits in `of` tries rule out from above, 1 - `error` sure (Clopper-Pearson)."""
    if count >= of:
        return 1.0
    low, high = count / of, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if 1 - at_least(count + 1, of, middle) > error:
            low = middle
        else:
            high = middle
    return high
