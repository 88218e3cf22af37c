"""Versions whose failures come by environment: those of one that lost its connection are no rate of calls."""

from __future__ import annotations

from random import Random

from support.traffic.generators import ENVIRONMENTS
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.policy.values import Budget, Limits, Policy

SHARE = 0.01
"""Of environments that fail every call; and the limit."""
ROUNDS = 14
POLICY = Policy(name="errors", limits=Limits(error_ratio=SHARE), budget=Budget(invocations=ENVIRONMENTS * ROUNDS))
SEED = "failing 1"


def refused(runs: int, *, known: bool) -> int:
    """Return how many of so many versions are refused, of which 1 % of environments fail every call."""
    return sum(_is_refused(Random(f"{SEED} {number}"), known=known) for number in range(runs))


def _is_refused(random: Random, *, known: bool) -> bool:
    fails = [random.random() < SHARE for _ in range(ENVIRONMENTS)]
    if not any(fails):
        return False
    samples = [
        Sample(
            arm=Arm.CANDIDATE,
            round=number,
            position=place,
            probe="default",
            phase=Phase.MEASURED,
            outcome=CallOutcome.ERROR if fails[environment] else CallOutcome.OK,
            start=Start.WARM,
            environment=f"{environment}" if known else None,
            duration_ms=100.0,
            error_type="Error" if fails[environment] else None,
        )
        for number in range(1, ROUNDS + 1)
        for place, environment in enumerate(random.sample(range(ENVIRONMENTS), ENVIRONMENTS))
    ]
    return replay(samples, POLICY).verdict.status is Status.FAILED
