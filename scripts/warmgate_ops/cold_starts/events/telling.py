"""Joins calls and what happened into one explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.beside import init_changes
from warmgate_ops.cold_starts.causes.explain import Known, explain
from warmgate_ops.cold_starts.causes.explanation import Explanation, TraceSummary
from warmgate_ops.cold_starts.causes.segments import typical
from warmgate_ops.cold_starts.events.asking import NotAsked
from warmgate_ops.cold_starts.events.gathering import LATEST, Gathered
from warmgate_ops.cold_starts.events.traces import Traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a user asked for; times are milliseconds since the epoch."""

    function: str = ""
    alias: str = ""
    version: str = ""
    """One version alone; empty is every published one."""
    since_ms: float
    until_ms: float
    over_ms: float | None = None

    def wants(self, version: str) -> bool:
        """Return whether cold starts of a version are explained; those of $LATEST only where it is named."""
        return version == self.version if self.version else version != LATEST


def tell(asked: Asked, calls: Sequence[Call], gathered: Gathered) -> Explanation:
    """Return the explanation of the cold starts that were asked for, without traces."""
    kept = [call for call in calls if asked.wants(call.version)]
    known = Known(
        calls=kept,
        events=gathered.events,
        schedules=gathered.schedules,
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
    )
    changes = init_changes(kept, gathered.events)
    over = asked.over_ms
    explained = explain(known)
    slow = [each for each in explained if over is None or (each.call.first_response_ms or 0.0) > over]
    versions = gathered.versions
    pairs = {beside.versions for beside in changes}
    left_out = sum(call.version == LATEST for call in calls) if asked.version != LATEST else 0
    note = f"{left_out:,} calls of {LATEST} are left out: pass --version '{LATEST}' to explain them"
    return Explanation(
        function=asked.function,
        qualifier=asked.alias or asked.version,
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
        calls=len(kept),
        explained=tuple(slow),
        over_ms=over,
        changes=changes,
        differences={pair: versions.difference(*pair) for pair in pairs} if versions is not None else {},
        not_asked=tuple(map(str, gathered.not_asked)),
        notes=(*gathered.notes, *([note] if left_out else [])),
    )


def traces_in(traced: Traced | NotAsked | None) -> TraceSummary | None:
    """Return what traces show; None where none could be asked for."""
    if traced is None or isinstance(traced, NotAsked):
        return None
    return TraceSummary(
        asked=traced.asked,
        kept=len(traced.found),
        where=traced.where,
        seconds=typical(traced.found),
        note=traced.note,
    )
