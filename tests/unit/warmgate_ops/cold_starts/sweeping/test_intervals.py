"""Intervals keep what they promise, for small samples above all."""

from __future__ import annotations

import random

import pytest

from warmgate_ops.cold_starts.sweeping.intervals import median, median_interval, needed_for, two_sided, within_share


def test_the_interval_of_twenty_is_the_sixth_to_the_fifteenth() -> None:
    """The textbook's order statistics of 20 values at 95 %; 6 values give the whole range, 5 give none."""
    values = [float(value) for value in range(1, 21)]

    assert median_interval(values) == (6.0, 15.0)
    assert median_interval(values[:6]) == (1.0, 6.0)
    assert median_interval(values[:5]) is None


@pytest.mark.parametrize("count", [6, 10, 20, 59])
def test_the_interval_holds_the_true_median_as_often_as_it_says(count: int) -> None:
    """Of 2,000 samples of a skewed distribution at least 94 % have it inside: 95 % less chance."""
    draw = random.Random(count)
    hits = 0
    for _ in range(2000):
        found = median_interval([draw.lognormvariate(0.0, 1.0) for _ in range(count)])
        assert found is not None
        hits += found[0] <= 1.0 <= found[1]

    assert hits / 2000 >= 0.94


def test_what_a_count_proves() -> None:
    """20 without a slow one prove 86 %, 59 prove 95 %, and 59 are the fewest."""
    assert within_share(0, 20) == pytest.approx(0.861, abs=0.001)
    assert within_share(0, 59) >= 0.95 > within_share(0, 58)
    assert needed_for(0.95) == 59
    assert needed_for(0.99) == 299


def test_two_sided_chances() -> None:
    """Equal groups give 1, groups apart twice the one-sided chance, in either direction the same."""
    small, large = [1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0]

    assert two_sided(small, small) == 1.0
    assert two_sided(small, large) == two_sided(large, small) == pytest.approx(2 / 252)


def test_the_median_of_an_even_number_is_between_two() -> None:
    """As everybody else computes it."""
    assert (median([3.0, 1.0]), median([1.0, 2.0, 9.0])) == (2.0, 2.0)
