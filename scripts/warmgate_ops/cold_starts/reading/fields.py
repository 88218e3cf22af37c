"""Rows of a query that show fields and no message become the report that those fields were discovered in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_BYTES_A_MB: Final = 1_000_000
"""CloudWatch Logs shows Lambda's megabytes as bytes (Insights: supported logs and discovered fields)."""
_TEXT: Final = (
    ("Duration", "@duration", "ms"),
    ("Billed Duration", "@billedDuration", "ms"),
    ("Memory Size", "@memorySize", "MB"),
    ("Max Memory Used", "@maxMemoryUsed", "MB"),
    ("Init Duration", "@initDuration", "ms"),
    ("Restore Duration", "restoreDuration", "ms"),
)
_JSON: Final = (
    ("Duration", "record.metrics.durationMs", "ms"),
    ("Billed Duration", "record.metrics.billedDurationMs", "ms"),
    ("Memory Size", "record.metrics.memorySizeMB", "MB"),
    ("Max Memory Used", "record.metrics.maxMemoryUsedMB", "MB"),
    ("Init Duration", "record.metrics.initDurationMs", "ms"),
    ("Restore Duration", "record.metrics.restoreDurationMs", "ms"),
)


def report_of_fields(row: Mapping[str, Any]) -> str:
    """Return the report in text format; empty where a row names no request or no duration."""
    request_id = row.get("@requestId") or row.get("record.requestId")
    names = _TEXT if row.get("@duration") else _JSON
    if not request_id or not row.get(names[0][1]):
        return ""
    parts = [f"REPORT RequestId: {request_id}"]
    for name, key, unit in names:
        value = _number(row.get(key))
        if value is not None:
            shown = value / _BYTES_A_MB if unit == "MB" and value > _BYTES_A_MB else value
            parts.append(f"{name}: {shown:g} {unit}" if shown < 10**5 else f"{name}: {shown:.2f} {unit}")
    if row.get("@xrayTraceId"):
        parts.append(f"XRAY TraceId: {row['@xrayTraceId']}")
    return "\t".join(parts) + "\t"


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
