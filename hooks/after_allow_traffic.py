"""The AfterAllowTraffic hook: CodeDeploy's event in, one status out, judged by the traffic that has moved."""

from __future__ import annotations

from typing import Any

from warmgate.bootstrap import RUN, live_gate
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import HookExecution

TELLING_MS = 3_000.0
"""Kept back from telling, so that Lambda never ends the hook in the middle of it."""
GATE = live_gate()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Judge the deployment of an event {DeploymentId, LifecycleEventHookExecutionId} and tell CodeDeploy."""
    execution = HookExecution(event["DeploymentId"], event["LifecycleEventHookExecutionId"])
    RUN.set(context.aws_request_id)
    now_ms, remaining_ms = GATE.clock.now_ms(), float(context.get_remaining_time_in_millis())
    deadline = Deadline.within(now_ms, remaining_ms)
    gated = GATE.run(execution, deadline, Deadline.within(now_ms, remaining_ms, TELLING_MS))
    return {"status": gated.status, "told": gated.told}
