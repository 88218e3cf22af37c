"""First responses: init and then that same call, judged as init is, by another reading of the same cold starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.warmgate.judge.series import cold, evidence
from warmgate.judge.cold_starts import FIRST_RESPONSE, first_response_of, init_of
from warmgate.judge.compare.init import judge_init_comparison
from warmgate.judge.limits.init import cold_start_ms, judge_init
from warmgate.judge.verdict import judge
from warmgate.model.calls import HISTORY, Arm, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import Compare, Limits, PercentileLimit, Policy, RatioLimit

LIMIT = PercentileLimit(percentile=0.95, limit_ms=1800.0)
MEDIAN = RatioLimit(statistic="median", ratio=1.2)


def burst(
    init_ms: float | None, call_ms: float, arm: Arm = Arm.CANDIDATE, count: int = 20, **more: object
) -> list[Sample]:
    """Return cold starts with calls of some length; each takes a millisecond more than the one before."""
    return [
        replace(each, duration_ms=call_ms + place, **more)  # type: ignore[arg-type]
        for place, each in enumerate(cold([init_ms] * count, arm=arm))
    ]


def judged(samples: list[Sample]) -> Finding:
    """Return the finding of a limit of 1800 ms."""
    return judge_init(LIMIT, evidence(samples), FIRST_RESPONSE)


@pytest.mark.parametrize(
    ("start", "figures", "init", "first"),
    [
        (Start.COLD, {"init_ms": 300.0, "duration_ms": 50.0}, 300.0, 350.0),
        (Start.RESTORED, {"restore_ms": 200.0, "duration_ms": 50.0}, 200.0, 250.0),
        (Start.COLD, {"init_ms": 300.0, "duration_ms": None}, 300.0, None),
        (Start.COLD, {"init_ms": 300.0, "duration_ms": 500.0, "init_failed": True}, 300.0, None),
        (Start.COLD, {"duration_ms": 500.0, "init_failed": True, "failed_init_ms": 9000.0}, None, 9500.0),
        (Start.COLD, {"duration_ms": None, "init_failed": True, "failed_init_ms": 9000.0}, None, None),
        (Start.WARM, {"duration_ms": 500.0, "init_failed": True, "failed_init_ms": 9000.0}, None, None),
        (Start.COLD, {"duration_ms": 50.0}, None, None),
        (Start.WARM, {"init_ms": 300.0, "duration_ms": 50.0}, None, None),
        (Start.PROVISIONED, {"init_ms": 300.0, "duration_ms": 50.0}, None, None),
        (None, {"init_ms": 300.0, "duration_ms": 50.0}, None, None),
    ],
)
def test_what_is_read_of_a_cold_start(
    start: Start | None, figures: dict[str, float], init: float | None, first: float | None
) -> None:
    """Init or restore, and with it the call of the same environment; nothing where one of the two is not told."""
    (call,) = [replace(each, **figures) for each in cold([None], start=start)]  # type: ignore[arg-type]

    assert (init_of(call), first_response_of(call)) == (init, first)


def test_only_the_bursts_first_calls_count() -> None:
    """Each arm's own, in dispatch order."""
    samples = [*burst(300.0, 50.0, count=2), *burst(300.0, 90.0, Arm.BASELINE, 1), *cold([1.0], phase=Phase.MEASURED)]

    assert cold_start_ms(evidence(samples), Arm.CANDIDATE, FIRST_RESPONSE) == [350.0, 351.0]
    assert cold_start_ms(evidence(samples), Arm.BASELINE, FIRST_RESPONSE) == [390.0]


@pytest.mark.parametrize(
    ("slow", "count", "outcome"),
    [
        (0, 20, Outcome.PASSED),
        (1, 20, Outcome.INCONCLUSIVE),
        (3, 20, Outcome.INCONCLUSIVE),
        (4, 20, Outcome.FAILED),
        (2, 5, Outcome.FAILED),
        (4, 4, Outcome.INCONCLUSIVE),
    ],
)
def test_slow_first_responses_are_counted_as_slow_inits_are(slow: int, count: int, outcome: Outcome) -> None:
    """The same counts decide."""
    assert judged([*burst(900.0, 1500.0, count=slow), *burst(900.0, 100.0, count=count - slow)]).outcome is outcome


def test_an_init_and_a_call_that_are_each_within_the_limit_may_be_too_long_together() -> None:
    """The caller waits for both."""
    finding = judged(burst(1000.0, 900.0))

    assert finding.outcome is Outcome.FAILED
    assert finding.check == "limits.first_response.p95"
    assert finding.reason == (
        "All 20 first responses took longer than 1800 ms (median 1909 ms, slowest 1919 ms); the limit allows 3"
    )
    assert finding.details == "20 cold starts in 20 calls; median init 1000 ms, median first call 909 ms"
    assert finding.measured == 1918.0


def test_too_few_are_too_few_and_provisioned_environments_have_none() -> None:
    """In the words of the limit on init."""
    few, ready = judged(burst(300.0, 50.0, count=4)), judged(burst(300.0, 50.0, start=Start.PROVISIONED))

    assert few.reason == "4 cold starts in 4 calls; at least 5 are needed"
    assert (ready.outcome, ready.check) == (Outcome.PASSED, "limits.first_response.p95")
    assert ready.reason == "no cold start in 20 calls: every environment was provisioned"


@pytest.mark.parametrize(
    ("call_ms", "told_ms", "outcome"),
    [
        (4000.0, None, Outcome.FAILED),
        (1000.0, None, Outcome.PASSED),
        (4000.0, 900.0, Outcome.FAILED),
        (1000.0, 900.0, Outcome.PASSED),
    ],
)
def test_an_init_that_was_run_again_is_inside_its_call(call_ms: float, told_ms: float | None, outcome: Outcome) -> None:
    """The second init is not counted twice; how long the first took to fail is said to be not known."""
    finding = judged(burst(told_ms, call_ms, init_failed=True))

    assert (finding.outcome, finding.measured, finding.sample_count) == (outcome, None, 20)
    assert "in 20 the init failed and was run again inside calls of up to" in finding.reason
    assert "how long it took to fail is not known" in finding.reason


def test_an_init_that_took_long_to_fail_kept_its_caller_waiting() -> None:
    """A short second one does not hide that: Lambda ran the first into its limit of 10 s."""
    finding = judged(burst(None, 1000.0, init_failed=True, failed_init_ms=10_000.0))

    assert finding.outcome is Outcome.FAILED
    assert finding.reason == (
        "All 20 first responses took longer than 1800 ms (median 11009 ms, slowest 11019 ms); the limit allows 3"
    )
    assert finding.details == (
        "20 cold starts in 20 calls; median init 10000 ms, median first call 1009 ms;"
        " in 20 the init failed, and ran again inside the call"
    )


def test_a_first_call_that_ran_into_its_timeout_is_a_long_one() -> None:
    """How it ended does not shorten what its caller waited."""
    assert judged(burst(300.0, 3000.0, outcome=CallOutcome.TIMEOUT)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("init_ms", "call_ms", "outcome"),
    [(300.0, 110.0, Outcome.PASSED), (50.0, 700.0, Outcome.FAILED), (600.0, 100.0, Outcome.FAILED)],
)
def test_first_responses_are_compared_as_inits_are(init_ms: float, call_ms: float, outcome: Outcome) -> None:
    """A rank-sum and the median; wherever the time is spent, in init or in the call."""
    samples = [*burst(300.0, 100.0, Arm.BASELINE), *burst(init_ms, call_ms)]
    finding = judge_init_comparison(MEDIAN, evidence(samples), FIRST_RESPONSE)

    assert (finding.outcome, finding.check) == (outcome, "compare.first_response.median")
    assert finding.reason.startswith("the median first response took ")
    assert finding.details.startswith("20 new and 20 old cold starts; p=")


def test_remembered_first_responses_had_other_events() -> None:
    """The log's calls were real callers', the burst's are the probes': the finding says so."""
    remembered = burst(300.0, 100.0, Arm.BASELINE, probe=HISTORY)
    found = judge_init_comparison(MEDIAN, evidence([*remembered, *burst(300.0, 100.0)]), FIRST_RESPONSE)

    assert "(20 of them from the log of earlier days, of real callers' events)" in found.details


def test_work_deferred_into_the_first_call_passes_init_and_is_refused_for_the_first_response() -> None:
    """600 ms moved out of the init make a better init and the same wait; at less CPU in the call, a longer one."""
    old = burst(900.0, 40.0, Arm.BASELINE)
    moved = burst(300.0, 1540.0)  # 600 ms of imports at 0.4 vCPU, where the init had a whole one
    policy = Policy(
        name="cold",
        limits=Limits(init=(LIMIT,), first_response=(LIMIT,)),
        compare=Compare(init=MEDIAN, first_response=MEDIAN),
    )
    verdict = judge(Evidence(samples=(*old, *moved), burst=evidence([]).burst, closed=Closed.PLANNED), policy)
    found = {finding.check: finding for finding in verdict.findings}

    assert verdict.status is Status.FAILED
    assert {check for check, finding in found.items() if finding.outcome is Outcome.FAILED} == {
        "limits.first_response.p95",
        "compare.first_response.median",
    }
    assert found["limits.init.p95"].outcome is found["compare.init.median"].outcome is Outcome.PASSED
    assert found["limits.first_response.p95"].details == (
        "20 cold starts in 20 calls; median init 300 ms, median first call 1549 ms"
    )
    assert found["limits.first_response.p95"].reason == (
        "All 20 first responses took longer than 1800 ms (median 1849 ms, slowest 1859 ms); the limit allows 3"
    )
    assert found["compare.first_response.median"].reason == (
        "the median first response took 1849 ms, 1.95x the baseline's 949 ms; the limit is 1.2x"
    )


def test_without_a_baseline_nothing_is_compared() -> None:
    """And that is said of this comparison too."""
    policy = Policy(name="cold", compare=Compare(first_response=MEDIAN))
    verdict = judge(
        Evidence(samples=tuple(burst(300.0, 50.0)), burst=evidence([]).burst, closed=Closed.PLANNED), policy
    )

    (finding,) = [each for each in verdict.findings if each.check == "compare.first_response.median"]
    assert finding.reason == "not compared: there is no baseline"
