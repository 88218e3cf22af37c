"""What a page shows: a judgement, its calls in dispatch order, and which of them the judge looked at. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.judge.cold_starts import FIRST_RESPONSE
from warmgate.judge.limits.durations import measured_rounds
from warmgate.judge.limits.init import cold_start_ms
from warmgate.judge.readings import readable
from warmgate.judge.replaying import PHASES, replay
from warmgate.model.calls import Arm, Burst, Evidence, Phase, Sample
from warmgate.model.deployment import Deployment, Status, Target
from warmgate.model.verdict import Judgement, Spending
from warmgate.planning import seed_of
from warmgate.policy.values import Policy


@dataclass(frozen=True, slots=True)
class Call:
    """A sample and its place in the release."""

    number: int
    """Place in dispatch order over the whole run, counted from 1."""
    sample: Sample
    judged: bool
    """False for calls after the stop, and for those that no check reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A judgement to show, a stored one or one made from a recording."""

    judgement: Judgement
    calls: tuple[Call, ...]
    origin: str
    """Where the page's figures come from, in words."""
    replayed: bool = False
    """Whether the verdict was made now from a recording: no status was sent, and no clock ran."""
    left_out: tuple[str, ...] = ()
    """Checks that a recording cannot show."""
    document: str = ""
    """The stored report as it was read; a replay sends nothing, so it has none."""

    @property
    def status(self) -> Status:
        """Return what CodeDeploy was sent, or would be."""
        return self.judgement.verdict.status

    @property
    def seed(self) -> int:
        """Return the seed that ordered the calls inside each round: it comes from the deployment's id."""
        return seed_of(self.judgement.deployment.deployment_id)

    @property
    def judged(self) -> tuple[Sample, ...]:
        """Return the samples that the verdict rests on."""
        return tuple(call.sample for call in self.calls if call.judged)

    @property
    def evidence(self) -> Evidence:
        """Return the judged samples as the judge reads them."""
        return readable(Evidence(samples=self.judged, burst=Burst(asked=0, granted=0)))

    def measured(self, arm: Arm) -> list[Sample]:
        """Return the calls that duration checks count: warm, measured, with a duration or timed out."""
        return [sample for round_ in measured_rounds(self.evidence, arm) for sample in round_]

    def durations(self, arm: Arm) -> tuple[list[float], int]:
        """Return the durations that count, and how many time-outs have none."""
        counted = self.measured(arm)
        known = [sample.duration_ms for sample in counted if sample.duration_ms is not None]
        return known, len(counted) - len(known)

    def inits(self, arm: Arm) -> list[float]:
        """Return what the cold starts of an arm's burst took, as the judge reads them."""
        return cold_start_ms(self.evidence, arm)

    def first_responses(self, arm: Arm) -> list[float]:
        """Return what the first callers of the burst waited for, init and call together, as the judge reads it."""
        return cold_start_ms(self.evidence, arm, FIRST_RESPONSE)

    def memory(self, arm: Arm) -> list[float]:
        """Return the memory of every judged call that showed it."""
        return [s.memory_mb for s in self.evidence.samples if s.arm is arm and s.memory_mb is not None]


def stored_case(judgement: Judgement, origin: str, document: str) -> Case:
    """Return the case of a stored report: the hook judged every call that it made."""
    calls = tuple(Call(number, sample, True) for number, sample in enumerate(judgement.samples, start=1))
    return Case(judgement=judgement, calls=calls, origin=origin, document=document)


def replayed_case(run: str, samples: Sequence[Sample], policy: Policy, source: str, origin: str) -> Case:
    """Return the case of a recorded run, judged as the hook would have.

    Args:
        run: the run's name, which stands for the deployment.
        samples: all that was recorded of it.
        policy: what to judge by.
        source: where the policy was read from.
        origin: where the samples were read from.
    """
    found = replay(samples, policy)
    ordered = sorted(samples, key=lambda sample: (PHASES.index(sample.phase), sample.round))
    seen = {_place(sample) for sample in found.seen}
    judgement = Judgement(
        deployment=Deployment(deployment_id=run, target=Target("", "")),
        execution=None,
        policy_name=policy.name,
        policy_source=source,
        verdict=found.verdict,
        spending=Spending(invocations=found.calls),
        samples=tuple(ordered),
    )
    calls = tuple(Call(number, sample, _place(sample) in seen) for number, sample in enumerate(ordered, start=1))
    return Case(judgement=judgement, calls=calls, origin=origin, replayed=True, left_out=found.left_out)


def _place(sample: Sample) -> tuple[Phase, int, int]:
    """Return what distinguishes a sample from every other of its run."""
    return sample.phase, sample.round, sample.position
