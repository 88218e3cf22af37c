"""What the functions' entry points share: the time that Lambda leaves a run, and the handler of a hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warmgate.adapters.home import ACCOUNT
from warmgate.bootstrap import RUN
from warmgate.model.deadline import RESERVE_MS, Deadline
from warmgate.model.deployment import HookExecution
from warmgate.model.function_name import read_function_name

if TYPE_CHECKING:
    from warmgate.gate.gate import Gate
    from warmgate.ports.time import Clock

STATUS_RESERVE_MS = 3_000.0
"""Kept back from reporting the status, so that Lambda never ends the hook in the middle of it."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def deadline_of(context: Any, clock: Clock, reserve_ms: float = RESERVE_MS) -> Deadline:
    """Return when a run must end what it does, so much before Lambda ends the run."""
    return Deadline.within(clock.now_ms(), float(context.get_remaining_time_in_millis()), reserve_ms)


def begin(context: Any) -> None:
    """Let the adapters know the run that Lambda has begun, and the account it is in."""
    RUN.set(context.aws_request_id)
    itself = read_function_name(str(context.invoked_function_arn))
    ACCOUNT.set(itself.account if itself else "")


def hook_of(gate: Gate, reserve_ms: float = RESERVE_MS, status_reserve_ms: float = STATUS_RESERVE_MS) -> Handler:
    """Return the handler of a CodeDeploy hook: its event in, one status out."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Judge the deployment of an event {DeploymentId, LifecycleEventHookExecutionId} and report its status."""
        execution = HookExecution(event["DeploymentId"], event["LifecycleEventHookExecutionId"])
        begin(context)
        deadline, status_deadline = (
            deadline_of(context, gate.clock, reserve_ms),
            deadline_of(context, gate.clock, status_reserve_ms),
        )
        gated = gate.run(execution, deadline, status_deadline)
        return {"status": gated.status, "reported": gated.reported}

    return handler
