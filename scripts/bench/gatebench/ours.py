"""Calls the judge that the hook calls, on the rounds that the hook would plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from support.traffic.generators import ENVIRONMENTS, Call, Recording
from warmgate.judge.replaying import replay
from warmgate.model.calls import Arm, Burst, CallOutcome, Phase, Sample, Start
from warmgate.model.deployment import Status
from warmgate.model.verdict import Outcome
from warmgate.planning.plan import plan_probes
from warmgate.policy.values import Budget, Compare, Limits, PercentileLimit, Policy, RatioLimit

ALLOWED_RATIO = 1.2
BUDGET = Budget(invocations=460)
RELATIVE = Policy(
    name="relative",
    limits=Limits(error_ratio=None),
    compare=Compare(duration=RatioLimit(statistic="p95", ratio=ALLOWED_RATIO)),
    budget=BUDGET,
)


Sizes = list[tuple[int, int]]
"""How many calls of the baseline and of the candidate each measured round has."""


def sizes_of(policy: Policy) -> Sizes:
    """Return the rounds that the hook plans."""
    plan = plan_probes(policy, Burst(asked=ENVIRONMENTS, granted=ENVIRONMENTS), has_baseline=True, seed=0)
    rounds = [[call.arm for call in planned.calls] for planned in plan.rounds if planned.phase is Phase.MEASURED]
    return [(arms.count(Arm.BASELINE), arms.count(Arm.CANDIDATE)) for arms in rounds]


COMPARED = sizes_of(RELATIVE)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule said of a release, and after how many measured calls of both arms."""

    failed: bool
    calls: int
    inconclusive: bool = False


def relative(recording: Recording, *, known: bool) -> Decision:
    """Return the verdict of `compare.duration` with environments named or not."""
    return _decided(compared_samples(recording, known=known), RELATIVE)


def compared_samples(recording: Recording, *, known: bool) -> list[Sample]:
    """Return the calls of a comparison, environments named or not, as a run records them."""
    samples = []
    for number, (old, new) in enumerate(planned_rounds(recording, COMPARED), start=1):
        samples += _samples(Arm.BASELINE, number, old, known=known)
        samples += _samples(Arm.CANDIDATE, number, new, known=known)
    return samples


def planned_rounds(recording: Recording, sizes: Sizes) -> Iterator[tuple[list[Call], list[Call]]]:
    """Yield the calls of both arms in the measured rounds that the hook plans, while the recording holds them."""
    old, new = (iter([call for round_ in arm for call in round_]) for arm in (recording.old, recording.new))
    for olds, news in sizes:
        calls = list(islice(old, olds)), list(islice(new, news))
        if (len(calls[0]), len(calls[1])) != (olds, news):
            return
        yield calls


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
