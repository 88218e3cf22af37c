"""The rollback controller: CodeDeploy's terminal state changes in, completed reports and notices out."""

from __future__ import annotations

from typing import Any

from warmgate.bootstrap_controller import controller
from warmgate.handler import begin, deadline_of
from warmgate.model.release import StateChange

TERMINAL = frozenset({"SUCCESS", "FAILURE", "STOP"})
RESERVE_MS = 15_000.0
"""Kept back for the report and the notices once nothing is followed any more."""
CONTROLLER = controller()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Settle the release of an EventBridge event `CodeDeploy Deployment State-change Notification`."""
    detail = event["detail"]
    if detail["state"] not in TERMINAL:
        return {"release": None, "notified": []}
    begin(context)
    deadline = deadline_of(context, CONTROLLER.clock, RESERVE_MS)
    settled = CONTROLLER.run(StateChange(detail["deploymentId"], detail["state"]), deadline)
    if settled is None:
        return {"release": None, "notified": []}
    return {"release": settled.document["release"]["outcome"], "notified": list(settled.notified)}
