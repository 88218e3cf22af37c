"""The bake: the state that the look before returned in, read and judged, the state for the next look out.

The same function hears of executions that ended outside of a look, as EventBridge's status changes.
"""

from __future__ import annotations

from typing import Any

from warmgate.adapters.look_clock import set_look_time
from warmgate.bootstrap_baking import baker
from warmgate.handler import begin, deadline_of

RESERVE_MS = 20_000.0
"""Kept back for the report and the notices once nothing more is read."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one look at a release that bakes; the engine waits `wait_s` and calls again until it has `ended`."""
    begin(context)
    if event.get("source") == "aws.states":
        from warmgate.bootstrap_broken import broken_bakes

        return {"notified": broken_bakes().run(event) is not None}
    set_look_time(event["now"])
    found = baker()
    return found.look(event, deadline_of(context, found.clock, RESERVE_MS))
