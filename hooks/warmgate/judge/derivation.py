"""Derives the lines of a score exactly, by dynamic programming: no constant of the judge is taken on trust.

A bad call adds `weight` points, any other takes one away. FAIL is the lowest line that a share of bad calls of exactly
`allowed` reaches in at most 1 % of runs when one looks after every call; PASS the highest that a share of
`ruled_out` reaches in at most 5 %.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

FAIL_ERROR = 0.01
PASS_ERROR = 0.05


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Points of a bad call and the two lines of a score for at most `cap` calls."""

    allowed: float
    ruled_out: float
    cap: int
    weight: int
    fail_at: int
    pass_at: int


def derive_line(allowed: float, ruled_out: float, cap: int) -> ScoreLine:
    """Return the line that tells a share `allowed` of bad calls from a share `ruled_out` within `cap` calls."""
    weight = max(1, round(math.log(ruled_out / allowed) / math.log((1 - allowed) / (1 - ruled_out))))
    fail_at, pass_at = 0, -(weight * cap + 1)
    for _ in range(8):
        before = fail_at, pass_at
        fail_at = _fail_line(allowed, weight, pass_at, cap)
        pass_at = _pass_line(ruled_out, weight, fail_at, cap)
        if (fail_at, pass_at) == before:
            break
    return ScoreLine(allowed, ruled_out, cap, weight, fail_at, pass_at)


def ends(share: float, weight: int, fail_at: int, pass_at: int, cap: int) -> tuple[float, float]:
    """Return the exact probabilities that a score ends at FAIL and at PASS, looked at after every call."""
    places = {0: 1.0}
    failed = passed = 0.0
    for _ in range(cap):
        reached: defaultdict[int, float] = defaultdict(float)
        for score, chance in places.items():
            if score + weight >= fail_at:
                failed += chance * share
            else:
                reached[score + weight] += chance * share
            if score - 1 <= pass_at:
                passed += chance * (1 - share)
            else:
                reached[score - 1] += chance * (1 - share)
        places = reached
    return failed, passed


def _fail_line(allowed: float, weight: int, pass_at: int, cap: int) -> int:
    return _smallest(weight * cap, lambda line: ends(allowed, weight, line, pass_at, cap)[0] <= FAIL_ERROR)


def _pass_line(ruled_out: float, weight: int, fail_at: int, cap: int) -> int:
    return -_smallest(cap, lambda line: ends(ruled_out, weight, fail_at, -line, cap)[1] <= PASS_ERROR)


def _smallest(high: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest line that holds, one beyond `high`, out of reach, where none does."""
    low, high = 1, high + 1
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
