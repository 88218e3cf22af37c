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
NEGLIGIBLE = 1e-16
"""Paths less likely than this are not followed; they are counted as both errors, which rounds against ourselves."""


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
    before, lines = None, (0, -(weight * cap + 1))
    # A nearer PASS takes runs away from FAIL and the other way round: both lines only come nearer, until they stand.
    while lines != before:
        before = lines
        fail_at = _fail_line(allowed, weight, lines[1], cap)
        lines = fail_at, _pass_line(ruled_out, weight, fail_at, cap)
    return ScoreLine(allowed, ruled_out, cap, weight, *lines)


def ends(share: float, weight: int, fail_at: int, pass_at: int, cap: int) -> tuple[float, float]:
    """Return the exact probabilities that a score ends at FAIL and at PASS, looked at after every call."""
    places = {0: 1.0}
    failed = passed = lost = 0.0
    for _ in range(cap):
        reached: defaultdict[int, float] = defaultdict(float)
        for score, chance in places.items():
            if chance < NEGLIGIBLE:
                lost += chance
                continue
            if score + weight >= fail_at:
                failed += chance * share
            else:
                reached[score + weight] += chance * share
            if score - 1 <= pass_at:
                passed += chance * (1 - share)
            else:
                reached[score - 1] += chance * (1 - share)
        places = reached
    return failed + lost, passed + lost


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
