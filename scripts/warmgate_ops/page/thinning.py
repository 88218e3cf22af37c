"""Leaves out what a drawing cannot show anyway, and says so: extremes stay, and no step is off by more than it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

STEPS = 400
"""Steps of a curve: a quarter of a percent is less than a line is thick."""
TAIL = 40
"""Steps at each end of a curve that are drawn one by one."""
POINTS = 1600
"""Points of a figure and arm; twice as many in dots of this size cover each other."""


def ecdf(values: Sequence[float], unfinished: int = 0) -> list[tuple[float, float]]:
    """Return the steps of an empirical distribution: each value with the share of calls that take no longer.

    Args:
        values: what was measured, in any order.
        unfinished: calls that are slower than every value, so that the curve ends below 1.
    """
    ordered, total = sorted(values), len(values) + unfinished
    steps = [(value, (place + 1) / total) for place, value in enumerate(ordered)]
    return [step for place, step in enumerate(steps) if place + 1 == len(steps) or steps[place + 1][0] > step[0]]


def thinned_steps(steps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return steps of a curve that is nowhere off by more than 1 / STEPS; both ends are kept whole."""
    kept: list[tuple[float, float]] = []
    for place, step in enumerate(steps):
        at_end = place < TAIL or place >= len(steps) - TAIL
        # The step before a jump would be lost by its share, so what is compared is the next one.
        following = steps[min(place + 1, len(steps) - 1)][1]
        if at_end or not kept or following - kept[-1][1] > 1 / STEPS:
            kept.append(step)
    return kept


def thinned_points(
    items: Sequence[Item], size_of: Callable[[Item], float], most: int = POINTS
) -> tuple[list[Item], str]:
    """Return at most `most` items in their order, and a sentence on what was left out, empty where nothing was.

    A quarter of the places is for the largest; the rest is spread evenly over the others.
    """
    if len(items) <= most:
        return list(items), ""
    by_size = sorted(range(len(items)), key=lambda place: (-size_of(items[place]), place))
    largest = set(by_size[: most // 4])
    others = [place for place in range(len(items)) if place not in largest]
    wanted = most - len(largest)
    even = {others[number * len(others) // wanted] for number in range(wanted)}
    kept = [item for place, item in enumerate(items) if place in largest or place in even]
    return kept, (
        f"Drawn: {len(kept):,} of {len(items):,} points, the {len(largest):,} largest"
        f" and an even choice of the others; the drawing alone leaves any out."
    )
