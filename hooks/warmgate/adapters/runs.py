"""How a run of a function goes on in another one: calls of oneself."""

from __future__ import annotations

import json
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import SuccessorError
from warmgate.model.deployment import Shift

HANDOVER = "guard"
"""Marks the event by which a run of the guard hands over; CodeDeploy's events have no such key."""


class LambdaHandover:
    """Fresh runs of a function, called asynchronously."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def start(self, shift: Shift) -> None:
        """Call the function with what this run knows."""
        payload = {
            "warmgate": HANDOVER,
            "deployment_id": shift.deployment_id,
            "run": shift.run,
            "stretch": shift.stretch,
            "since_ms": shift.since_ms,
        }
        hint = "allow lambda:InvokeFunction on the guard itself to its role"
        with raised_as(SuccessorError, f"{shift.deployment_id}: run {shift.run} could not be started", hint):
            self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(payload).encode()
            )


def shift_of(event: dict[str, Any]) -> Shift:
    """Return the shift of a state-change event of CodeDeploy, or of the call by which a run hands over."""
    if event.get("warmgate") == HANDOVER:
        return Shift(
            deployment_id=event["deployment_id"], run=event["run"], stretch=event["stretch"], since_ms=event["since_ms"]
        )
    return Shift(deployment_id=event["detail"]["deploymentId"])
