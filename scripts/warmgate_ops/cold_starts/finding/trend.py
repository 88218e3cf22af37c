"""Whether cold starts became slower or faster, from when on, and by how much; pure.

The comparison is the judge's: ranks, five cold starts a side at least, and a ratio of medians that matters. Inside a
version the place of a change is where ranks differ most (binary segmentation), and its chance is that of the best of
all places.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Final

from warmgate.judge.ranks import mid_ranks, rank_sum_chance

FEWEST: Final = 5
"""Cold starts a side below which nothing is said."""
RATIO: Final = 1.2
"""What the medians must differ by."""
CHANCE: Final = 0.01
"""How probable so large a difference may be where there is none."""
_MOST: Final = 20_000
"""Longer histories are looked at by every nth cold start."""
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Cold starts differ after an instant or a version from those before it."""

    at_ms: float
    """When the first of the later ones began; 0 where the log tells no times."""
    version: str
    """Of the later ones."""
    before_version: str
    """The same one where the change is inside a version."""
    ratio: float
    """Median of the later ones to that of the earlier ones."""
    chance: float
    """Of a difference so large between equals."""
    before: int
    after: int
    """Cold starts on both sides."""

    @property
    def is_slower(self) -> bool:
        """Whether callers wait longer since."""
        return self.ratio > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Cold starts of one version in the order of time."""

    version: str
    at_ms: Sequence[float]
    waited_ms: Sequence[float]


def changes_of(histories: Sequence[History]) -> tuple[Change, ...]:
    """Return the changes from version to version, oldest first, and inside of each, in the order of time."""
    found = [change for history in histories for change in inside(history)]
    told = [history for history in histories if len(history.waited_ms) >= FEWEST]
    for earlier, later in pairwise(told):
        change = between(earlier, later)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda change: change.at_ms))


def between(earlier: History, later: History) -> Change | None:
    """Return how one version differs from the one before it, None where it does not."""
    return _compared(earlier.version, later, _thinned(earlier.waited_ms), _thinned(later.waited_ms), later.at_ms[0], 1)


def inside(history: History) -> Iterator[Change]:
    """Yield the changes inside a version, in the order of time; none where the log tells no times."""
    if len(history.waited_ms) < 2 * FEWEST or not history.at_ms[0]:
        return
    step = -(-len(history.waited_ms) // _MOST)
    values, times = history.waited_ms[::step], history.at_ms[::step]
    for first, place, end in _segments(values, 0, len(values), _DEEPEST):
        change = _compared(
            history.version, history, values[first:place], values[place:end], times[place], end - first - 2 * FEWEST + 1
        )
        if change is not None:
            yield change


def _segments(values: Sequence[float], first: int, end: int, depth: int) -> Iterator[tuple[int, int, int]]:
    """Yield segments and where each is divided, as long as both parts differ."""
    if end - first < 2 * FEWEST or not depth:
        return
    place = first + _best_place(values[first:end])
    earlier, later = values[first:place], values[place:end]
    if _chance(earlier, later) * (end - first - 2 * FEWEST + 1) > CHANCE or not _matters(_ratio(earlier, later)):
        return
    yield from _segments(values, first, place, depth - 1)
    yield first, place, end
    yield from _segments(values, place, end, depth - 1)


def _best_place(values: Sequence[float]) -> int:
    """Return where the ranks of the later part differ most from what equals would have."""
    total = len(values)
    best, place, ranks = -1.0, FEWEST, 0.0
    for count, rank in enumerate(mid_ranks(values), 1):
        ranks += rank
        if FEWEST <= count <= total - FEWEST:
            spread = sqrt(count * (total - count) * (total + 1) / 12)
            distance = abs(ranks - count * (total + 1) / 2) / spread
            if distance > best:
                best, place = distance, count
    return place


def _compared(
    before_version: str, later_of: History, earlier: Sequence[float], later: Sequence[float], at_ms: float, places: int
) -> Change | None:
    chance, ratio = min(1.0, _chance(earlier, later) * places), _ratio(earlier, later)
    if chance > CHANCE or not _matters(ratio):
        return None
    return Change(
        at_ms=at_ms,
        version=later_of.version,
        before_version=before_version,
        ratio=ratio,
        chance=chance,
        before=len(earlier),
        after=len(later),
    )


def _chance(earlier: Sequence[float], later: Sequence[float]) -> float:
    """Return the chance, of both directions, that equals would differ so much."""
    return min(1.0, 2 * min(rank_sum_chance(later, earlier), rank_sum_chance(earlier, later)))


def _ratio(earlier: Sequence[float], later: Sequence[float]) -> float:
    base = median(earlier)
    return median(later) / base if base else 1.0


def _matters(ratio: float) -> bool:
    return ratio >= RATIO or (ratio > 0 and 1 / ratio >= RATIO)


def _thinned(values: Sequence[float]) -> Sequence[float]:
    return values[:: -(-len(values) // _MOST)] if values else values


def days_of(at_ms: Sequence[float], values: Sequence[float], first_ms: float, days: int) -> list[float | None]:
    """Return the median of each day of a window from its first instant on; None for a day without a value."""
    by_day: list[list[float]] = [[] for _ in range(days)]
    bounds = [first_ms + day * 86_400_000.0 for day in range(1, days)]
    for at, value in zip(at_ms, values, strict=True):
        if at:  # 0 where the log tells no time
            by_day[bisect_right(bounds, at)].append(value)
    return [median(each) if each else None for each in by_day]
