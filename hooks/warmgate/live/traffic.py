"""Calls of live traffic as the judge reads them: two arms, rounds by time, stretches of rounds. Reads no log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from warmgate.judge.live.rounds import NEW_PER_ROUND, Stretch
from warmgate.judge.live.shares import ROUNDS
from warmgate.logs.calls import LoggedCall
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample, Start

ROUND_MS = 2_000.0
"""A round lasts so long at the least: busy functions are looked at no oftener than that."""
PROBE = "live traffic"
OUTCOMES = {"success": CallOutcome.OK, "timeout": CallOutcome.TIMEOUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was seen of a shift so far: whole stretches, and one that grows. A value: it can go on elsewhere."""

    baseline: str
    candidate: str
    complete: tuple[Stretch, ...] = ()
    number: int = 1
    """Of the stretch that is growing, from 1."""
    samples: tuple[Sample, ...] = ()
    round: int = 1
    round_began_ms: float | None = None
    round_count: int = 0
    """Warm calls of the candidate in the round that is growing."""
    ages: tuple[int, ...] = ()
    rounds_s: tuple[float, ...] = ()
    began_ms: float | None = None
    """When the candidate's first call ended."""
    environments: Mapping[str, int] = field(default_factory=dict)
    """How many calls each was seen to take."""

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Return all stretches; the last one may be growing."""
        if not self.samples:
            return self.complete
        growing = Stretch(
            number=self.number, samples=self.samples, complete=False, ages=self.ages, rounds_s=self.rounds_s
        )
        return (*self.complete, growing)

    def ended(self) -> tuple[Stretch, ...]:
        """Return all stretches where no call will follow."""
        return tuple(replace(stretch, complete=True) for stretch in self.stretches)


def add_calls(traffic: Traffic, calls: Iterable[LoggedCall], *, keep: bool = True) -> Traffic:
    """Return the traffic with more calls, which must come in the order of time.

    Args:
        traffic: what was seen before.
        calls: of any version; those of other versions are left out.
        keep: whether stretches that are complete stay; who has judged them may let them go.
    """
    growing = _Growing(traffic)
    for call in calls:
        growing.take(call)
    grown = growing.value()
    return grown if keep else replace(grown, complete=grown.complete[len(traffic.complete) :])


class _Growing:
    """Fills one round after the other."""

    def __init__(self, traffic: Traffic) -> None:
        self._before = traffic
        self._arms = {traffic.baseline: Arm.BASELINE, traffic.candidate: Arm.CANDIDATE}
        self._complete = list(traffic.complete)
        self._samples = list(traffic.samples)
        self._number, self._round = traffic.number, traffic.round
        self._began_ms, self._count = traffic.round_began_ms, traffic.round_count
        self._ages, self._rounds_s = list(traffic.ages), list(traffic.rounds_s)
        self._shift_ms, self._environments = traffic.began_ms, dict(traffic.environments)

    def take(self, call: LoggedCall) -> None:
        """Add a call to the round; close the round and the stretch where they are full."""
        arm = self._arms.get(call.version)
        if arm is None:
            return
        sample = sample_of(call, arm, self._round, len(self._samples))
        self._samples.append(sample)
        age = self._environments.get(call.environment, 0)
        self._ages.append(age)
        self._environments[call.environment] = age + 1
        if self._shift_ms is None and arm is Arm.CANDIDATE:
            self._shift_ms = call.at_ms
        if self._began_ms is None:
            self._began_ms = call.at_ms
            self._rounds_s.append(0.0 if self._shift_ms is None else (call.at_ms - self._shift_ms) / 1000)
        self._count += arm is Arm.CANDIDATE and sample.start is not Start.COLD and sample.start is not Start.RESTORED
        if self._count >= NEW_PER_ROUND and call.at_ms - self._began_ms >= ROUND_MS:
            self._round, self._count, self._began_ms = self._round + 1, 0, None
        if self._round > ROUNDS:
            self._complete.append(replace(self.value().stretches[-1], complete=True))
            self._number, self._round, self._samples = self._number + 1, 1, []
            self._ages, self._rounds_s = [], []

    def value(self) -> Traffic:
        """Return what there is now."""
        return replace(
            self._before,
            complete=tuple(self._complete),
            number=self._number,
            samples=tuple(self._samples),
            round=self._round,
            round_began_ms=self._began_ms,
            round_count=self._count,
            ages=tuple(self._ages),
            rounds_s=tuple(self._rounds_s),
            began_ms=self._shift_ms,
            environments=self._environments,
        )


def sample_of(call: LoggedCall, arm: Arm, round_number: int, position: int) -> Sample:
    """Return a call of live traffic as a sample."""
    record = call.record
    return Sample(
        arm=arm,
        round=round_number,
        position=position,
        probe=PROBE,
        phase=Phase.MEASURED,
        outcome=OUTCOMES.get(record.status or "success", CallOutcome.ERROR),
        start=record.start,
        environment=call.environment,
        duration_ms=record.duration_ms,
        init_ms=record.start_up_ms,
        init_failed=record.init_failed,
        failed_init_ms=record.failed_init_ms,
        restore_ms=record.restore_ms,
        billed_ms=record.billed_ms,
        memory_mb=record.max_memory_mb,
        memory_size_mb=record.memory_mb,
        error_type=record.error_type,
        request_id=record.request_id,
    )
