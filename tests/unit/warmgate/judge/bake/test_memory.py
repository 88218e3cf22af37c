"""The trend of memory, simulated: noise, recycled environments and caches stay, leaks are found while there is room."""

from __future__ import annotations

import pytest

from support.traffic.bakes import GOOD, LEAKS, SIZE_MB, found_after_h
from warmgate.judge.bake.memory import judge_trend
from warmgate.model.bake import Track
from warmgate.model.verdict import Outcome


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(("environments", "life_h"), [(5, 2.5), (1, 8.0)], ids=["recycled", "one environment"])
def test_what_levels_off_is_no_leak(name: str, environments: int, life_h: float) -> None:
    """None of six bakes of six hours is stopped, of recycled environments or of one alone."""
    found = [found_after_h(GOOD[name], seed, environments=environments, life_h=life_h) for seed in range(6)]

    assert found == [None] * 6


@pytest.mark.parametrize("name", LEAKS)
@pytest.mark.parametrize(("environments", "life_h"), [(5, 2.5), (1, 8.0)], ids=["recycled", "one environment"])
def test_a_leak_is_found(name: str, environments: int, life_h: float) -> None:
    """In each of six bakes, within the hours that are promised; one environment alone is watched for 2.5 h first."""
    course, begins_h, within_h = LEAKS[name]
    latest = max(within_h, 2.7) if environments == 1 else within_h

    for seed in range(6):
        hour = found_after_h(course, seed, environments=environments, life_h=life_h)
        assert hour is not None
        assert begins_h < hour <= latest


def test_a_leak_is_said_with_its_figures() -> None:
    """How many environments, how fast, at what, and when the memory is used up."""
    track = Track(environment="a", began_s=0, last_s=10_740, step_s=180, used_mb=tuple(100 + at for at in range(60)))
    finding = judge_trend([track], SIZE_MB)

    assert finding.reason == (
        "memory of 1 of 1 environments climbs to the memory size within 12 h (20.0 MB an hour, at 159 of 256 MB,"
        " reached in 4.9 h)"
    )


def test_what_is_young_is_judged_by_nobody() -> None:
    """An environment of less than an hour says nothing."""
    track = Track(environment="a", began_s=0, last_s=3000, step_s=60, used_mb=tuple(range(100, 150)))
    finding = judge_trend([track], SIZE_MB)

    assert (finding.outcome, finding.reason[:10]) == (Outcome.PASSED, "not judged")
    assert judge_trend([], SIZE_MB).outcome is Outcome.PASSED
