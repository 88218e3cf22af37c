"""The promises hold under seeded schedules of faults; a seed that breaks one prints its whole story."""

from __future__ import annotations

import pytest

from campaign.__main__ import USE_CASES
from campaign.figures import Figures, table

SCHEDULES = pytest.mark.parametrize("schedules", [10, pytest.param(300, marks=pytest.mark.slow)])


@SCHEDULES
@pytest.mark.parametrize("name", USE_CASES)
def test_every_promise_holds_under_every_schedule(name: str, schedules: int) -> None:
    """One status, stop or notice for each event, none late, none wrong, no report lost, whatever goes wrong."""
    figures = Figures(name)
    for seed in range(schedules):
        outcome = USE_CASES[name](seed)
        figures.add(outcome)
        assert not outcome.breaches, f"python -m campaign {name} --seed {seed}\n{outcome}"

    assert figures.faults.total() > schedules / 2, table([figures])


@pytest.mark.parametrize("name", USE_CASES)
def test_a_seed_is_one_story(name: str) -> None:
    """The same seed plays the same schedule to the same end, line by line."""
    assert str(USE_CASES[name](4711)) == str(USE_CASES[name](4711))
