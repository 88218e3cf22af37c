"""What a run has spent, and whether its next calls could go beyond what was allowed: asked before each step."""

from __future__ import annotations

from collections.abc import Iterable

from warmgate.model.calls import Sample
from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.cold_starts.sweeping.costs import billed_ms, sample_usd, snapshot_usd
from warmgate_ops.cold_starts.sweeping.estimate import most_usd, slower_with
from warmgate_ops.cold_starts.sweeping.schedule import Step
from warmgate_ops.cold_starts.sweeping.variants import Variant


class Purse:
    """The money of a run; calls of which nothing is known count as the dearest that they can be."""

    def __init__(self, allowed_usd: float, timeout_s: float, prices: Prices = LIST) -> None:
        self.allowed_usd = allowed_usd
        self.spent_usd = 0.0
        self.calls = 0
        self._timeout_ms = timeout_s * 1000
        self._prices = prices
        self._slowest: tuple[float, float] | None = None
        """Milliseconds and memory of the slowest call so far."""

    def foresee(self, slowest_ms: float | None, memory_mb: float) -> None:
        """Take from a log how slow a call may be."""
        if slowest_ms is not None:
            self._slowest = (slowest_ms, memory_mb)

    @property
    def knows_nothing(self) -> bool:
        """Return whether no call was seen yet, so that each may take the function's whole timeout."""
        return self._slowest is None

    def most_after(self, step: Step) -> float:
        """Return what will have been spent at most after a step."""
        snapshot = snapshot_usd(step.variant.memory_mb, self._prices) if step.variant.snap_start else 0.0
        return self.spent_usd + snapshot + most_usd(step.calls, self._longest_ms(step.variant), step.variant)

    def allows(self, step: Step) -> bool:
        """Return whether a step cannot go beyond what is allowed."""
        return self.most_after(step) <= self.allowed_usd

    def snapshot(self, variant: Variant) -> None:
        """Count a snapshot that was made."""
        self.spent_usd += snapshot_usd(variant.memory_mb, self._prices)

    def take(self, samples: Iterable[Sample], attempts: int, variant: Variant) -> None:
        """Count calls; what was attempted and left no report cost what it could at most."""
        known = 0
        for sample in samples:
            usd, ms = sample_usd(sample, variant, self._prices), billed_ms(sample)
            if usd is None or ms is None:
                continue
            known += 1
            self.spent_usd += usd
            if self._slowest is None or ms > self._slowest[0]:
                self._slowest = (ms, variant.memory_mb)
        unknown = max(0, attempts - known)
        self.calls += attempts
        self.spent_usd += most_usd(unknown, self._timeout_ms, variant) if unknown else 0.0

    def _longest_ms(self, variant: Variant) -> float:
        if self._slowest is None:
            return self._timeout_ms
        ms, memory_mb = self._slowest
        return min(self._timeout_ms + 10_000, ms * slower_with(variant.memory_mb, memory_mb))
