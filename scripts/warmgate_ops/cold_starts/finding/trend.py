"""Whether cold starts became slower or faster, from when on, and by how much; pure.

The comparison is the judge's: ranks, five cold starts a side at least, and a ratio of medians that matters. Inside a
version changes are looked for as in `causes.changes`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from warmgate.judge.ranks import rank_sum_chance
from warmgate_ops.cold_starts.causes.changes import LEAST, RATIO, change_points

FEWEST: Final = LEAST
"""Cold starts a side below which nothing is said."""
CHANCE: Final = 0.01
"""How probable so large a difference may be where there is none."""
_MOST: Final = 20_000
"""Longer histories are looked at by every nth cold start."""


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
    old, new = _thinned(earlier.waited_ms), _thinned(later.waited_ms)
    chance, ratio = _chance(old, new), _ratio(old, new)
    if chance > CHANCE or not _matters(ratio):
        return None
    return Change(
        at_ms=later.at_ms[0],
        version=later.version,
        before_version=earlier.version,
        ratio=ratio,
        chance=chance,
        before=len(old),
        after=len(new),
    )


def inside(history: History) -> Iterator[Change]:
    """Yield the changes inside a version, in the order of time; none where the log tells no times."""
    if not history.at_ms or not history.at_ms[0]:
        return
    step = -(-len(history.waited_ms) // _MOST)
    series = list(zip(history.at_ms[::step], history.waited_ms[::step], strict=True))
    for change in change_points(series, least=FEWEST, ratio=RATIO, chance=CHANCE):
        yield Change(
            at_ms=change.at_ms,
            version=history.version,
            before_version=history.version,
            ratio=change.ratio,
            chance=change.chance,
            before=change.counts[0],
            after=change.counts[1],
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
