"""Step Functions in memory, as far as bakes use it: names are taken for good, an execution has one end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from warmgate.adapters.bakes import execution_name
from warmgate.errors import BakeLookupError, BakeStartError
from warmgate.model.execution import EndedExecution


@dataclass
class FakeExecutions:
    """The state machine of bakes and its executions, by ARN."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, EndedExecution] = field(default_factory=dict)
    fails: bool = False

    def start(self, state: dict[str, Any]) -> None:
        """Begin a bake whose name is free."""
        deployment_id = str(state["deployment_id"])
        if self.fails:
            raise BakeStartError(f"{deployment_id}: its bake could not be started: no answer")
        self.started.setdefault(_arn(deployment_id), state)

    def stop(self, deployment_id: str, error: str = "", cause: str = "") -> str:
        """End a bake as StopExecution does, and return its ARN."""
        arn = _arn(deployment_id)
        self.ended.setdefault(
            arn,
            EndedExecution(arn=arn, deployment_id=deployment_id, status="ABORTED", error=error, cause=cause),
        )
        return arn

    def describe(self, arn: str) -> EndedExecution:
        """Return what has become of a bake."""
        if arn in self.ended:
            return self.ended[arn]
        if arn in self.started:
            return EndedExecution(arn=arn, deployment_id=arn.rpartition(":")[2], status="RUNNING")
        raise BakeLookupError(f"{arn}: could not be read: ExecutionDoesNotExist")


def _arn(deployment_id: str) -> str:
    return f"arn:aws:states:us-east-1:123456789012:execution:warmgate-bakes:{execution_name(deployment_id)}"
