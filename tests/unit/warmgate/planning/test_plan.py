"""Plans: which calls, to which arm, in which round, within the budget."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from support.fakes.world import POLICY
from warmgate.model.calls import Arm, Burst, Phase
from warmgate.planning import ProbePlan, call_cost_usd, plan_probes, repeat_probe, seed_of, try_probes
from warmgate.policy.values import Budget, Compare, Limits, Policy, Probe, RatioLimit, Warm

COMPARING = replace(POLICY, compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2)))


def planned(policy: Policy, *, size: int = 20, has_baseline: bool = True, invocations: int = 400) -> ProbePlan:
    """Return the plan of a policy with that budget."""
    bounded = replace(policy, budget=Budget(invocations=invocations, seconds=300.0))
    return plan_probes(bounded, Burst(asked=size, granted=size), has_baseline=has_baseline, seed=7)


def test_a_plan_begins_with_the_burst_and_throws_warm_up_rounds_away() -> None:
    """One cold burst, three warm-up rounds, then measured ones."""
    phases = [planned_round.phase for planned_round in planned(POLICY).rounds]

    assert phases[:4] == [Phase.PREWARM, Phase.WARMUP, Phase.WARMUP, Phase.WARMUP]
    assert set(phases[4:]) == {Phase.MEASURED}


def test_rounds_are_counted_within_their_phase() -> None:
    """Measured rounds begin at 1, so that a discount counts them alone."""
    plan = planned(POLICY)

    assert [r.number for r in plan.rounds if r.phase is Phase.MEASURED] == list(range(1, 17))


def test_a_comparison_puts_both_arms_into_each_of_its_rounds() -> None:
    """Eight measured rounds hold both arms, the first half as wide; what follows is for limits of the candidate."""
    plan = planned(COMPARING, invocations=500)
    measured = [r for r in plan.rounds if r.phase is Phase.MEASURED]

    arms = [Counter(call.arm for call in r.calls) for r in measured]
    assert arms[0] == Counter({Arm.BASELINE: 10, Arm.CANDIDATE: 10})
    assert arms[1:8] == [Counter({Arm.BASELINE: 20, Arm.CANDIDATE: 20})] * 7
    assert arms[8:] == [Counter({Arm.CANDIDATE: 20})] * 2


def test_pairs_of_a_round_share_their_probe() -> None:
    """The i-th call of each arm has the same probe."""
    policy = replace(COMPARING, probes=(Probe(name="a", weight=3), Probe(name="b")))

    for planned_round in planned(policy).rounds[:4]:
        by_arm = {arm: [c.probe.name for c in planned_round.calls if c.arm is arm] for arm in Arm}
        assert by_arm[Arm.BASELINE] == by_arm[Arm.CANDIDATE]


def test_without_a_baseline_nothing_is_interleaved() -> None:
    """A first deployment has nothing to compare with."""
    assert {call.arm for r in planned(COMPARING, has_baseline=False).rounds for call in r.calls} == {Arm.CANDIDATE}


@pytest.mark.parametrize("invocations", [20, 79, 80, 81, 120, 399, 400, 10_000])
def test_a_plan_never_exceeds_its_budget(invocations: int) -> None:
    """The number of planned calls stays within budget.invocations."""
    assert planned(POLICY, invocations=invocations).call_count <= invocations


@pytest.mark.parametrize(
    ("policy", "invocations", "left_out"),
    [
        (POLICY, 10, ("every call: the burst alone needs more than budget.invocations 10",)),
        (POLICY, 60, ("all measured rounds: budget.invocations 60 ends within the warm-up",)),
        (POLICY, 120, ()),
        (COMPARING, 240, ("6 of 8 compared rounds: budget.invocations 240",)),
    ],
)
def test_what_a_budget_leaves_out_is_said(policy: Policy, invocations: int, left_out: tuple[str, ...]) -> None:
    """A plan names what it had to leave out and the budget that did it."""
    assert planned(policy, invocations=invocations).left_out == left_out


def test_without_concurrency_there_is_no_call() -> None:
    """A burst of none plans nothing and says so."""
    plan = plan_probes(POLICY, Burst(asked=20, granted=0), has_baseline=True, seed=1)

    assert (plan.rounds, plan.left_out) == ((), ("every call: no concurrency left",))


@pytest.mark.parametrize(("granted", "widths"), [(20, [20]), (12, [12, 8]), (1, [1] * 20), (30, [20])])
def test_small_bursts_make_as_many_calls_as_were_asked_for(granted: int, widths: list[int]) -> None:
    """Where fewer may overlap there are more rounds, so that errors are looked for in as many calls."""
    policy = replace(POLICY, limits=Limits())
    plan = plan_probes(policy, Burst(asked=20, granted=min(20, granted)), has_baseline=False, seed=1)

    assert [len(planned.calls) for planned in plan.rounds] == widths


def test_small_bursts_call_every_probe() -> None:
    """The rounds of the burst continue each other, the last and smaller one too."""
    policy = replace(POLICY, limits=Limits(), probes=tuple(Probe(name=f"probe-{i}") for i in range(20)))
    plan = plan_probes(policy, Burst(asked=20, granted=12), has_baseline=False, seed=1)

    assert len({call.probe.name for planned in plan.rounds for call in planned.calls}) == 20


def test_a_policy_without_latency_limits_needs_the_burst_alone() -> None:
    """Errors at 0 % and init are decided by the cold calls."""
    policy = replace(POLICY, limits=Limits(), warm=Warm(environments=5))

    assert [r.phase for r in planned(policy, size=5).rounds] == [Phase.PREWARM]


def test_probes_take_their_turns_by_weight() -> None:
    """Over the rounds each probe gets calls in proportion to its weight."""
    policy = replace(POLICY, probes=(Probe(name="often", weight=3), Probe(name="rare", weight=1)))
    names = Counter(call.probe.name for r in planned(policy).rounds for call in r.calls)

    assert names["often"] == 3 * names["rare"]


def test_a_probe_rarer_than_a_round_still_gets_its_turn() -> None:
    """With more weights than calls in a round the rounds continue each other."""
    policy = replace(POLICY, probes=tuple(Probe(name=f"probe-{i}") for i in range(30)))
    names = {call.probe.name for r in planned(policy, size=4).rounds for call in r.calls}

    assert len(names) == 30


def test_the_seed_repeats_a_plan() -> None:
    """The same deployment id gives the same order, another id another one."""
    policy = replace(COMPARING, probes=(Probe(name="a"), Probe(name="b")))
    burst = Burst(asked=20, granted=20)
    first, again, other = (
        plan_probes(policy, burst, has_baseline=True, seed=seed_of(text)) for text in ("d-1", "d-1", "d-2")
    )

    assert first == again
    assert first.rounds != other.rounds


@pytest.mark.parametrize(
    ("architecture", "usd"), [("x86_64", 2.0e-7 + 1.66667e-5), ("arm64", 2.0e-7 + 1.33334e-5), ("riscv", 1.68667e-5)]
)
def test_a_call_of_one_gb_second_costs_its_list_price(architecture: str, usd: float) -> None:
    """One second at 1,024 MB is one GB-second, plus the request."""
    assert call_cost_usd(1000, 1024, architecture) == pytest.approx(usd)


def test_calls_that_have_no_room_wait_for_the_rounds_that_are_planned() -> None:
    """Those rounds show more of the probe; only where none is left is the want of room said."""
    plan = planned(POLICY)
    ends = len(plan.rounds)

    assert repeat_probe(plan, ends - 1, Probe(name="health"), 83, 40) == plan
    assert repeat_probe(plan, ends, Probe(name="health"), 83, 40).left_out[-1].endswith("has room for 40")


def test_probes_are_tried_on_the_baseline_in_rounds_no_wider_than_the_burst() -> None:
    """Next, in the order of the probes; where the calls do not fit the plan stays as it was."""
    plan = planned(POLICY, size=4)
    probes = [(Probe(name="a"), 3), (Probe(name="b"), 2)]
    tried = try_probes(plan, 1, probes, 5)

    assert tried.rounds[0] == plan.rounds[0]
    assert [(each.phase, each.number, len(each.calls)) for each in tried.rounds[1:3]] == [
        (Phase.TRIAL, 1, 4),
        (Phase.TRIAL, 2, 1),
    ]
    assert {call.arm for each in tried.rounds[1:3] for call in each.calls} == {Arm.BASELINE}
    assert tried.rounds[3:] == plan.rounds[1:]
    assert try_probes(plan, 1, probes, 4) == plan


def test_compared_errors_are_planned_as_compared_durations_are() -> None:
    """Both versions in every round, the first measured one half as wide."""
    errors = replace(POLICY, limits=Limits(error_ratio=None), compare=Compare(error_margin=0.0))
    durations = replace(errors, compare=COMPARING.compare)

    assert [len(each.calls) for each in planned(errors).rounds] == [len(e.calls) for e in planned(durations).rounds]
