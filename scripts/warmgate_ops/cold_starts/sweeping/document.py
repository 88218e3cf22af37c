"""A sweep as JSON: every figure of the table, what was judged, and what was spent."""

from __future__ import annotations

import json
from typing import Any

from warmgate.report.document import finite
from warmgate_ops.cold_starts.prices import DATED, LIST
from warmgate_ops.cold_starts.sweeping.intervals import median
from warmgate_ops.cold_starts.sweeping.outcome import Swept
from warmgate_ops.cold_starts.sweeping.pareto import points_of
from warmgate_ops.cold_starts.sweeping.recommending import Rated
from warmgate_ops.cold_starts.sweeping.rows import Row

SCHEMA_VERSION = 1


def render_json(swept: Swept) -> str:
    """Return the document of a sweep as JSON."""
    return json.dumps(document_of(swept), indent=2)


def document_of(swept: Swept) -> dict[str, Any]:
    """Return a sweep as plain values; milliseconds and US dollars."""
    best = {id(point.rated) for point in points_of(swept.rated) if point.best}
    chosen = swept.recommendation.chosen
    return {
        "schema_version": SCHEMA_VERSION,
        "function": swept.function,
        "version": swept.version,
        "sweep": swept.sweep_id,
        "seed": swept.seed,
        "cold_share": swept.cold_share,
        "variants": [_variant(each, pareto=id(each) in best) for each in swept.rated],
        "recommendation": {
            "strategy": swept.recommendation.strategy.value,
            "variant": chosen.row.variant.key if chosen else None,
            "memory_mb": chosen.row.variant.memory_mb if chosen else None,
            "why": swept.recommendation.why,
            "as_good": [each.row.variant.key for each in swept.recommendation.as_good],
            "limits": swept.limits.source if swept.limits.any else None,
        },
        "says": list(swept.sentences),
        "estimate": {
            "calls": swept.estimate.calls,
            "expected_usd": finite(swept.estimate.expected_usd),
            "most_usd": finite(swept.estimate.most_usd),
            "minutes": swept.estimate.minutes,
        },
        "spent": {"usd": swept.spent_usd, "calls": swept.calls, "seconds": swept.seconds},
        "prices": {"region": LIST.region, "dated": DATED, "source": "list"},
        "stopped": swept.stopped or None,
        "original_changed": swept.changed,
        "notes": list(swept.notes),
    }


def figures_of(row: Row) -> dict[str, Any]:
    """Return the figures of a row; what was not measured is null."""
    interval, cold = row.together_interval_ms, row.cold
    return {
        "cold_starts": len(cold),
        "init_ms": {"p50": median(row.inits_ms), "slowest": max(row.inits_ms)} if cold else None,
        "first_call_ms": {"p50": median(row.firsts_ms), "over_warm": row.overhead_ms} if cold else None,
        "together_ms": {
            "p50": row.together_p50_ms,
            "p50_between": list(interval) if interval else None,
            "slowest": max(row.together_ms),
        }
        if cold
        else None,
        "warm_calls": len(row.warm_ms),
        "warm_ms": {"p50": row.warm_p50_ms, "p95": row.warm_p95_ms} if row.warm_ms else None,
        "failures": dict(row.failures),
        "init_failures": row.init_failures,
        "burst_calls_that_were_warm": row.met_warm,
    }


def _variant(each: Rated, *, pareto: bool) -> dict[str, Any]:
    variant = each.row.variant
    return {
        "key": variant.key,
        "memory_mb": variant.memory_mb,
        "architecture": variant.architecture,
        "snapstart": variant.snap_start,
        "without_layer": variant.without_layer or None,
        **figures_of(each.row),
        "usd": {
            "per_million_warm": each.costs.million_warm,
            "per_million": each.costs.million,
            "per_thousand_cold": each.costs.thousand_cold,
        },
        "pareto": pareto,
        "limits": [
            {"check": found.check, "outcome": found.outcome.value, "reason": found.reason, "proven": found.proven}
            for found in each.findings
        ],
    }
