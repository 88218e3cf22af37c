"""Calls the judge that the hook calls, on the same rounds: five of both arms, then the candidate alone."""

from __future__ import annotations

from dataclasses import dataclass

from support.traffic.generators import Call, Recording
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome
from warmgate.policy.rules import INTERLEAVED_ROUNDS
from warmgate.policy.values import Budget, Compare, Limits, PercentileLimit, Policy, RatioLimit

ALLOWED_RATIO = 1.2
BUDGET = Budget(invocations=460)
RELATIVE = Policy(
    name="relative",
    limits=Limits(error_ratio=None),
    compare=Compare(duration=RatioLimit(statistic="p95", ratio=ALLOWED_RATIO)),
    budget=BUDGET,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule said of a release, and after how many measured calls of both arms."""

    failed: bool
    calls: int
    inconclusive: bool = False


def relative(recording: Recording, *, known: bool) -> Decision:
    """Return the verdict of `compare.duration` with environments named or not."""
    samples = []
    for number, new in enumerate(recording.new, start=1):
        if number <= INTERLEAVED_ROUNDS:
            samples += _samples(Arm.BASELINE, number, recording.old[number - 1], known=known)
        samples += _samples(Arm.CANDIDATE, number, new, known=known)
    return _decided(samples, RELATIVE)


def absolute(recording: Recording, limit_ms: float, *, known: bool) -> Decision:
    """Return the verdict of `limits.duration.p95` with environments named or not."""
    samples = []
    for number, new in enumerate(recording.new, start=1):
        samples += _samples(Arm.CANDIDATE, number, new, known=known)
    limits = Limits(error_ratio=None, duration=(PercentileLimit(percentile=0.95, limit_ms=limit_ms),))
    return _decided(samples, Policy(name="absolute", limits=limits, budget=BUDGET))


def _decided(samples: list[Sample], policy: Policy) -> Decision:
    found = replay(samples, policy)
    verdict = found.verdict
    return Decision(verdict.status is Status.FAILED, found.calls, verdict.outcome is Outcome.INCONCLUSIVE)


def _samples(arm: Arm, number: int, calls: list[Call], *, known: bool) -> list[Sample]:
    return [
        Sample(
            arm=arm,
            round=number,
            position=position,
            probe="default",
            phase=Phase.MEASURED,
            outcome=CallOutcome.OK,
            start=Start.WARM,
            environment=f"{arm} {call.environment}" if known else None,
            duration_ms=call.duration_ms,
        )
        for position, call in enumerate(calls)
    ]
