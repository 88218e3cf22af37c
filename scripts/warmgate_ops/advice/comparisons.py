"""How often a comparison fails a release, by seeded simulation: ranks have no closed form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.planning import ProbePlan
from warmgate.policy.values import Compare, Limits, Policy

RUNS = 60
SPREAD = math.log(1.6) / 1.6449
"""Of the logarithm of a warm call: its p95 is 1.6 times its median."""
INIT_SPREAD = 0.12
MEDIAN_MS, INIT_MS = 100.0, 300.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a release changes."""

    name: str
    times: float = 1.0
    slow_share: float = 0.0
    slow_times: float = 3.0


def failing_share(policy: Policy, plan: ProbePlan, effect: Effect, name: str, runs: int = RUNS) -> float:
    """Return the share of runs in which the comparison alone fails a release.

    Args:
        policy: whose comparison is asked for; its other checks are left out.
        plan: which calls are made.
        effect: what the release changes.
        name: of the comparison below `compare`: init, first_response or duration.
        runs: how many releases are drawn.
    """
    compare = Compare(
        init=policy.compare.init if name == "init" else None,
        first_response=policy.compare.first_response if name == "first_response" else None,
        duration=policy.compare.duration if name == "duration" else None,
        basis=policy.compare.basis,
    )
    alone = Policy(
        name=policy.name,
        warm=policy.warm,
        probes=policy.probes,
        limits=Limits(error_ratio=None),
        compare=compare,
        when=policy.when,
        budget=policy.budget,
    )
    failed = 0
    for number in range(runs):
        random = Random(f"{effect} {name == 'init'} {number}")
        failed += replay(_samples(plan, effect, random), alone).verdict.status is Status.FAILED
    return failed / runs


def _samples(plan: ProbePlan, effect: Effect, random: Random) -> Sequence[Sample]:
    samples = []
    for planned in plan.rounds:
        for position, call in enumerate(planned.calls):
            times = _times(effect, random) if call.arm is Arm.CANDIDATE else 1.0
            cold = planned.phase is Phase.PREWARM
            samples.append(
                Sample(
                    arm=call.arm,
                    round=planned.number,
                    position=position,
                    probe=call.probe.name,
                    phase=planned.phase,
                    outcome=CallOutcome.OK,
                    start=Start.COLD if cold else Start.WARM,
                    init_ms=INIT_MS * times * math.exp(random.gauss(0, INIT_SPREAD)) if cold else None,
                    duration_ms=MEDIAN_MS * times * math.exp(random.gauss(0, SPREAD)),
                )
            )
    return samples


def _times(effect: Effect, random: Random) -> float:
    return effect.slow_times if random.random() < effect.slow_share else effect.times
