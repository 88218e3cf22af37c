"""A probe whose one failure is in doubt is called again: on a virtual clock, by the whole gate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.world import EXECUTION, POLICY, Served, World, served
from warmgate.errors import InvokeError
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, CallOutcome, Phase
from warmgate.model.deployment import Status
from warmgate.model.verdict import Judgement, Outcome
from warmgate.policy.values import (
    Budget,
    Compare,
    Expect,
    Limits,
    OnInconclusive,
    PercentileLimit,
    Policy,
    Probe,
    RatioLimit,
    Warm,
    When,
)

NONE_FAILS = replace(
    POLICY, limits=Limits(error_ratio=0.0), warm=Warm(environments=10), when=When(inconclusive=OnInconclusive.PASS)
)
FAILING = {"function_error": "Unhandled", "payload": b'{"errorType":"RuntimeError"}'}


def judged(policy: Policy, *failing: int, left_s: float = 270.0, **changes: object) -> tuple[Judgement, World]:
    """Judge a candidate of which the calls with these numbers fail, or are changed in another way."""
    world = World()
    world.policies.policy = policy

    def answer(index: int) -> Served:
        return served(init_ms=300.0 if index < 10 else None, **((changes or FAILING) if index in failing else {}))

    world.invoker.answers = answer
    gated = world.gate().run(EXECUTION, world.deadline(left_s), world.deadline(left_s + 27))
    assert gated.judgement is not None
    return gated.judgement, world


def phases(judgement: Judgement) -> dict[Phase, int]:
    """Return how many calls there were of each phase."""
    found = [sample.phase for sample in judgement.samples]
    return {phase: found.count(phase) for phase in Phase if phase in found}


@pytest.mark.parametrize("failing", range(10))
def test_one_failure_of_ten_is_repeated_until_it_was_chance(failing: int) -> None:
    """Whichever call it was, 83 more of its probe follow; all going well, the release passes with a warning."""
    judgement, world = judged(NONE_FAILS, failing)

    assert phases(judgement) == {Phase.PREWARM: 10, Phase.REPEATED: 83}
    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert judgement.verdict.outcome is Outcome.PASSED
    said = "1 of 93 calls failed; the limit allows none: 1x RuntimeError; the 92 other calls of its probe succeeded"
    assert said in judgement.verdict.reason
    assert said in judgement.verdict.warnings[0]


def test_a_second_failure_refuses_at_once() -> None:
    """The round in which it happens is the last one."""
    judgement, world = judged(NONE_FAILS, 3, 25)

    assert world.codedeploy.reported == [Status.FAILED]
    assert phases(judgement) == {Phase.PREWARM: 10, Phase.REPEATED: 20}
    assert "2 of 30 calls failed; the limit allows none" in judgement.verdict.reason


@pytest.mark.parametrize(
    ("budget", "left_s", "calls", "because"),
    [
        (Budget(invocations=92, seconds=300), 270.0, 10, "the budget was spent first"),
        (Budget(invocations=400, seconds=0.6), 270.0, 10, "the deadline came first"),
        (Budget(invocations=400, seconds=300), 0.6, 10, "the deadline came first"),
    ],
)
def test_a_failure_that_was_not_shown_to_be_chance_counts(
    budget: Budget, left_s: float, calls: int, because: str
) -> None:
    """Where calls, time or money end first it refuses, whatever `when` says; calls for nothing are not made."""
    judgement, world = judged(replace(NONE_FAILS, budget=budget), 3, left_s=left_s)

    assert world.codedeploy.reported == [Status.FAILED]
    assert judgement.verdict.outcome is Outcome.FAILED
    assert because in judgement.verdict.reason
    assert len(judgement.samples) == calls


def test_a_failure_counts_where_money_ends_first() -> None:
    """A call of nearly ten seconds says what the missing ones may cost: more than the budget has, so none is made."""
    budget = Budget(invocations=400, seconds=300, cost_usd=0.00042)
    slow: dict[str, object] = {**FAILING, "duration_ms": 9_900.0}
    judgement, world = judged(replace(NONE_FAILS, budget=budget), 3, **slow)  # type: ignore[arg-type]

    assert world.codedeploy.reported == [Status.FAILED]
    assert "the budget was spent first" in judgement.verdict.reason
    assert len(judgement.samples) == 10


def test_what_the_budget_had_no_room_for_is_noted() -> None:
    """A reader learns how many calls would have been needed."""
    judgement, _ = judged(replace(NONE_FAILS, budget=Budget(invocations=50, seconds=300)), 3)

    assert (
        "left out: 83 more calls of probe health, of which one failed: budget.invocations has room for 40"
        in judgement.notes
    )


def test_the_rarest_probe_is_repeated_and_no_other() -> None:
    """Calls of other probes say nothing of the one that failed."""
    rare, often = Probe(name="rare"), Probe(name="often", weight=9)
    judgement, _ = judged(replace(NONE_FAILS, probes=(rare, often)))
    number = next(s.position for s in judgement.samples if s.probe == "rare")

    judgement, world = judged(replace(NONE_FAILS, probes=(rare, often)), number)

    again = [sample for sample in judgement.samples if sample.phase is Phase.REPEATED]
    assert {(sample.probe, sample.arm) for sample in again} == {("rare", Arm.CANDIDATE)}
    assert len(again) == 92
    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_unexpected_answers_are_repeated_too() -> None:
    """`expect` follows the same rule."""
    probe = Probe(name="health", expect=Expect(jmespath="statusCode == `200`"))
    policy = replace(NONE_FAILS, probes=(probe,), limits=Limits(error_ratio=None))
    judgement, world = judged(policy, 3, payload=b'{"statusCode":500}')

    assert world.codedeploy.reported == [Status.SUCCEEDED]
    assert phases(judgement) == {Phase.PREWARM: 10, Phase.REPEATED: 83}
    assert "probes.health.expect: passed with a warning: 1 of 93" in judgement.verdict.warnings[0]


def test_other_checks_get_their_calls_first_and_read_no_repeated_ones() -> None:
    """A failure takes nothing from a comparison: only what is missing when all others have decided is repeated."""
    policy = replace(
        NONE_FAILS,
        limits=Limits(duration=(PercentileLimit(percentile=0.9, limit_ms=400.0),), error_ratio=0.0),
        compare=Compare(init=RatioLimit(statistic="median", ratio=1.2)),
    )
    with_one, _ = judged(policy, 3)
    without, _ = judged(policy)

    assert phases(with_one) == phases(without) | {
        Phase.REPEATED: 93 - sum(s.arm is Arm.CANDIDATE for s in without.samples)
    }
    assert [f for f in with_one.verdict.findings if f.check != "limits.errors.rate"] == [
        f for f in without.verdict.findings if f.check != "limits.errors.rate"
    ]


@pytest.mark.parametrize(("rate", "repeated"), [(0.0002, 83), (0.01, 0)])
def test_a_rate_near_none_repeats_too_and_keeps_the_budget(rate: float, repeated: int) -> None:
    """A score that one failure alone leans asks for the same calls; what was planned then has to fit beside them."""
    budget = Budget(invocations=120, seconds=300)
    policy = replace(NONE_FAILS, limits=Limits(error_ratio=rate), budget=budget, when=When())
    judgement, world = judged(policy, 3)

    assert phases(judgement).get(Phase.REPEATED, 0) == repeated
    assert 110 < len(judgement.samples) <= 120
    assert world.codedeploy.reported == [Status.SUCCEEDED]


def test_a_failure_beside_another_refusal_is_not_repeated() -> None:
    """A release that is slow is refused for that; whether its one failure was chance stays open, in a replay too."""
    slow = (PercentileLimit(percentile=0.95, limit_ms=10.0),)
    policy = replace(NONE_FAILS, limits=Limits(duration=slow, error_ratio=0.0))
    judgement, _ = judged(policy, 3)

    assert Phase.REPEATED not in phases(judgement)
    for verdict in (judgement.verdict, replay(judgement.samples, policy).verdict):
        outcomes = {finding.check: (finding.outcome, finding.inconclusive_because) for finding in verdict.findings}
        assert outcomes == {
            "limits.duration.p95": (Outcome.FAILED, None),
            "limits.errors.rate": (Outcome.INCONCLUSIVE, "stopped early"),
        }


def test_throttled_repetitions_show_nothing_and_end_with_the_budget() -> None:
    """They count as calls, not as calls that went well."""
    world = World()
    world.policies.policy = NONE_FAILS
    throttled = InvokeError("busy", code="TooManyRequestsException", throttled=True)
    world.invoker.answers = lambda i: throttled if i >= 10 else served(**(FAILING if i == 3 else {}))  # type: ignore[arg-type]
    gated = world.gate().run(EXECUTION, world.deadline(270), world.deadline(297))

    assert gated.judgement is not None
    assert world.codedeploy.reported == [Status.FAILED]
    assert gated.judgement.spending.invocations <= NONE_FAILS.budget.invocations
    assert sum(s.outcome is CallOutcome.THROTTLED for s in gated.judgement.samples) > 10


@pytest.mark.parametrize("failing", [(), (3,), (3, 25), (12,), (60,)])
@pytest.mark.parametrize("invocations", [60, 120, 400])
def test_a_replay_of_a_run_ends_as_the_run_did(failing: tuple[int, ...], invocations: int) -> None:
    """Repeated calls are recorded as such: judged again they give the same findings from the same calls."""
    policy = replace(
        NONE_FAILS,
        limits=Limits(duration=(PercentileLimit(percentile=0.9, limit_ms=400.0),), error_ratio=0.0),
        budget=Budget(invocations=invocations, seconds=300),
    )
    judgement, _ = judged(policy, *failing)
    replayed = replay(judgement.samples, policy)

    assert replayed.calls == len(judgement.samples)
    assert [(f.check, f.outcome, f.bad_count) for f in replayed.verdict.findings] == [
        (f.check, f.outcome, f.bad_count) for f in judgement.verdict.findings
    ]
