"""Judges a version without a fault under a policy, from made-up samples: what stays open then always stays open."""

from __future__ import annotations

from warmgate.judge import judge
from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.model.verdict import Finding
from warmgate.planning import Call, Round, plan_probes
from warmgate.policy.values import Policy

_MEMORY_MB = 1.0
_SIZE_MB = 1024.0


def verdict_on_perfect_run(policy: Policy) -> tuple[Finding, ...]:
    """Return the findings on a version that answers every call of the plan at once, and as its baseline does."""
    asked = policy.warm.environments
    burst = Burst(asked=asked, granted=asked)
    plan = plan_probes(policy, burst, has_baseline=True, seed=0)
    samples = tuple(sample for planned in plan.rounds for sample in _answered(planned))
    evidence = Evidence(samples=samples, burst=burst, closed=Closed.BUDGET if plan.left_out else Closed.PLANNED)
    return judge(evidence, policy).findings


def _answered(planned: Round) -> list[Sample]:
    places = {Arm.BASELINE: 0, Arm.CANDIDATE: 0}
    samples = []
    for position, call in enumerate(planned.calls):
        samples.append(_sample(planned, position, call, places[call.arm]))
        places[call.arm] += 1
    return samples


def _sample(planned: Round, position: int, call: Call, environment: int) -> Sample:
    is_cold = planned.phase is Phase.PREWARM
    return Sample(
        arm=call.arm,
        round=planned.number,
        position=position,
        probe=call.probe.name,
        phase=planned.phase,
        outcome=CallOutcome.OK,
        start=Start.COLD if is_cold else Start.WARM,
        environment=f"{call.arm}-{environment}",
        # Thousandths that differ: equal values everywhere would be ties, which no clock reads.
        duration_ms=0.001 + position % 7 * 1e-6,
        init_ms=0.001 + position % 5 * 1e-6 if is_cold else None,
        billed_ms=1.0,
        memory_mb=_MEMORY_MB,
        memory_size_mb=_SIZE_MB,
    )
