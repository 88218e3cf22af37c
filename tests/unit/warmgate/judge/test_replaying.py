"""A replay makes the rounds that the hook would have made, and stops where it would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from warmgate.judge.replaying import replay
from warmgate.model.calls import HISTORY, Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.verdict import Because, Outcome
from warmgate.policy.values import Budget, Compare, Limits, PercentileLimit, Policy, RatioLimit

P95 = Limits(error_ratio=None, duration=(PercentileLimit(percentile=0.95, limit_ms=100.0),))
COMPARE = Compare(duration=RatioLimit(statistic="p95", ratio=1.2))


def policy(limits: Limits = P95, compare: Compare | None = None, budget: int = 460) -> Policy:
    """Return a policy of one check."""
    return Policy(name="p", limits=limits, compare=compare or Compare(), budget=Budget(invocations=budget))


def calls(
    arm: Arm,
    number: int,
    duration_ms: float = 50.0,
    *,
    phase: Phase = Phase.MEASURED,
    size: int = 20,
    **changes: object,
) -> list[Sample]:
    """Return one arm's calls of a round."""
    one = Sample(
        arm=arm,
        round=number,
        position=0,
        probe="default",
        phase=phase,
        outcome=CallOutcome.OK,
        start=Start.WARM,
        duration_ms=duration_ms,
    )
    return [replace(one, position=place, **changes) for place in range(size)]  # type: ignore[arg-type]


def measured(rounds: int, *, arms: Sequence[Arm] = (Arm.CANDIDATE,), duration_ms: float = 50.0) -> list[Sample]:
    """Return measured rounds."""
    return [s for number in range(1, rounds + 1) for arm in arms for s in calls(arm, number, duration_ms)]


def test_it_stops_at_the_first_look_that_decides() -> None:
    """Three clean rounds pass a p95, one that is slow throughout fails it; what was recorded later is not seen."""
    good, bad = replay(measured(10), policy()), replay(measured(10, duration_ms=500.0), policy())

    assert (good.verdict.outcome, good.calls, len(good.seen)) == (Outcome.PASSED, 60, 60)
    assert (bad.verdict.outcome, bad.calls, len(bad.seen)) == (Outcome.FAILED, 20, 20)
    assert good.left_out == ()


def test_rounds_are_made_in_the_order_of_the_hook() -> None:
    """Burst, warm-up, measured, by number, whatever the order of the file."""
    burst = calls(Arm.CANDIDATE, 1, phase=Phase.PREWARM, start=Start.COLD, init_ms=10.0)
    warm = [s for number in (1, 2) for s in calls(Arm.CANDIDATE, number, phase=Phase.WARMUP)]
    found = replay([*reversed(measured(3)), *reversed(warm), *burst], policy())

    order = list(dict.fromkeys((sample.phase, sample.round) for sample in found.seen))
    assert order == [
        (Phase.PREWARM, 1),
        *((Phase.WARMUP, n) for n in (1, 2)),
        *((Phase.MEASURED, n) for n in (1, 2, 3)),
    ]


@pytest.mark.parametrize(("budget", "made"), [(59, 40), (60, 60), (40, 40), (39, 20), (19, 0)])
def test_a_budget_ends_before_the_round_that_does_not_fit(budget: int, made: int) -> None:
    """A round that fits exactly is made, one with a call too many is not."""
    warm = [s for number in range(1, 11) for s in calls(Arm.CANDIDATE, number, phase=Phase.WARMUP)]
    assert replay(warm, policy(budget=budget)).calls == made


def test_cold_starts_of_the_log_cost_nothing() -> None:
    """What the log remembers was no call of this run."""
    history = calls(Arm.BASELINE, 1, phase=Phase.PREWARM, start=Start.COLD, init_ms=9.0, probe=HISTORY)
    found = replay([*history, *measured(3, arms=tuple(Arm))], policy(compare=COMPARE, budget=120))

    assert found.calls == 120
    assert len(found.seen) == 140


def test_a_budget_that_cuts_off_a_compared_round_is_the_reason() -> None:
    """Compared rounds are promised: a check that is open says what kept them away."""
    slower = [s for n in range(1, 5) for s in (*calls(Arm.BASELINE, n, 50.0), *calls(Arm.CANDIDATE, n, 60.0))]
    for recorded, because in ((slower, Because.BUDGET), (slower[:40], Because.CAP)):
        found = replay(recorded, policy(Limits(error_ratio=None), COMPARE, budget=40))
        open_ = [f for f in found.verdict.findings if f.outcome is Outcome.INCONCLUSIVE]

        assert found.calls == 40
        assert {f.inconclusive_because for f in open_} == {because}


def test_a_warm_up_that_does_not_fit_shows_nothing() -> None:
    """No round was made, the measured ones after it neither."""
    warm = calls(Arm.CANDIDATE, 1, phase=Phase.WARMUP)
    found = replay([*warm, *measured(3)], policy(budget=10))

    assert found.calls == 0
    assert found.verdict.findings[0].inconclusive_because is Because.NO_DATA


def test_the_baseline_is_not_called_where_nothing_compares() -> None:
    """Its samples cost no budget and are not seen."""
    found = replay(measured(10, arms=tuple(Arm)), policy())

    assert found.calls == 60
    assert {sample.arm for sample in found.seen} == {Arm.CANDIDATE}


def test_a_comparison_waits_for_the_baseline_unless_the_release_has_failed() -> None:
    """A recording may hold the baseline in later rounds alone: nothing passes before, but a failure counts at once."""
    later = [*measured(2), *(s for number in (3, 4, 5) for arm in Arm for s in calls(arm, number))]
    alone = replay(later, policy(Limits(error_ratio=None), COMPARE))
    failing = [replace(sample, outcome=CallOutcome.ERROR, error_type="E") for sample in later]
    refused = replay(failing, policy(Limits(error_ratio=0.0), COMPARE))

    assert alone.calls > 40
    assert {sample.arm for sample in alone.seen} == set(Arm)
    assert (refused.verdict.outcome, refused.calls) == (Outcome.FAILED, 20)


def test_what_a_recording_cannot_show_is_left_out_and_named() -> None:
    """Memory sizes and cold starts; both are judged where one sample has them."""
    limits = Limits(error_ratio=None, init=(PercentileLimit(percentile=0.95, limit_ms=100.0),), memory_ratio=0.9)
    compare = Compare(init=RatioLimit(statistic="median", ratio=1.2))
    bare = replay(measured(3, arms=tuple(Arm)), policy(limits, compare))
    burst = calls(Arm.CANDIDATE, 1, phase=Phase.PREWARM, start=Start.COLD, init_ms=10.0)
    sized = replace(burst[0], memory_size_mb=128.0, memory_mb=64.0)
    whole = replay([sized, *burst[1:], *measured(3)], policy(limits))

    assert bare.left_out == (
        "limits.memory: samples do not hold the memory size",
        "init checks: no prewarm call was recorded",
    )
    assert bare.verdict.findings == ()
    assert whole.left_out == ()
    assert {finding.check for finding in whole.verdict.findings} == {"limits.init.p95", "limits.memory.max"}


@pytest.mark.parametrize("only", ["limit", "comparison"])
def test_either_init_check_alone_is_left_out(only: str) -> None:
    """A limit without a comparison, and a comparison without a limit."""
    init = (PercentileLimit(percentile=0.95, limit_ms=100.0),)
    limits = replace(P95, init=init if only == "limit" else ())
    compare = Compare(init=RatioLimit(statistic="median", ratio=1.2) if only == "comparison" else None)

    found = replay(measured(3, arms=tuple(Arm)), policy(limits, compare))

    assert found.left_out == ("init checks: no prewarm call was recorded",)


@pytest.mark.parametrize("only", ["limit", "comparison"])
@pytest.mark.parametrize("recorded", [True, False])
def test_first_responses_that_a_recording_cannot_show_are_left_out(only: str, *, recorded: bool) -> None:
    """They take a prewarm call, and its duration."""
    limit = (PercentileLimit(percentile=0.95, limit_ms=100.0),)
    limits = replace(P95, first_response=limit if only == "limit" else ())
    compare = Compare(first_response=RatioLimit(statistic="median", ratio=1.2) if only == "comparison" else None)
    burst = [
        replace(each, duration_ms=None)
        for each in calls(Arm.CANDIDATE, 1, phase=Phase.PREWARM, start=Start.COLD, init_ms=10.0)
    ]
    found = replay([*(burst if recorded else []), *measured(3, arms=tuple(Arm))], policy(limits, compare))

    lack = "the duration of no prewarm call" if recorded else "no prewarm call"
    assert found.left_out == (f"first-response checks: {lack} was recorded",)


def test_an_empty_recording_has_a_verdict() -> None:
    """Nothing was seen, and that is said."""
    found = replay([], policy())

    assert (found.calls, found.seen) == (0, ())
    assert found.verdict.outcome is not Outcome.PASSED


def test_a_recording_without_a_baseline_waits_for_none() -> None:
    """Nothing is compared, and the first look says so."""
    assert replay(measured(3), policy(Limits(error_ratio=None), COMPARE)).calls == 20


@pytest.mark.parametrize(("waves", "budget"), [(0, 100), (1, 100), (2, 180)])
def test_the_lines_are_for_the_calls_that_a_burst_leaves_in_the_budget(waves: int, budget: int) -> None:
    """The burst and its warm-up: all prewarm calls, else the largest round. 20 calls are left, too few to pass."""
    burst = [s for n in range(waves) for s in calls(Arm.CANDIDATE, n + 1, phase=Phase.PREWARM, start=Start.COLD)]
    found = replay([*burst, *measured(3)], policy(budget=budget))

    assert found.calls == 20 * waves + 20
    assert found.verdict.findings[0].inconclusive_because is Because.CAP


def test_a_round_of_one_call_may_be_what_does_not_fit() -> None:
    """One environment makes rounds of one."""
    found = replay([s for n in (1, 2) for s in calls(Arm.CANDIDATE, n, phase=Phase.WARMUP, size=1)], policy(budget=1))

    assert found.calls == 1
