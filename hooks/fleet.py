"""The fleet's function: one step of the state machine in, what it is to do next out. It never waits."""

from __future__ import annotations

import os
from typing import Any

from warmgate.bootstrap_fleets import step_of


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Do the step that an event names; what it raises, the state machine tries again or tells."""
    return step_of(event, os.environ)
