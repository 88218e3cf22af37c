"""Which shares a count leaves possible."""

from __future__ import annotations

from collections.abc import Callable

from warmgate.judge.binomial import at_least, at_most


def interval(count: int, of: int) -> tuple[float, float]:
    """Return the shares that so many of so many leave possible, 95 % sure (Clopper-Pearson)."""
    low = 0.0 if count == 0 else _root(lambda share: at_least(count, of, share) < 0.025)
    high = 1.0 if count == of else _root(lambda share: at_most(count, of, share) > 0.025)
    return low, high


def _root(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return high
