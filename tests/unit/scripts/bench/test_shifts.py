"""The benchmark of shifts says what it drew, with intervals; its conditions are what they claim."""

from __future__ import annotations

import math

import pytest

from bench.shifts.__main__ import main
from bench.shifts.conditions import FAULTS, GOOD
from bench.shifts.measure import is_stopped, reactions, share_in_words, times_in_words
from support.traffic.generators import FAMILIES
from support.traffic.shifts import ORDINARY, Conditions, live_calls
from warmgate.logs.calls import LoggedCall

LIGHT = FAMILIES[0]


def calls(conditions: Conditions, version: str = "2", seconds: float = 60.0) -> list[LoggedCall]:
    """Return one version's calls of a shift."""
    found = live_calls(LIGHT, "x", seconds=seconds, old_per_s=10, new_per_s=10, conditions=conditions)
    return [call for call in found if call.version == version]


def mean_ms(found: list[LoggedCall]) -> float:
    """Return their mean duration."""
    return sum(call.record.duration_ms or 0.0 for call in found) / len(found)


def failed(found: list[LoggedCall]) -> float:
    """Return the share that failed."""
    return sum(call.record.status == "error" for call in found) / len(found)


def test_a_share_has_its_interval() -> None:
    """Clopper and Pearson's."""
    assert share_in_words(0, 24) == "0 of 24 [0 % to 14.2 %]"
    assert share_in_words(3, 300) == "3 of 300 [0.207 % to 2.89 %]"


def test_medians_have_theirs_and_count_what_was_missed() -> None:
    """A stop that never came took forever."""
    times = [(float(number), 100.0) for number in range(1, 10)] + [(math.inf, 90.0)]
    assert times_in_words(times) == "median 5 s [2 to 9], 0.05x of the alarm's 100 s, 1 of 10 missed"


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_cache_that_is_shared_slows_the_new_version_and_fades(version: str) -> None:
    """By a half at first, by a fifteenth after a minute."""
    found = calls(Conditions(shared_cache=0.5), version, seconds=90.0)
    early, late = found[:100], found[-200:]
    assert mean_ms(early) / mean_ms(late) == pytest.approx(1.4 if version == "2" else 1.0, abs=0.08)


def test_new_environments_fill_caches() -> None:
    """The first calls of an environment take up to twice as long."""
    found = calls(Conditions(cache=1.0, prewarmed=0))
    first = next(call for call in found if call.environment.endswith("00000000"))
    assert first.record.duration_ms is not None
    assert first.record.duration_ms > 1.5 * LIGHT.median_ms
    assert mean_ms(found[-200:]) == pytest.approx(mean_ms(calls(ORDINARY)), rel=0.05)


def test_outages_and_bad_environments_fail_calls() -> None:
    """Three of ten while it lasts, and half of an environment's."""
    outage = calls(Conditions(outage_s=(20.0, 40.0)))
    within = [call for call in outage if 21_000 < call.at_ms < 39_000]
    assert failed(within) == pytest.approx(0.3, abs=0.1)
    assert failed(calls(Conditions(bad_environments=1.0))) == pytest.approx(0.5, abs=0.1)


def test_storms_and_waves_reach_both_versions() -> None:
    """Three calls of ten in five seconds of twenty; up and down by three tenths."""
    for version in "12":
        storm = [call for call in calls(Conditions(storms=True), version) if 3_500 < call.at_ms % 20_000 < 8_000]
        assert mean_ms(storm) > 1.3 * mean_ms(calls(ORDINARY, version))
    wave = calls(Conditions(wave=0.3))
    seconds = [mean_ms([c for c in wave if c.at_ms % 20_000 // 2_000 == part]) for part in range(10)]
    assert max(seconds) / min(seconds) > 1.5


def test_a_good_shift_and_a_bad_one() -> None:
    """One run of each kind."""
    assert not is_stopped(3, 0)
    guard_s, alarm_s = reactions(0, 0)
    assert guard_s < 0.2 * alarm_s
    assert len(GOOD) == 8
    assert [fault.from_first for fault in FAULTS] == [False] * 4 + [True] * 2


def test_a_number_of_runs_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is said, and nothing is drawn."""
    assert main(["many"]) == 2
    assert "expected one number of runs" in capsys.readouterr().err
