"""CodeDeploy as a hook needs it: what a deployment is about, and reporting the hook's status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.deployment_reader import DeploymentReader
from warmgate.adapters.faults import SDK_ERRORS, code_of, repeats_of
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import DeploymentLookupError, StatusReportError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status
from warmgate.ports.time import Clock


class CodeDeployDeployments:
    """Deployments through the SDK's CodeDeploy client."""

    def __init__(
        self,
        client: Any,
        clock: Clock,
        event: LifecycleEvent = LifecycleEvent.BEFORE_ALLOW_TRAFFIC,
        clients: Callable[[str], Any] | None = None,
    ) -> None:
        self._client = client
        self._reader = DeploymentReader(client, clients)
        self._clock = clock
        self._event = event

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment from its target, else from its revision."""
        try:
            return repeat_until(deadline, self._clock, self._reader.awaited, execution.deployment_id, self._event)
        except SDK_ERRORS as error:
            raise DeploymentLookupError(
                f"{execution.deployment_id}: CodeDeploy did not describe it: {code_of(error)}: {error}",
                hint="allow codedeploy:GetDeployment, ListDeploymentTargets, GetDeploymentTarget to the role",
            ) from error

    def report_status(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status until it is taken or the deadline has come; what has been taken already is looked up."""
        attempts = 0

        def put() -> None:
            nonlocal attempts
            attempts += 1
            self._client.put_lifecycle_event_hook_execution_status(
                deploymentId=execution.deployment_id,
                lifecycleEventHookExecutionId=execution.execution_id,
                status=status.value,
            )

        try:
            repeat_until(deadline, self._clock, put)
        except SDK_ERRORS as error:
            if code_of(error) == "LifecycleEventAlreadyCompletedException":
                # By an attempt of ours whose answer was lost, or by another run.
                repeated = attempts > 1 or repeats_of(error) > 0
                return repeated and self._took(execution, status, deadline)
            raise _not_reported(execution, status, error) from error
        return True

    def _took(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Return whether the hook's event ended with a status; raises StatusReportError where nobody says."""
        try:
            return self.describe(execution, deadline).reported is status
        except DeploymentLookupError as error:
            raise StatusReportError(
                f"{execution.deployment_id}: whether {status} was taken is not known: {error}"
            ) from error


class LastDeployments:
    """The same on a client of its own, made when it is needed: for what is reported with the last seconds."""

    def __init__(self, clients: Clients, clock: Clock, event: LifecycleEvent) -> None:
        self._clients = clients
        self._clock = clock
        self._event = event

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment."""
        return self._made().describe(execution, deadline)

    def report_status(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status."""
        return self._made().report_status(execution, status, deadline)

    def _made(self) -> CodeDeployDeployments:
        last = self._clients.last_resort
        return CodeDeployDeployments(last("codedeploy"), self._clock, self._event, last)


def _not_reported(execution: HookExecution, status: Status, error: BaseException) -> StatusReportError:
    return StatusReportError(
        f"{execution.deployment_id}: CodeDeploy did not take {status.value}: {code_of(error)}: {error}",
        hint="allow codedeploy:PutLifecycleEventHookExecutionStatus to the role, and give a hook in a VPC"
        " a way to CodeDeploy's endpoint",
    )
