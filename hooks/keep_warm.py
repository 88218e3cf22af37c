"""The keeper: an event of a schedule, or of a deployment's end, in; environments of aliases called and counted."""

from __future__ import annotations

from typing import Any

from warmgate.bootstrap_keeping import keeper
from warmgate.keeping.keeper import raise_failures
from warmgate.model.deadline import Deadline

RESERVE_MS = 5_000.0
"""Kept back for the results once nothing more is called."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Keep warm what the event asks for; raises KeepWarmError at the end for what could not be found out."""
    found = keeper()
    left_ms = float(context.get_remaining_time_in_millis())
    results = found.run(event, Deadline.within(found.clock.now_ms(), left_ms, RESERVE_MS))
    raise_failures(results)
    return {"aliases": len(results), "warmed": sum(len(result.environments) for result in results)}
