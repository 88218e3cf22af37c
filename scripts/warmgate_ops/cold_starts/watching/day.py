"""One day of one function: what is kept of its cold starts, and how that is written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warmgate_ops.cold_starts.calls import WAITED, Beginning, Call
from warmgate_ops.cold_starts.causes.explain import Known, explain
from warmgate_ops.cold_starts.prices import LIST

SCHEMA = 1
KEPT = 200
"""Init durations that are kept of a version and a day: enough to compare weeks by rank, and a few kilobytes."""
DAY_MS = 86_400_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A function that is watched."""

    name: str
    architecture: str = "x86_64"
    expected_ms: float | None = None
    """Limit of its policy on the first response or on init; None where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is kept of a function and a day (UTC)."""

    function: str
    date: str
    """YYYY-MM-DD."""
    calls: int
    cold: int
    """Cold starts that a caller waited for."""
    over: int
    """Of them, longer than expected."""
    expected_ms: float | None
    init_s: float
    """All init that was billed."""
    usd: float
    """What that cost at list price."""
    inits_ms: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """At most KEPT a version, evenly taken over the day."""
    causes: Mapping[str, int] = field(default_factory=dict)
    events: Sequence[str] = ()
    """What happened to the function that day, in words."""
    unread: str = ""
    """Why the day is not whole; empty where it is."""


def day_of(watched: Watched, date: str, known: Known, expected_ms: float | None, unread: str = "") -> Day:
    """Return what is kept of a day.

    Args:
        watched: the function.
        date: the day.
        known: its calls, and the events and schedules around them; `since_ms` and `until_ms` are the day's.
        expected_ms: of an init; None where nothing is expected yet.
        unread: why the calls are not all of the day.
    """
    waited = [call for call in known.calls if call.beginning in WAITED]
    begun = [call for call in waited if call.init_ms is not None and call.beginning is not Beginning.SUPPRESSED]
    over = 0 if expected_ms is None else sum((call.init_ms or 0.0) > expected_ms for call in begun)
    billed = [call for call in known.calls if call.init_ms and call.beginning is not Beginning.PROVISIONED]
    return Day(
        function=watched.name,
        date=date,
        calls=len(known.calls),
        cold=len(waited),
        over=over,
        expected_ms=expected_ms,
        init_s=sum(call.init_ms or 0.0 for call in billed) / 1000,
        usd=sum(LIST.duration_usd(call.init_ms or 0.0, call.memory_mb or 128, watched.architecture) for call in billed),
        inits_ms=_kept(begun),
        causes=dict(Counter(each.cause.value for each in explain(known) if each.call.beginning in WAITED)),
        events=tuple(event.in_words() for event in known.events),
        unread=unread,
    )


def document_of(day: Day) -> str:
    """Return a day as JSON text."""
    return json.dumps({"schema": SCHEMA, **{name: getattr(day, name) for name in Day.__slots__}}, allow_nan=False)


def day_in(text: str) -> Day | None:
    """Return the day of a document; None where it is none that this version reads."""
    try:
        found: dict[str, Any] = json.loads(text)
        if found.pop("schema") != SCHEMA:
            return None
        return Day(**found)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _kept(calls: Sequence[Call]) -> dict[str, list[float]]:
    by_version: dict[str, list[float]] = {}
    for call in sorted(calls, key=lambda call: call.ended_ms):
        by_version.setdefault(call.version, []).append(round(call.init_ms or 0.0, 2))
    return {version: _evenly(inits) for version, inits in by_version.items()}


def _evenly(values: list[float]) -> list[float]:
    if len(values) <= KEPT:
        return values
    return [values[place * len(values) // KEPT] for place in range(KEPT)]
