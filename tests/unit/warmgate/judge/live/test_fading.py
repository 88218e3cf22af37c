"""A slowness that fades, and one that stays."""

from __future__ import annotations

import math

import pytest

from warmgate.judge.live.fading import course_of, share_stays
from warmgate.judge.live.rounds import LiveCall, LiveRound


def rounds(ratios: list[float], *, age: int = 12, count: int = 20) -> list[LiveRound]:
    """Return rounds of two seconds in which the new version takes so many times as long."""

    def calls(ratio: float) -> tuple[LiveCall, ...]:
        return tuple(
            LiveCall(str(place % 4), math.log(ratio) + 0.05 * (place % 5 - 2), age, ended=True)
            for place in range(count)
        )

    return [LiveRound(calls(1.0), calls(ratio), 2.0 * number) for number, ratio in enumerate(ratios)]


@pytest.mark.parametrize(
    ("ratios", "stays"),
    [
        ([2.0] * 10, True),
        ([1.0] * 5 + [1.5] * 5, True),
        ([1 + math.exp(-number / 10) for number in range(10)], False),
        ([1.0] * 10, False),
    ],
    ids=["stays", "begins later", "fades", "none"],
)
def test_a_slowness_stays_or_fades(ratios: list[float], *, stays: bool) -> None:
    """Against one that is e-fold less after the grace."""
    found = course_of(rounds(ratios))
    assert found is not None
    assert found.stays(30.0) is stays


@pytest.mark.parametrize("found", [course_of(rounds([1.5])), course_of(rounds([1.5] * 4, age=11))])
def test_without_settled_calls_in_both_halves_there_is_no_course(found: object) -> None:
    """One round has no halves, and an environment's first calls are slow by themselves."""
    assert found is None


@pytest.mark.parametrize(
    ("slow", "stays"),
    [
        ([(5, 20)] * 15, True),
        ([(0, 20)] * 5 + [(6, 20)] * 5, True),
        ([(10, 20), (6, 20), (3, 20), (1, 20)], False),
        ([(0, 20)] * 4, False),
        ([(9, 20)], False),
        ([(0, 0), (9, 20)], False),
    ],
)
def test_a_share_of_slow_calls_stays_or_fades(slow: list[tuple[int, int]], *, stays: bool) -> None:
    """Likewise; without calls in both halves nothing is sure."""
    assert share_stays(slow, rounds([1.0] * len(slow)), 30.0) is stays
