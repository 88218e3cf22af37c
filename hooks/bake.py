"""The bake: the state that the look before returned in, read and judged, the state for the next look out."""

from __future__ import annotations

from typing import Any

from warmgate.bootstrap_baking import baker
from warmgate.handler import begin, deadline_of

RESERVE_MS = 20_000.0
"""Kept back for the report and the notices once nothing more is read."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take one look at a release that bakes; the engine waits `wait_s` and calls again until it has `ended`."""
    begin(context)
    found = baker()
    return found.look(event, deadline_of(context, found.clock, RESERVE_MS))
