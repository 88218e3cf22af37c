"""Changes of a series: found where they are, not found where there is none."""

from __future__ import annotations

from random import Random

import pytest

from warmgate_ops.cold_starts.causes.changes import change_points


def series(*stretches: tuple[int, float], seed: int = 0) -> list[tuple[float, float]]:
    """Return stretches of so many values around a median, one a minute."""
    random = Random(seed)
    found: list[tuple[float, float]] = []
    for count, center in stretches:
        found += [(60_000.0 * (len(found) + n), center * random.uniform(0.85, 1.15)) for n in range(count)]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_found_where_it_is(seed: int) -> None:
    """Half a second becomes a second: one change, at the first value after it, with both medians."""
    (found,) = change_points(series((80, 500.0), (60, 950.0), seed=seed))

    assert (found.after_ms, found.at_ms) == (79 * 60_000.0, 80 * 60_000.0)
    assert found.before == pytest.approx(500, rel=0.08)
    assert found.after == pytest.approx(950, rel=0.08)
    assert found.ratio == pytest.approx(1.9, rel=0.1)
    assert (found.counts, found.chance < 0.001) == ((80, 60), True)


@pytest.mark.parametrize("seed", range(20))
def test_noise_changes_nothing(seed: int) -> None:
    """A series without a step shows none, however long it is."""
    assert change_points(series((400, 500.0), seed=seed)) == ()


def test_steps_up_and_down_are_both_found() -> None:
    """There and back: a faster stretch is a change as well."""
    found = change_points(series((40, 500.0), (40, 900.0), (40, 520.0)))

    assert [round(each.ratio, 1) for each in found] == [1.8, 0.6]
    assert [each.counts for each in found] == [(40, 40), (40, 40)]


def test_a_small_step_is_no_change() -> None:
    """Less than a fifth between the medians is left to other eyes, however certain it is."""
    assert change_points(series((300, 500.0), (300, 550.0))) == ()


@pytest.mark.parametrize("count", [0, 1, 4, 9])
def test_too_few_values_show_nothing(count: int) -> None:
    """Fewer than five a side are no evidence."""
    assert change_points([(float(n), 100.0 if n < 5 else 900.0) for n in range(count)]) == ()


def test_values_at_one_instant_and_of_nothing_are_borne() -> None:
    """Equal times, equal values and zeros raise nothing."""
    assert change_points([(1.0, 0.0)] * 30) == ()
    (found,) = change_points([(float(n), 0.0 if n < 15 else 5.0) for n in range(30)])
    assert found.ratio == float("inf")
