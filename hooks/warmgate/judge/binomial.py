"""Binomial probabilities and bounds to nine digits, for counts of any size; no decision is taken here."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p

NEGLIGIBLE = 1e-17


def at_least(count: int, of: int, share: float) -> float:
    """Return the probability of `count` or more hits in `of` independent tries."""
    return 1 - at_most(count - 1, of, share)


def at_most(count: int, of: int, share: float) -> float:
    """Return the probability of `count` hits or fewer in `of` independent tries."""
    if count < 0:
        return 0.0
    if count >= of or 1 - share == 1 or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    # The tail away from the mean is summed: its terms only fall, so that none is lost to underflow.
    if count <= of * share:
        return min(1.0, _tail(count, of, share))
    return max(0.0, 1 - _tail(of - count - 1, of, 1 - share))


def _tail(count: int, of: int, share: float) -> float:
    """Return the probability of `count` hits or fewer, summed from the largest term down."""
    combinations = lgamma(of + 1) - lgamma(count + 1) - lgamma(of - count + 1)
    term = exp(combinations + count * log(share) + (of - count) * log1p(-share))
    total, odds = 0.0, (1 - share) / share
    while term > NEGLIGIBLE * total:
        total += term
        term *= odds * count / (of - count + 1)
        count -= 1
    return total


@lru_cache(maxsize=512)
def chances(of: int, share: float) -> tuple[float, ...]:
    """Return the probabilities of 0, 1, ... `of` hits in `of` independent tries; `share` is above 0 and below 1."""
    scale = lgamma(of + 1)
    hit, miss = log(share), log1p(-share)
    return tuple(
        exp(scale - lgamma(count + 1) - lgamma(of - count + 1) + count * hit + (of - count) * miss)
        for count in range(of + 1)
    )


@lru_cache(maxsize=1024)
def upper_bound(count: int, of: int, error: float = 0.05) -> float:
    """Return the share that `count` hits in `of` tries rule out from above, 1 - `error` sure (Clopper-Pearson)."""
    if count >= of:
        return 1.0
    low, high = count / of, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if at_most(count, of, middle) > error:
            low = middle
        else:
            high = middle
    return high


def permutation_p_value(new_slow: int, new_count: int, old_slow: int, old_count: int) -> float:
    """Return the chance of at least `new_slow` beyond a limit that old chose, had all been dealt from one pack.

    The limit is a value of old's own, so that one more of old counts as beyond it.
    """
    beyond = old_slow + 1
    return at_most(beyond - 1, new_slow + beyond - 1, old_count / (old_count + new_count))
