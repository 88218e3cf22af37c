"""Where a series of values changes for good: binary segmentation by the rank test that judges releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from warmgate.judge.ranks import mid_ranks, rank_sum_chance

LEAST = 5
"""Values on each side of a change."""
RATIO = 1.2
"""Between the medians of both sides, upwards or downwards."""
CHANCE = 0.001
"""That a series without any change shows one at all, at most (Bonferroni over the places that were tried)."""

NEAR = 20
"""So many values around the best split are looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a series."""

    at_ms: float
    """When the first value after it was taken, milliseconds since the epoch."""
    after_ms: float
    """When the last value before it was taken."""
    before: float
    """Median of the stretch before it, up to the change before that."""
    after: float
    """Median of the stretch after it."""
    counts: tuple[int, int]
    """Values in both stretches."""
    chance: float
    """Of so clear a difference without a change."""

    @property
    def ratio(self) -> float:
        """Return how many times as large the values became."""
        return self.after / self.before if self.before else float("inf")


def change_points(
    series: Sequence[tuple[float, float]], *, least: int = LEAST, ratio: float = RATIO, chance: float = CHANCE
) -> tuple[Change, ...]:
    """Return the changes of a series of (time, value), by time.

    Args:
        series: in any order; times in milliseconds since the epoch.
        least: values on each side of a change.
        ratio: the least ratio of medians, in either direction.
        chance: of a change where there is none, at most.
    """
    ordered = sorted(series)
    values = [value for _, value in ordered]
    places: list[int] = []
    waiting = [(0, len(values))]
    while waiting:
        start, end = waiting.pop()
        place = _best_split(values[start:end], least, ratio, chance)
        if place is not None:
            places.append(start + place)
            waiting += [(start, start + place), (start + place, end)]
    places = _kept(values, sorted(places), ratio, chance)
    edges = [0, *places, len(values)]
    return tuple(_change(ordered, edges[n - 1], edges[n], edges[n + 1]) for n in range(1, len(edges) - 1))


def _best_split(values: Sequence[float], least: int, ratio: float, chance: float) -> int | None:
    """Return where both sides differ most by their ranks, None where they do not differ enough."""
    count = len(values)
    if count < 2 * least:
        return None
    below, best, place = 0.0, 0.0, 0
    for at, rank in enumerate(mid_ranks(values), 1):
        below += rank
        if least <= at <= count - least:
            score = abs(below - at * (count + 1) / 2) / sqrt(at * (count - at) * (count + 1) / 12)
            if score > best:
                best, place = score, at
    if not place or not _differs(values[:place], values[place:], ratio):
        return None
    if _chance(values[:place], values[place:]) * (count - 2 * least + 1) > chance:
        return None
    return _sharpened(values, place, least)


def _sharpened(values: Sequence[float], place: int, least: int) -> int:
    """Return the place near a split around which values are nearest to the two medians.

    Ranks favour even halves: where both sides are apart, a split beside the true one has the higher score.
    """
    low, high = median(values[:place]), median(values[place:])
    near = range(max(least, place - NEAR), min(len(values) - least, place + NEAR) + 1)

    def off(at: int) -> float:
        left = sum(abs(value - low) - abs(value - high) for value in values[near[0] : at])
        right = sum(abs(value - high) - abs(value - low) for value in values[at : near[-1]])
        return left + right

    return min(near, key=lambda at: (off(at), abs(at - place)))


def _kept(values: Sequence[float], places: list[int], ratio: float, chance: float) -> list[int]:
    """Return the changes that still are some between their neighbours: a later split may have explained an earlier."""
    kept = list(places)
    for place in places:
        at = kept.index(place)
        start = kept[at - 1] if at else 0
        end = kept[at + 1] if at + 1 < len(kept) else len(values)
        left, right = values[start:place], values[place:end]
        if not _differs(left, right, ratio) or _chance(left, right) > chance:
            kept.remove(place)
    return kept


def _differs(left: Sequence[float], right: Sequence[float], ratio: float) -> bool:
    low, high = sorted((median(left), median(right)))
    return high >= low * ratio and high > low


def _chance(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the chance of the difference, in whichever direction it is."""
    rises = median(right) > median(left)
    return min(1.0, 2 * (rank_sum_chance(right, left) if rises else rank_sum_chance(left, right)))


def _change(ordered: Sequence[tuple[float, float]], start: int, place: int, end: int) -> Change:
    left, right = ([value for _, value in ordered[a:b]] for a, b in ((start, place), (place, end)))
    return Change(
        at_ms=ordered[place][0],
        after_ms=ordered[place - 1][0],
        before=median(left),
        after=median(right),
        counts=(len(left), len(right)),
        chance=_chance(left, right),
    )
