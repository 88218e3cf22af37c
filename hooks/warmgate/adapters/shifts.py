"""CodeDeploy as the traffic guard needs it: whether a shift goes on, and the order to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.codedeploy import CodeDeployDeployments
from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import StopError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution
from warmgate.ports.time import Clock


class CodeDeployShifts:
    """Deployments through the SDK's CodeDeploy client."""

    def __init__(self, client: Any, clock: Clock, clients: Callable[[str], Any] | None = None) -> None:
        self._client = client
        self._clock = clock
        self._deployments = CodeDeployDeployments(client, clock, clients=clients)

    def describe(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return a deployment."""
        return self._deployments.describe(HookExecution(deployment_id, ""), deadline)

    def stop(self, deployment_id: str, deadline: Deadline) -> bool:
        """Stop a deployment with automatic rollback."""
        try:
            repeat_until(
                deadline,
                self._clock,
                self._client.stop_deployment,
                deploymentId=deployment_id,
                autoRollbackEnabled=True,
            )
        except SDK_ERRORS as error:
            if code_of(error) == "DeploymentAlreadyCompletedException":
                return False
            raise StopError(
                f"{deployment_id}: CodeDeploy did not stop it: {code_of(error)}: {error}",
                hint="allow codedeploy:StopDeployment on the deployment group to the guard's role",
            ) from error
        return True
