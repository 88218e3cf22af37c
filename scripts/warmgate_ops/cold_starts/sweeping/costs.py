"""What calls cost by their reports, and what a million of them costs warm, at a share of cold ones, or all cold."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from warmgate.model.calls import CallOutcome, Phase, Sample, Start
from warmgate_ops.cold_starts.prices import LIST, Prices
from warmgate_ops.cold_starts.sweeping.rows import Row
from warmgate_ops.cold_starts.sweeping.variants import Variant

MILLION = 1_000_000
LEAST_CACHED_S = 3 * 3600.0
"""A snapshot is cached, and billed, for three hours at least (AWS Lambda pricing, SnapStart)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What calls of a variant cost in US dollars at list price; None where there were none of the kind."""

    million_warm: float | None
    thousand_cold: float | None
    """Whole cold calls: init and first call."""
    million: float | None
    """A million calls at the share of cold ones that was observed; None where that is not known."""


def billed_ms(sample: Sample) -> float | None:
    """Return what a call is billed for: as its report says, else init and duration rounded up; None without either.

    Init is billed for every kind of function since August 2025 (AWS Compute Blog).
    """
    if sample.duration_ms is None and sample.billed_ms is None:
        return None
    init_ms = sample.init_ms or 0.0 if sample.start is Start.COLD and not sample.init_failed else 0.0
    return max(sample.billed_ms or 0.0, math.ceil((sample.duration_ms or 0.0) + init_ms))


def sample_usd(sample: Sample, variant: Variant, prices: Prices = LIST) -> float | None:
    """Return what one call cost, a restore included; None where its report is not known."""
    ms = billed_ms(sample)
    if ms is None:
        return None
    restored = prices.snapstart_restore_gb * variant.memory_mb / 1024 if sample.start is Start.RESTORED else 0.0
    return prices.request + restored + prices.duration_usd(ms, variant.memory_mb, variant.architecture)


def snapshot_usd(memory_mb: float, prices: Prices = LIST) -> float:
    """Return what it costs at least to publish a version with a snapshot."""
    return memory_mb / 1024 * LEAST_CACHED_S * prices.snapstart_cache_gb_second


def costs_of(row: Row, cold_share: float | None, prices: Prices = LIST) -> Costs:
    """Return what calls of a variant cost; `cold_share` is of all calls, None where it is not known."""
    warm = _mean(row, (s for s in row.samples if s.phase is Phase.MEASURED and s.start is Start.WARM), prices)
    cold = _mean(row, (s for s in row.samples if s.start in {Start.COLD, Start.RESTORED}), prices)
    mixed = None
    if warm is not None and cold_share is not None and (cold is not None or not cold_share):
        mixed = (warm * (1 - cold_share) + (cold or 0.0) * cold_share) * MILLION
    return Costs(
        million_warm=None if warm is None else warm * MILLION,
        thousand_cold=None if cold is None else cold * 1000,
        million=mixed,
    )


def _mean(row: Row, samples: Iterable[Sample], prices: Prices) -> float | None:
    # A bill is a sum: the mean is what a million calls add up to, whatever the median.
    good = (sample_usd(s, row.variant, prices) for s in samples if s.outcome is CallOutcome.OK)
    found = [usd for usd in good if usd is not None]
    return sum(found) / len(found) if found else None
