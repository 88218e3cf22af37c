"""Ranks and the rank-sum against values known exactly."""

from __future__ import annotations

from itertools import combinations
from math import comb

import pytest

from warmgate.judge.ranks import mid_ranks, rank_sum_chance


@pytest.mark.parametrize(
    ("values", "ranks"),
    [
        ([], []),
        ([5.0], [1.0]),
        ([30.0, 10.0, 20.0], [3.0, 1.0, 2.0]),
        ([10.0, 20.0, 20.0, 30.0], [1.0, 2.5, 2.5, 4.0]),
        ([7.0, 7.0, 7.0], [2.0, 2.0, 2.0]),
    ],
)
def test_ties_share_the_mean_of_their_ranks(values: list[float], ranks: list[float]) -> None:
    """Ranks begin at 1."""
    assert mid_ranks(values) == ranks


@pytest.mark.parametrize(
    ("larger", "smaller", "chance"),
    [
        ([4, 5, 6], [1, 2, 3], 1 / 20),
        ([3, 5, 6], [1, 2, 4], 2 / 20),
        ([1, 2, 3], [4, 5, 6], 1.0),
        ([6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 1 / 252),
        ([2], [1], 1 / 2),
        ([5, 5, 5], [5, 5, 5], 13 / 20),
        ([], [1], 1.0),
        ([1], [], 1.0),
    ],
)
def test_small_groups_are_exact(larger: list[float], smaller: list[float], chance: float) -> None:
    """The chance is a count of orders over all orders; ties are rounded towards no difference."""
    assert rank_sum_chance(larger, smaller) == pytest.approx(chance)


@pytest.mark.parametrize(("n", "m"), [(2, 3), (4, 4), (3, 6)])
def test_the_distribution_is_that_of_every_order(n: int, m: int) -> None:
    """For every possible number of wins the chance is what enumeration finds."""
    all_wins = [
        sum(place > other for place in places for other in set(range(n + m)) - set(places))
        for places in combinations(range(n + m), n)
    ]
    for places in combinations(range(n + m), n):
        others = sorted(set(range(n + m)) - set(places))
        wins = sum(place > other for place in places for other in others)
        expected = sum(w >= wins for w in all_wins) / comb(n + m, n)
        assert rank_sum_chance(places, others) == pytest.approx(expected)


def test_the_5_percent_point_of_twenty_and_twenty() -> None:
    """U = 262 of 400 is the documented one-sided 5 % point of two groups of 20."""

    def chance(wins: int) -> float:
        rows, rest = divmod(wins, 20)
        larger = [19.5] * rows + ([rest - 0.5] if rest else [])
        larger += [-1.0] * (20 - len(larger))
        return rank_sum_chance(larger, list(range(20)))

    assert chance(262) <= 0.05 < chance(261)


def test_the_approximation_meets_the_exact_value() -> None:
    """Beyond 30 by 30 a normal approximation takes over without a step."""
    exact = rank_sum_chance([float(i) + 5.5 for i in range(30)], [float(i) for i in range(30)])
    near = rank_sum_chance([float(i) + 5.5 for i in range(31)], [float(i) for i in range(31)])
    assert near == pytest.approx(exact, rel=0.15)
