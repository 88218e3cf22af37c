"""X-Ray documents become the parts of a call: initialization, invocation, overhead, and what the call waited for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

PHASES = ("Initialization", "Restore", "Invocation", "Overhead")
"""Subsegments that Lambda writes of a call (Lambda, Visualize function invocations using X-Ray)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceParts:
    """One trace; seconds by name."""

    trace_id: str
    phases: Mapping[str, float] = field(default_factory=dict)
    waited: Mapping[str, float] = field(default_factory=dict)
    """By downstream service: all calls to it together, however they overlapped."""


def parts_of(trace_id: str, documents: Iterable[str]) -> TraceParts | None:
    """Return the parts of a trace, None where it has no phase of Lambda's."""
    phases: dict[str, float] = {}
    waited: dict[str, float] = {}
    for node in (node for document in documents for node in _nodes(_loaded(document))):
        name, seconds = str(node.get("name") or ""), _seconds(node)
        if name in PHASES:
            phases[name] = max(seconds, phases.get(name, 0.0))
        elif node.get("namespace") in {"aws", "remote"}:
            waited[name] = waited.get(name, 0.0) + seconds
    return TraceParts(trace_id=trace_id, phases=phases, waited=waited) if phases else None


def typical(traces: Iterable[TraceParts]) -> dict[str, float]:
    """Return the median seconds of each phase and of each downstream service over the traces that have it."""
    found: dict[str, list[float]] = {}
    for trace in traces:
        for name, seconds in {**trace.waited, **trace.phases}.items():
            found.setdefault(name, []).append(seconds)
    return {name: median(values) for name, values in found.items()}


def _loaded(document: str) -> Any:
    try:
        return json.loads(document)
    except ValueError:
        return None


def _nodes(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and depth < 20:
        yield node
        for below in node.get("subsegments") or []:
            yield from _nodes(below, depth + 1)


def _seconds(node: Mapping[str, Any]) -> float:
    """Return how long a segment or an OpenTelemetry span took."""
    if isinstance(start := node.get("start_time"), int | float) and isinstance(
        end := node.get("end_time"), int | float
    ):
        return max(0.0, float(end) - float(start))
    spanned = node.get("startTimeUnixNano"), node.get("endTimeUnixNano")
    try:
        return max(0.0, (int(str(spanned[1])) - int(str(spanned[0]))) / 1e9)
    except ValueError:
        return 0.0
