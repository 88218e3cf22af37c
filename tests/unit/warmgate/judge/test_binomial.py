"""Binomial tails and bounds against figures known exactly."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.judge.binomial import at_least, at_most, permutation_p_value, upper_bound


@pytest.mark.parametrize(
    ("allowed", "error", "slow", "calls"),
    [
        *((0.10, 0.05, slow, calls) for slow, calls in enumerate((29, 46, 61, 76, 89))),
        *((0.05, 0.10, slow, calls) for slow, calls in enumerate((45, 77, 105, 132, 158))),
        *((0.05, 0.05, slow, calls) for slow, calls in enumerate((59, 93, 124, 153, 181))),
        *((0.05, 0.01, slow, calls) for slow, calls in enumerate((90, 130, 165, 198, 229))),
        *((0.01, 0.05, slow, calls) for slow, calls in enumerate((299, 473, 628, 773))),
        *((0.01, 0.01, slow, calls) for slow, calls in enumerate((459, 662, 838, 1001))),
        *((0.001, 0.05, slow, calls) for slow, calls in enumerate((2995, 4742, 6294, 7752))),
    ],
)
def test_the_fewest_calls_that_certify_a_percentile(allowed: float, error: float, slow: int, calls: int) -> None:
    """So many calls with so few slow ones certify the percentile; one call fewer does not."""
    assert upper_bound(slow, calls, error) <= allowed < upper_bound(slow, calls - 1, error)


@pytest.mark.parametrize(("calls", "bound"), [(20, 0.139), (50, 0.058), (100, 0.030), (200, 0.015), (299, 0.010)])
def test_no_error_seen_excludes_a_rate(calls: int, bound: float) -> None:
    """The bound of no hit is 1 - 0.05 ** (1 / n)."""
    assert upper_bound(0, calls) == pytest.approx(1 - 0.05 ** (1 / calls), abs=1e-8)
    assert upper_bound(0, calls) == pytest.approx(bound, abs=0.0005)


@pytest.mark.parametrize(
    ("count", "share"), [(5, 0.55), (8, 0.69), (10, 0.74), (15, 0.82), (20, 0.86), (30, 0.90), (59, 0.95)]
)
def test_the_share_that_a_clean_burst_certifies(count: int, share: float) -> None:
    """The slowest of n cold starts bounds so much at 95 %."""
    assert round(1 - upper_bound(0, count), 2) == share


@pytest.mark.parametrize(("count", "of"), [(0, 0), (3, 3), (7, 2)])
def test_nothing_is_ruled_out_where_every_try_hit(count: int, of: int) -> None:
    """All hits, or no try at all, leave every share possible."""
    assert upper_bound(count, of) == 1.0


@pytest.mark.parametrize(
    ("count", "of", "share", "expected"),
    [
        (-1, 5, 0.5, 0.0),
        (5, 5, 0.5, 1.0),
        (0, 5, 0.0, 1.0),
        (4, 5, 1.0, 0.0),
        (2, 5, 0.5, 0.5),
        (0, 100_000, 0.5, 0.0),
        (99_999, 100_000, 1e-6, 1.0),
    ],
)
def test_the_ends_of_the_distribution(count: int, of: int, share: float, expected: float) -> None:
    """Certain and impossible shares, and counts far from the mean, neither raise nor leave 0 to 1."""
    assert at_most(count, of, share) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("slow", "of", "chance"), [(4, 20, 0.015902), (3, 20, 0.075484), (3, 10, 0.011504), (2, 5, 0.022593)]
)
def test_the_chance_of_slow_cold_starts_at_the_limit(slow: int, of: int, chance: float) -> None:
    """A p95 exactly at its limit shows so many slow cold starts so rarely."""
    assert at_least(slow, of, 0.05) == pytest.approx(chance, abs=1e-6)


@given(of=st.integers(0, 60), count=st.integers(-2, 62), share=st.floats(0, 1))
def test_the_tail_is_the_sum_of_its_terms(of: int, count: int, share: float) -> None:
    """Whichever tail is summed, the result is the definition's."""
    terms = (comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(min(count, of) + 1))
    assert at_most(count, of, share) == pytest.approx(sum(terms), abs=1e-11)


@given(of=st.integers(1, 200_000), part=st.floats(0, 1))
def test_a_bound_holds_its_error(of: int, part: float) -> None:
    """At the bound so few hits are seen in 5 % of runs, however many tries there were."""
    count = int(part * (of - 1))
    assert at_most(count, of, upper_bound(count, of)) == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(
    ("new_slow", "old_slow", "chance"),
    [(1, 0, 1 / 2), (3, 0, 1 / 8), (3, 1, 5 / 16), (0, 4, 1.0), (2, 2, (1 + 4 + 6) / 16)],
)
def test_the_chance_of_slow_calls_beyond_a_value_of_the_baseline(new_slow: int, old_slow: int, chance: float) -> None:
    """Calls dealt like coins: so many of the candidate come before the baseline's next but `old_slow`."""
    assert permutation_p_value(new_slow, 20, old_slow, 20) == pytest.approx(chance)


def test_arms_of_unequal_size_are_dealt_by_their_size() -> None:
    """Of 30 calls 10 are the baseline's: three of the candidate in a row are (2/3)^3."""
    assert permutation_p_value(3, 20, 0, 10) == pytest.approx(8 / 27)
