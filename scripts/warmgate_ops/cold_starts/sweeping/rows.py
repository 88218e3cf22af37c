"""What the calls of one variant showed: cold starts with init and first call together, warm calls, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from warmgate.judge.quantile import quantile
from warmgate.model.calls import UNSEEN, Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate_ops.cold_starts.sweeping.intervals import median, median_interval
from warmgate_ops.cold_starts.sweeping.variants import Variant

FEWEST = 5
"""Fewer cold starts show nothing."""
FEWEST_TO_RECOMMEND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """A cold start that answered as it should."""

    probe: str
    init_ms: float
    """The restore's time where it was restored from a snapshot."""
    first_ms: float
    """The duration of that same call."""

    @property
    def together_ms(self) -> float:
        """Return how long its caller waited, but for the way there and back."""
        return self.init_ms + self.first_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The calls of a variant."""

    variant: Variant
    samples: tuple[Sample, ...]

    @property
    def cold(self) -> tuple[ColdStart, ...]:
        """Return the cold starts that count: with an init or a restore in their report, and the answer expected."""
        found = (s for s in self.samples if s.phase is Phase.PREWARM and s.outcome is CallOutcome.OK)
        return tuple(start for sample in found if (start := _cold_start(sample)) is not None)

    @property
    def warm_ms(self) -> tuple[float, ...]:
        """Return the durations of warm calls that answered as they should."""
        return tuple(
            s.duration_ms
            for s in self.samples
            if s.phase is Phase.MEASURED
            and s.start is Start.WARM
            and s.outcome is CallOutcome.OK
            and s.duration_ms is not None
        )

    @property
    def failures(self) -> Counter[str]:
        """Return how many calls ended in what, those that showed nothing of the function left out."""
        bad = (s for s in self.samples if s.outcome is not CallOutcome.OK and s.outcome not in UNSEEN)
        return Counter(s.error_type or s.detail or s.outcome.value for s in bad)

    @property
    def init_failures(self) -> int:
        """Return how many inits failed and were run again inside the call."""
        return sum(sample.init_failed for sample in self.samples)

    @property
    def met_warm(self) -> int:
        """Return how many calls of bursts met an environment that had been initialised before."""
        return sum(s.phase is Phase.PREWARM and s.start is Start.WARM for s in self.samples)

    @property
    def enough(self) -> bool:
        """Return whether there are cold starts enough to recommend anything by."""
        return len(self.cold) >= FEWEST_TO_RECOMMEND

    @property
    def inits_ms(self) -> tuple[float, ...]:
        """Return the init of each cold start."""
        return tuple(start.init_ms for start in self.cold)

    @property
    def firsts_ms(self) -> tuple[float, ...]:
        """Return the duration of each cold start's call."""
        return tuple(start.first_ms for start in self.cold)

    @property
    def together_ms(self) -> tuple[float, ...]:
        """Return the cold first responses: init and that same call."""
        return tuple(start.together_ms for start in self.cold)

    @property
    def together_p50_ms(self) -> float:
        """Return the median cold first response; there is a cold start."""
        return median(self.together_ms)

    @property
    def together_interval_ms(self) -> tuple[float, float] | None:
        """Return between which cold first responses the true median lies, 95 % sure; None for fewer than 6."""
        return median_interval(self.together_ms)

    @property
    def overhead_ms(self) -> float | None:
        """Return by how much the median first call is longer than the median warm one; None without either."""
        if not self.cold or not self.warm_ms:
            return None
        return median(self.firsts_ms) - median(self.warm_ms)

    @property
    def warm_p50_ms(self) -> float | None:
        """Return the median warm duration, None without one."""
        return median(self.warm_ms) if self.warm_ms else None

    @property
    def warm_p95_ms(self) -> float | None:
        """Return the empirical p95 of warm durations, None for fewer than 20."""
        return quantile(self.warm_ms, 0.95) if len(self.warm_ms) >= 20 else None

    def of_probe(self, name: str) -> Row:
        """Return the calls of one probe."""
        return Row(variant=self.variant, samples=tuple(s for s in self.samples if s.probe == name))

    def evidence(self) -> Evidence:
        """Return what the judge's checks of cold starts read."""
        asked = sum(sample.phase is Phase.PREWARM for sample in self.samples)
        return Evidence(samples=self.samples, burst=Burst(asked=asked, granted=asked), closed=Closed.PLANNED)


def rows_of(variants: Sequence[Variant], samples: Iterable[tuple[Variant, Sample]]) -> tuple[Row, ...]:
    """Return a row for each variant, in their order."""
    found: dict[str, list[Sample]] = {variant.key: [] for variant in variants}
    for variant, sample in samples:
        found[variant.key].append(sample)
    return tuple(Row(variant=variant, samples=tuple(found[variant.key])) for variant in variants)


def as_arm(row: Row, arm: Arm) -> tuple[Sample, ...]:
    """Return the samples of a row as one of the two arms of a recorded run.

    All bursts stand as one: a judge looks after each round, and the first one of a gate holds every cold start.
    """
    return tuple(
        replace(sample, arm=arm, round=1 if sample.phase is Phase.PREWARM else sample.round) for sample in row.samples
    )


def _cold_start(sample: Sample) -> ColdStart | None:
    init_ms = sample.restore_ms if sample.start is Start.RESTORED else sample.init_ms
    if sample.start not in {Start.COLD, Start.RESTORED} or init_ms is None or sample.duration_ms is None:
        return None
    if sample.init_failed:
        return None
    return ColdStart(probe=sample.probe, init_ms=init_ms, first_ms=sample.duration_ms)
