"""What recorded runs show of a function today, in memory that does not grow with them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from warmgate.judge.cold_starts import first_response_of
from warmgate.model.calls import HISTORY, UNSEEN, Arm, CallOutcome, Phase, Sample, Start

STEP = math.log(1.005)
"""Durations are counted in steps of half a per cent."""
SMALLEST_MS = 0.01


@dataclass
class Durations:
    """Milliseconds, counted by size."""

    counts: Counter[int] = field(default_factory=Counter)

    def add(self, value_ms: float) -> None:
        """Count a value."""
        self.counts[math.ceil(math.log(max(value_ms, SMALLEST_MS) / SMALLEST_MS) / STEP)] += 1

    @property
    def count(self) -> int:
        """Return how many there are."""
        return self.counts.total()

    def percentile(self, percentile: float) -> float:
        """Return a percentile, rounded up by half a per cent at the most; there must be a value."""
        wanted, seen = math.ceil(percentile * self.count), 0
        for step in sorted(self.counts):
            seen += self.counts[step]
            if seen >= wanted:
                return SMALLEST_MS * math.exp(step * STEP)
        raise ValueError("no value was counted")


@dataclass
class Recorded:
    """The arms of some runs together: cold starts and warm measured calls."""

    inits: dict[Arm, Durations] = field(default_factory=lambda: {arm: Durations() for arm in Arm})
    first_responses: dict[Arm, Durations] = field(default_factory=lambda: {arm: Durations() for arm in Arm})
    durations: dict[Arm, Durations] = field(default_factory=lambda: {arm: Durations() for arm in Arm})
    failed: int = 0
    calls: int = 0
    starts: Counter[str] = field(default_factory=Counter)
    """Cold starts of the candidate, by run."""
    probes: dict[str, None] = field(default_factory=dict)
    """Names, in the order in which they were met."""

    def add(self, run: str, sample: Sample) -> None:
        """Count a sample."""
        self.starts[run] += 0
        if sample.probe == HISTORY:
            return
        self.probes[sample.probe] = None
        if sample.arm is Arm.CANDIDATE and sample.outcome not in UNSEEN:
            self.calls += 1
            self.failed += sample.outcome is not CallOutcome.OK
        init_ms = sample.init_ms if sample.init_ms is not None else sample.restore_ms
        cold = sample.start in {Start.COLD, Start.RESTORED}
        if cold and init_ms is not None:
            self.inits[sample.arm].add(init_ms)
            self.starts[run] += sample.arm is Arm.CANDIDATE
        first_ms = first_response_of(sample)
        if first_ms is not None:
            self.first_responses[sample.arm].add(first_ms)
        if sample.phase is Phase.MEASURED and not cold and sample.duration_ms is not None:
            self.durations[sample.arm].add(sample.duration_ms)

    @property
    def fewest_inits(self) -> int:
        """Return the cold starts of the run that has fewest."""
        return min(self.starts.values(), default=0)

    def today_ms(self, percentiles: Iterable[tuple[str, float]]) -> dict[str, float]:
        """Return what is measured of the new version by policy path.

        Args:
            percentiles: kind of limit (init, first_response or duration) and percentile between 0 and 1.
        """
        found = {}
        kinds = {"init": self.inits, "first_response": self.first_responses, "duration": self.durations}
        for kind, percentile in percentiles:
            values = kinds[kind][Arm.CANDIDATE]
            if values.count:
                found[f"limits.{kind}.p{percentile * 100:.6g}"] = values.percentile(percentile)
        return found
