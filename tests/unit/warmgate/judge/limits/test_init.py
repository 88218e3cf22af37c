"""Cold starts of a burst in, a finding out: the absolute limit on init."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import cold, evidence, sample
from warmgate.judge.limits.init import cold_start_ms, fail_count, judge_init
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Phase, Sample, Start
from warmgate.model.verdict import Finding, Outcome, Unit
from warmgate.policy.values import PercentileLimit

LIMIT = PercentileLimit(percentile=0.95, limit_ms=1500.0)
MEDIAN = PercentileLimit(percentile=0.5, limit_ms=1500.0)


def series(slow: int, count: int) -> list[float]:
    """Return so many init durations, some of them slow."""
    return [2000.0] * slow + [800.0] * (count - slow)


@pytest.mark.parametrize(
    ("slow", "count", "outcome"),
    [
        (0, 20, Outcome.PASSED),
        (1, 20, Outcome.INCONCLUSIVE),
        (3, 20, Outcome.INCONCLUSIVE),
        (4, 20, Outcome.FAILED),
        (2, 10, Outcome.INCONCLUSIVE),
        (3, 10, Outcome.FAILED),
        (0, 5, Outcome.PASSED),
        (1, 5, Outcome.INCONCLUSIVE),
        (2, 5, Outcome.FAILED),
        (5, 5, Outcome.FAILED),
        (0, 4, Outcome.INCONCLUSIVE),
        (4, 4, Outcome.INCONCLUSIVE),
        (0, 0, Outcome.INCONCLUSIVE),
        (2, 60, Outcome.PASSED),
        (3, 60, Outcome.INCONCLUSIVE),
    ],
)
def test_slow_cold_starts(slow: int, count: int, outcome: Outcome) -> None:
    """So many slow cold starts of so many decide as documented."""
    assert judge_init(LIMIT, evidence(cold(series(slow, count)))).outcome is outcome


@pytest.mark.parametrize(("count", "fails_at"), [(5, 2), (8, 3), (10, 3), (12, 3), (13, 4), (20, 4), (30, 5), (59, 8)])
def test_the_count_that_fails(count: int, fails_at: int) -> None:
    """The smallest count that a p95 at its limit shows in at most 2.3 % of bursts."""
    assert fail_count(count, 0.05) == fails_at


def test_a_huge_burst_has_a_count_too() -> None:
    """Counts beyond what a float's factorials hold are no trouble."""
    assert 500 < fail_count(10_000, 0.05) < 600


@pytest.mark.parametrize(("init", "bad"), [(1499.9, 0), (1500.0, 0), (1500.1, 20)])
def test_an_init_at_the_limit_is_not_slow(init: float, bad: int) -> None:
    """Slower means above the limit."""
    assert judge_init(LIMIT, evidence(cold([init] * 20))).bad_count == bad


def test_a_pass_says_what_twenty_certify() -> None:
    """No slow cold start of 20 is 86 % at 95 % confidence, and the reason says so."""
    assert judge_init(LIMIT, evidence(cold(series(0, 20)))) == Finding(
        check="limits.init.p95",
        outcome=Outcome.PASSED,
        reason="None of 20 cold starts took longer than 1500 ms (median 800 ms, slowest 800 ms)",
        details="20 cold starts in 20 calls",
        measured=800.0,
        limit=1500.0,
        unit=Unit.MS,
        bad_count=0,
        sample_count=20,
        environment_count=20,
        proven="at least 86 % are within 1500 ms (95 % confidence)",
    )


def test_a_failure_and_a_doubt_name_the_count() -> None:
    """The count that decides stands in the reason."""
    failed = judge_init(LIMIT, evidence(cold(series(4, 20))))
    doubtful = judge_init(LIMIT, evidence(cold(series(3, 20))))
    assert failed.reason.startswith("4 of 20 cold starts took longer than 1500 ms")
    assert all(finding.reason.endswith("the limit allows 3") for finding in (failed, doubtful))
    assert (doubtful.inconclusive_because, doubtful.leans_to_fail) == ("too few cold starts", False)


def test_all_slow_leans_where_no_count_could_fail() -> None:
    """Five cold starts cannot refuse a median; if all five are slow that is as bad as it can look."""
    every = judge_init(MEDIAN, evidence(cold(series(5, 5))))
    most = judge_init(MEDIAN, evidence(cold(series(4, 5))))
    assert (every.outcome, every.leans_to_fail, most.leans_to_fail) == (Outcome.INCONCLUSIVE, True, False)
    assert "5 are too few to refuse a version" in every.reason
    assert judge_init(MEDIAN, evidence(cold(series(2, 5)))).outcome is Outcome.PASSED


def test_a_capped_burst_is_explained() -> None:
    """Fewer environments than asked for are said, with the reason."""
    given = replace(evidence(cold(series(0, 4))), burst=Burst(asked=20, granted=4, reason="little concurrency left"))
    assert judge_init(LIMIT, given).reason == (
        "4 cold starts in 4 calls (burst of 4 instead of 20: little concurrency left); at least 5 are needed"
    )


def test_a_capped_burst_is_said_without_a_reason_too() -> None:
    """Fewer environments than asked for are never passed over in silence."""
    given = replace(evidence(cold(series(0, 8))), burst=Burst(asked=20, granted=8))
    assert judge_init(LIMIT, given).details == "8 cold starts in 8 calls (burst of 8 instead of 20: no reason given)"


@pytest.mark.parametrize(
    ("samples", "closed", "because", "decided"),
    [
        ([], None, "no data", False),
        ([], "deadline", "no data", True),
        (cold([None] * 5, start=Start.WARM), None, "too few cold starts", True),
        (cold([None] * 5, start=None, outcome=CallOutcome.THROTTLED), None, "no data", True),
    ],
)
def test_why_there_are_too_few(samples: list, closed: Closed | None, because: str, decided: bool) -> None:  # type: ignore[type-arg]
    """Calls that met warm environments are another thing than no call at all."""
    finding = judge_init(LIMIT, evidence(samples, closed=closed))
    assert (finding.inconclusive_because, finding.decided) == (because, decided)


def test_provisioned_environments_have_no_cold_start() -> None:
    """Where every environment was provisioned there is nothing to refuse; one that was not makes it a doubt."""
    provisioned = cold([None] * 5, start=Start.PROVISIONED)
    finding = judge_init(LIMIT, evidence(provisioned))
    assert finding.outcome is Outcome.PASSED
    assert finding.reason == "no cold start in 5 calls: every environment was provisioned"
    assert judge_init(LIMIT, evidence([*provisioned, *cold([None])])).outcome is Outcome.INCONCLUSIVE


def test_only_the_bursts_cold_starts_count() -> None:
    """A restore counts as an init; later cold starts, the other arm's, and unread ones do not."""
    samples = [
        *cold([100.0]),
        *cold([None], start=Start.RESTORED, restore_ms=200.0),
        *cold([300.0], arm=Arm.BASELINE),
        *cold([400.0], phase=Phase.WARMUP),
        *cold([None]),
        sample(phase=Phase.PREWARM, init_ms=500.0),
        sample(phase=Phase.PREWARM, start=Start.RESTORED),
    ]
    assert cold_start_ms(evidence(samples), Arm.CANDIDATE) == [100.0, 200.0]
    assert cold_start_ms(evidence(samples), Arm.BASELINE) == [300.0]


def test_a_failing_cold_call_still_had_its_init() -> None:
    """What an environment took to start does not depend on how its first call ended."""
    given = evidence(cold(series(4, 20), outcome=CallOutcome.TIMEOUT))
    assert judge_init(LIMIT, given).outcome is Outcome.FAILED


def run_again(count: int, duration_ms: float, told_ms: float | None = None) -> list[Sample]:
    """Return cold starts whose first init failed, each inside a call of some length."""
    again = {"init_ms": told_ms, "init_failed": True, "duration_ms": duration_ms}
    return [replace(each, **again) for each in cold([1.0] * count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (run_again(20, 4448.0), Outcome.FAILED),
        (run_again(20, 1400.0), Outcome.PASSED),
        (run_again(20, 4448.0, told_ms=1400.0), Outcome.PASSED),
        (run_again(20, 4448.0, told_ms=4000.0), Outcome.FAILED),
        ([*run_again(4, 4448.0), *cold([800.0] * 16)], Outcome.FAILED),
        ([*run_again(1, 4448.0), *cold([800.0] * 19)], Outcome.INCONCLUSIVE),
        (run_again(4, 4448.0), Outcome.INCONCLUSIVE),
    ],
)
def test_an_init_that_failed_was_not_done_in_time(again: list[Sample], outcome: Outcome) -> None:
    """It was run again inside the call: that one counts where it is told, else the call must be within the limit."""
    finding = judge_init(LIMIT, evidence(again))

    assert (finding.outcome, finding.sample_count) == (outcome, len(again))


def test_a_time_that_is_not_told_is_not_measured() -> None:
    """The reason says what failed and what is not known; the time until the crash stands nowhere."""
    finding = judge_init(LIMIT, evidence([*run_again(4, 4448.0), *cold([800.0] * 16)]))

    assert finding.measured is None
    assert finding.reason == (
        "4 of 20 cold starts took longer than 1500 ms or failed at first (median 800 ms, slowest 800 ms); in 4 the"
        " init failed and was run again inside calls of up to 4448 ms, how long that took is not known;"
        " the limit allows 3"
    )
