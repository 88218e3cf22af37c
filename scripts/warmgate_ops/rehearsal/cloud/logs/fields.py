"""The fields of a log event that a query can name: of every event, of Lambda's lines in text format, of JSON. Pure."""

from __future__ import annotations

import json
import re
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
OWN_FIELDS = frozenset({"@timestamp", "@message", "@logStream", "@type", "@requestId", *_NUMBERS})
"""CloudWatch's own fields that are known here."""


def row_of(event: LogEvent) -> Row:
    """Return every field of an event that a query can name."""
    return {
        "@timestamp": event.timestamp_ms,
        "@message": event.message,
        "@logStream": event.stream,
        **_of_line(event.message),
        **_of_json(event.message),
    }


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
