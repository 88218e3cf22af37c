"""What a run will cost, said before it and again after its first pass: from what the function's log shows of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warmgate.judge.quantile import quantile
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.cold_starts.sweeping.costs import snapshot_usd
from warmgate_ops.cold_starts.sweeping.intervals import median
from warmgate_ops.cold_starts.sweeping.schedule import Step
from warmgate_ops.cold_starts.sweeping.variants import Variant, cpu_share

UPDATE_MS = 5_000.0
"""From UpdateFunctionConfiguration until LastUpdateStatus is Successful, about; not measured on AWS."""
SNAPSHOT_MS = 150_000.0
"""From PublishVersion until a snapshot can be called, about: AWS says minutes; not measured on AWS."""
FEWEST_CALLS = 5
"""Fewer calls in a log say nothing of the next ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a version behaves, as its log of the last day says; None where it holds too few calls of the kind."""

    memory_mb: int
    calls: int = 0
    cold_calls: int = 0
    init_ms: float | None = None
    first_ms: float | None = None
    warm_ms: float | None = None
    slowest_ms: float | None = None
    """The longest that an init and a call took together, or a warm call."""

    @property
    def cold_share(self) -> float | None:
        """Return the share of cold calls, None where there were no calls to speak of."""
        return self.cold_calls / self.calls if self.calls >= FEWEST_CALLS else None

    @property
    def known(self) -> bool:
        """Return whether a cost can be expected at all."""
        return self.warm_ms is not None or self.first_ms is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a run makes and costs."""

    calls: int
    expected_usd: float | None
    """None where nothing is known of the function."""
    most_usd: float | None
    """If each call were as slow as the slowest in the log, and no faster with more memory."""
    minutes: float


def habits_of(records: Iterable[InvocationRecord], memory_mb: int) -> Habits:
    """Return what the calls of a version that its log reports say; medians, for a mean follows one outlier."""
    found = [r for r in records if r.duration_ms is not None and r.start is not Start.PROVISIONED]
    cold = [r for r in found if r.start in {Start.COLD, Start.RESTORED} and _init_of(r) is not None]
    warm = [r.duration_ms for r in found if r.start is Start.WARM and r.duration_ms is not None]
    together = [(_init_of(r) or 0.0) + (r.duration_ms or 0.0) for r in found]
    return Habits(
        memory_mb=memory_mb,
        calls=len(found),
        cold_calls=len(cold),
        init_ms=median([_init_of(r) or 0.0 for r in cold]) if cold else None,
        first_ms=median([r.duration_ms or 0.0 for r in cold]) if cold else None,
        warm_ms=median(warm) if len(warm) >= FEWEST_CALLS else None,
        slowest_ms=quantile(together, 1.0) if len(together) >= FEWEST_CALLS else None,
    )


def estimate_of(steps: Sequence[Step], habits: Habits, prices: Prices = LIST) -> Estimate:
    """Return what the steps of a run cost.

    Expected is a function whose calls take the CPU that their memory gives them and whose init does not (init runs
    with more CPU than that, as is reported); at most is one that gains nothing by more memory.
    """
    expected = sum((_step_usd(step, habits, prices) for step in steps), 0.0) if habits.known else None
    most = None
    if habits.slowest_ms is not None:
        most = sum(step.calls * _call_usd(_slowest(habits, step.variant), step.variant, prices) for step in steps)
        most = max(most + _snapshots_usd(steps, prices), expected or 0.0)
    return Estimate(
        calls=sum(step.calls for step in steps),
        expected_usd=None if expected is None else expected + _snapshots_usd(steps, prices),
        most_usd=most,
        minutes=sum(_step_ms(step, habits) for step in steps) / 60_000,
    )


def _snapshots_usd(steps: Sequence[Step], prices: Prices) -> float:
    """Return what the snapshots of steps cost: a version is published for each, and each cold call is a restore."""
    found = [step for step in steps if step.variant.snap_start]
    restores = sum(len(step.cold) * step.variant.memory_mb / 1024 for step in found) * prices.snapstart_restore_gb
    return restores + sum(snapshot_usd(step.variant.memory_mb, prices) for step in found)


def most_usd(calls: int, slowest_ms: float, variant: Variant, prices: Prices = LIST) -> float:
    """Return what calls of a variant cost at most where none takes longer than `slowest_ms`."""
    return calls * _call_usd(slowest_ms, variant, prices)


def slower_with(memory_mb: float, than_mb: float) -> float:
    """Return how many times slower a thread gets that is bound by CPU, 1 where it gets no slower."""
    return max(1.0, cpu_share(than_mb) / cpu_share(memory_mb))


def _step_usd(step: Step, habits: Habits, prices: Prices) -> float:
    faster = cpu_share(habits.memory_mb) / cpu_share(step.variant.memory_mb)
    warm_ms = habits.warm_ms if habits.warm_ms is not None else habits.first_ms or 0.0
    first_ms = habits.first_ms if habits.first_ms is not None else warm_ms
    cold = _call_usd((habits.init_ms or 0.0) + first_ms * faster, step.variant, prices)
    warm = _call_usd(warm_ms * faster, step.variant, prices)
    return len(step.cold) * cold + (step.calls - len(step.cold)) * warm


def _slowest(habits: Habits, variant: Variant) -> float:
    return (habits.slowest_ms or 0.0) * slower_with(variant.memory_mb, habits.memory_mb)


def _call_usd(ms: float, variant: Variant, prices: Prices) -> float:
    return prices.request + prices.duration_usd(math.ceil(ms), variant.memory_mb, variant.architecture)


def _step_ms(step: Step, habits: Habits) -> float:
    slower = slower_with(step.variant.memory_mb, habits.memory_mb)
    warm_ms = (habits.warm_ms or 0.0) * slower
    cold_ms = (habits.init_ms or 0.0) + (habits.first_ms or 0.0) * slower
    return UPDATE_MS + step.variant.snap_start * SNAPSHOT_MS + cold_ms + len(step.warm) * warm_ms


def _init_of(record: InvocationRecord) -> float | None:
    return record.restore_ms if record.restore_ms is not None else record.init_ms
