"""What was found, as the JSON document of `warmgate cold find --json`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.changes import RATIO
from warmgate_ops.cold_starts.finding.found import FoundFunction, FoundVersion, Spread
from warmgate_ops.cold_starts.finding.source import Source
from warmgate_ops.cold_starts.finding.trend import CHANCE, FEWEST, Change
from warmgate_ops.cold_starts.prices import DATED, LIST

FORMAT: Final = 1
"""Rises when a field is renamed, removed or means something else."""


def document_of(found: tuple[FoundFunction, ...], source: Source, ahead_after_ms: float) -> dict[str, Any]:
    """Return the whole document; durations in milliseconds, times in UTC, null where something is not known."""
    return {
        "format": FORMAT,
        "source": _source(source),
        "thresholds": {
            "ahead_after_ms": ahead_after_ms,
            "ahead_verified_on_aws": False,
            "fewest_cold_starts": FEWEST,
            "change_ratio": RATIO,
            "change_chance": CHANCE,
        },
        "prices": {"region": LIST.region, "dated": DATED},
        "functions": [_function(each) for each in found],
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "named": source.named,
        "since": _time(source.since_ms),
        "until": _time(source.until_ms),
        "ways": list(source.ways),
        "bytes_read": None if source.bytes_read is None else int(source.bytes_read),
        "usd": round(source.usd, 6),
        "functions": source.functions,
        "left_out": [{"name": each.name, "why": each.why} for each in source.left_out],
    }


def _function(found: FoundFunction) -> dict[str, Any]:
    return {
        "function": found.function,
        "first_call_at": _time(found.first_at_ms),
        "last_call_at": _time(found.last_at_ms),
        "calls": found.calls,
        "cold": found.cold,
        "suppressed": {"count": found.suppressed, "longest_ms": _ms(found.suppressed_max_ms)},
        "ahead": found.ahead,
        "provisioned": found.provisioned,
        "waited_s": round(found.waited_s, 3),
        "init_s": round(found.init_s, 3),
        "init_usd": round(found.init_usd, 9),
        "expected": {"ms": _ms(found.expected.limit_ms), "why": found.expected.why, "of": _of(found)},
        "over": found.over if found.expected.limit_ms is not None else None,
        "versions": [_version(each) for each in found.versions],
        "changes": [_change(each) for each in found.changes],
        "slowest": [_call(each) for each in found.slowest],
    }


def _of(found: FoundFunction) -> str:
    return "init" if found.expected.of_init else "together"


def _version(version: FoundVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "calls": version.calls,
        "cold": version.cold,
        "restored": version.restored,
        "too_few": version.is_too_few,
        "init_ms": _spread(version.init),
        "first_call_ms": _spread(version.first_call),
        "together_ms": _spread(version.together),
        "warm_p50_ms": _ms(version.warm_median_ms),
        "first_call_overhead_ms": _ms(version.overhead_ms),
        "over": version.over,
        "days_together_p50_ms": [_ms(day) for day in version.days],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "at": _time(change.at_ms),
        "version": change.version,
        "before_version": change.before_version,
        "ratio": round(change.ratio, 4),
        "chance": float(f"{change.chance:.3g}"),
        "before": change.before,
        "after": change.after,
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "at": _time(call.called_ms if call.ended_ms else 0.0),
        "version": call.version,
        "beginning": str(call.beginning),
        "init_ms": _ms(call.init_ms),
        "first_call_ms": _ms(call.duration_ms),
        "together_ms": _ms(call.first_response_ms),
        "request_id": call.request_id,
        "stream": call.environment,
        "trace_id": call.trace_id or None,
    }


def _spread(spread: Spread | None) -> dict[str, float | None] | None:
    return None if spread is None else {"p50": _ms(spread.p50), "p95": _ms(spread.p95), "max": _ms(spread.longest)}


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _time(at_ms: float | None) -> str | None:
    if not at_ms:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
