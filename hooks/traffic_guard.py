"""The traffic guard: a deployment's start event in, the shift watched to its end or stopped."""

from __future__ import annotations

from typing import Any

from warmgate.adapters.runs import shift_of
from warmgate.bootstrap import guard
from warmgate.handler import begin, deadline_of


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Guard the shift of a state-change event of CodeDeploy, or go on where the run before handed over."""
    begin(context)
    found = guard(context)
    guarded = found.run(shift_of(event), deadline_of(context, found.clock))
    return {"ending": guarded.ending, "reason": guarded.verdict.reason if guarded.verdict else ""}
