"""Laws of what a page draws: curves and thinning tell the truth, axes keep order, names stay text."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from support.reports.page_cases import Page, case_of, recorded
from warmgate.visible import one_line
from warmgate_ops.page.figure import Scale, scale_for
from warmgate_ops.page.page import render_page
from warmgate_ops.page.thinning import STEPS, ecdf, thinned_points, thinned_steps

VALUES = st.lists(st.floats(min_value=0, max_value=1e9), min_size=1, max_size=60)
MANY = st.lists(st.integers(min_value=0, max_value=3000), min_size=1, max_size=3000)


@given(VALUES, st.integers(min_value=0, max_value=5))
def test_a_curve_never_falls_and_ends_at_the_share_that_finished(values: list[float], unfinished: int) -> None:
    """Values and shares rise strictly; the last share is 1 unless calls never came to an end."""
    steps = ecdf(values, unfinished)

    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(steps))
    assert steps[-1] == (max(values), len(values) / (len(values) + unfinished))


@given(VALUES)
def test_a_step_is_the_share_of_values_up_to_it(values: list[float]) -> None:
    """Each step says how many values are no larger."""
    assert all(share == sum(v <= value for v in values) / len(values) for value, share in ecdf(values))


@given(VALUES, st.randoms())
def test_order_does_not_change_a_curve(values: list[float], random: object) -> None:
    """A distribution knows no order of calls."""
    assert ecdf(sorted(values, reverse=True)) == ecdf(values)


@given(MANY)
def test_a_thinned_curve_is_nowhere_off_by_more_than_a_step(values: list[int]) -> None:
    """Between kept steps the drawn share stands at most 1 / STEPS below the true one; both ends are kept."""
    steps = ecdf(values)
    kept = thinned_steps(steps)
    places = [value for value, _ in kept]

    assert set(kept) <= set(steps)
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
    for value, share in steps:
        drawn = kept[bisect_right(places, value) - 1][1]
        assert 0 <= share - drawn <= 1 / STEPS + 1e-9


@given(MANY, st.integers(min_value=4, max_value=200))
def test_thinning_keeps_the_largest_the_order_and_the_bound(values: list[int], most: int) -> None:
    """No more than asked for, none invented, the largest among them, and a sentence exactly where some are left out."""
    items = list(enumerate(values))
    kept, said = thinned_points(items, lambda item: item[1], most)

    assert len(kept) == min(most, len(items))
    assert kept == sorted(set(kept))
    assert max(value for _, value in kept) == max(values)
    assert bool(said) == (len(kept) < len(items))


@given(VALUES, st.floats(min_value=0, max_value=1e9), st.floats(min_value=0, max_value=1e9))
def test_an_axis_keeps_order_and_stays_inside(values: list[float], one: float, other: float) -> None:
    """A larger value never stands further left, and nothing leaves the drawing."""
    scale = scale_for(values, 50.0, 750.0)
    low, high = sorted((one, other))

    assert 50 <= scale.at(low) <= scale.at(high) + 1e-9
    assert scale.at(high) <= 750 + 1e-9
    assert 50 <= scale.at(max(values)) < 750


@given(VALUES)
def test_ticks_are_few_rising_and_on_the_axis(values: list[float]) -> None:
    """An axis has something to read on it, and not too much."""
    scale = scale_for(values, 0.0, 700.0)
    ticks = scale.ticks()

    assert 1 <= len(ticks) <= 9
    assert all(one < other for one, other in pairwise(ticks))
    assert all(scale.low - 1e-9 <= tick <= scale.high + 1e-9 for tick in ticks)


@given(st.floats(min_value=0, max_value=1), st.floats(min_value=1e-3, max_value=1e6))
def test_a_logarithmic_axis_ends_where_it_says(share: float, low: float) -> None:
    """Its ends are its ends."""
    scale = Scale(low=low, high=low * 1000, start=10, end=20, logarithmic=True)

    assert abs(scale.at(low) - 10) < 1e-6
    assert abs(scale.at(low * 1000) - 20) < 1e-6
    assert 10 <= scale.at(low * 1000**share) <= 20 + 1e-9


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_stays_text(probe: str, run: str) -> None:
    """Whatever a probe and a run are called, the page has the same tags and shows the name."""
    found = Page(render_page(case_of(recorded(rounds=1, size=3, probe=probe), run=run)))
    plain = Page(render_page(case_of(recorded(rounds=1, size=3))))

    assert found.faults == []
    assert found.tags == plain.tags
    assert one_line(probe) in found.text
    assert one_line(run) in found.text
