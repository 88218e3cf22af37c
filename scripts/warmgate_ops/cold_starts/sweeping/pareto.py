"""Which variants are the best for what they cost: none is both cheaper and faster than one of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.sweeping.recommending import Rated


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A variant as a place between cost and time."""

    rated: Rated
    usd: float
    """A million calls."""
    ms: float
    """The median cold first response."""
    best: bool
    """Whether no other is as cheap and as fast, and better in one of them."""


def points_of(rated_rows: Sequence[Rated]) -> tuple[Point, ...]:
    """Return the variants that have both figures, by cost."""
    known = [(each, usd, each.row.together_p50_ms) for each in rated_rows if each.row.cold and (usd := each.usd())]
    found = [
        Point(
            rated=each,
            usd=usd,
            ms=ms,
            best=not any(u <= usd and m <= ms and (u, m) != (usd, ms) for _, u, m in known),
        )
        for each, usd, ms in known
    ]
    return tuple(sorted(found, key=lambda point: (point.usd, point.ms)))
