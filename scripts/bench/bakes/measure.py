"""Stops of good bakes, minutes until bad ones are found, and the trend of memory, each over seeded bakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from bench.shifts.measure import share_in_words
from support.traffic.bakes import BORDERLINE, GOOD, LEAKS, drawn, found_after_h
from warmgate.judge.bake.sequence import Count, first_beyond

RUNS = 200
CALLS, CHECKS = 100, 4
PART_MINUTES, PARTS = 3, 120
"""Of a bake of six hours."""
GOOD_SHARES = {
    "0.5 % fail, limit 0.5 %": (0.005, 0.005, 0.0),
    "0.3 % fail in clumps, limit 0.5 %": (0.003, 0.005, 0.5),
    "5 % slow, limit 5 %": (0.05, 0.05, 0.0),
    "3 % slow in clumps, limit 5 %": (0.03, 0.05, 0.3),
}
"""True share, limit, and how much the share varies from part to part (variance over squared mean)."""


def bake_rows(runs: int) -> Iterator[tuple[str, str]]:
    """Yield what was measured in so many bakes of each kind, as (what, measured)."""
    for parts in (36, 144):
        for name, (share, allowed, clumped) in GOOD_SHARES.items():
            stops = sum(_is_stopped(seed, parts, share, allowed, clumped) for seed in range(runs))
            yield f"stopped, {name}, {parts} parts", share_in_words(stops, runs)
    for calls in (40, 100, 300, 2000):
        for rate in (0.02, 0.05, 0.2):
            late = [found for seed in range(runs) if (found := _minutes(seed, calls, rate)) is not None]
            yield f"minutes, {rate:.0%} fail after 3 h, {calls} calls a part", _in_words(late, runs)
    for environments, life_h in ((5, 2.5), (1, 8.0)):
        few = max(1, runs // 10)
        for name, course in (*GOOD.items(), *BORDERLINE.items(), *((name, leak[0]) for name, leak in LEAKS.items())):
            hours = [found_after_h(course, s, environments=environments, life_h=life_h) for s in range(few)]
            ends = [60 * hour for hour in hours if hour is not None]
            yield f"minutes, memory: {name}, {environments} environments", _in_words(ends, few)


def _is_stopped(seed: int, parts: int, share: float, allowed: float, clumped: float) -> bool:
    counts = drawn(Random(seed), parts, CALLS, lambda _part: share, clumped=clumped)
    return _found(counts, allowed) is not None


def _minutes(seed: int, calls: int, rate: float) -> float | None:
    """Return how long after their beginning errors over a limit of 0.5 % are shown by parts that are over."""
    half = PARTS // 2
    found = _found(drawn(Random(seed), PARTS, calls, lambda part: rate if part >= half else 0.001), 0.005)
    return None if found is None else float(PART_MINUTES * (found - half))


def _found(counts: list[Count], allowed: float) -> int | None:
    found = first_beyond(counts, allowed, part_count=len(counts), check_count=CHECKS)
    return None if found is None else found.part


def _in_words(minutes: Sequence[float], runs: int) -> str:
    if not minutes:
        return f"none of {runs} found"
    ordered = sorted(minutes)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{len(minutes)} of {runs} found, median {ordered[len(ordered) // 2]:.0f}, 95 % within {late:.0f}"
