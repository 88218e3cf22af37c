"""The fields of a log event: CloudWatch's own, those of Lambda's lines in text format, those of JSON. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.store import LogEvent

Row = dict[str, Any]

_BYTES_A_MB = 1_000_000
"""Insights shows Lambda's megabytes as bytes, at a million each."""
_LINE = re.compile(r"^(?P<type>START|END|REPORT) RequestId: (?P<id>\S+)")
_NUMBERS = {
    "@duration": (re.compile(r"\tDuration: ([\d.]+) ms"), 1),
    "@billedDuration": (re.compile(r"\tBilled Duration: ([\d.]+) ms"), 1),
    "@initDuration": (re.compile(r"\tInit Duration: ([\d.]+) ms"), 1),
    "@memorySize": (re.compile(r"\tMemory Size: (\d+) MB"), _BYTES_A_MB),
    "@maxMemoryUsed": (re.compile(r"\tMax Memory Used: (\d+) MB"), _BYTES_A_MB),
}


def row_of(event: LogEvent, group: str) -> Row:
    """Return every field of an event that a query can name."""
    row: Row = {
        "@timestamp": event.timestamp_ms,
        "@message": event.message,
        "@logStream": event.stream,
        "@log": group,
        "@ingestionTime": event.ingested_ms,
        "@ptr": event.event_id,
    }
    row.update(_of_line(event.message))
    row.update(_of_json(event.message))
    return row


def shown(name: str, value: Any) -> str:
    """Return a value as results hold it: instants as text, numbers with four decimals at most."""
    if isinstance(value, Instant) or name in {"@timestamp", "@ingestionTime"}:
        return f"{datetime.fromtimestamp(int(value) / 1000, UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


class Instant(int):
    """Milliseconds since the epoch that are shown as an instant."""


def _of_line(message: str) -> Row:
    line = _LINE.match(message)
    if line is None:
        return {}
    row: Row = {"@type": line["type"], "@requestId": line["id"]}
    if line["type"] == "REPORT":
        for name, (pattern, factor) in _NUMBERS.items():
            if found := pattern.search(message):
                row[name] = float(found[1]) * factor
    return row


def _of_json(message: str) -> Row:
    if not message.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    row: Row = {}
    _flatten(found, "", row)
    return row


def _flatten(value: Any, path: str, row: Row) -> None:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            _flatten(inner, f"{path}.{key}" if path else str(key), row)
    elif value is not None:
        row[path] = value
