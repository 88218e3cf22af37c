"""CodeDeploy, as the hooks, the traffic guard and the rollback controller need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, Status

if TYPE_CHECKING:
    from warmgate.model.release import AlarmState


class Deployments(Protocol):
    """CodeDeploy, as a hook needs it."""

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment of a hook execution; raises DeploymentLookupError."""
        ...

    def report_status(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status to CodeDeploy, retried until the deadline.

        Returns True where CodeDeploy has it from this call and False where another run had reported one before; raises
        StatusReportError where neither is sure.
        """
        ...


class Shifts(Protocol):
    """CodeDeploy, as what watches a shift needs it."""

    def describe(self, deployment_id: str, deadline: Deadline) -> Deployment:
        """Return a deployment; raises DeploymentLookupError."""
        ...

    def stop(self, deployment_id: str, deadline: Deadline) -> bool:
        """Stop a deployment so that CodeDeploy rolls it back, retried until the deadline.

        Returns True when this call stopped it and False when it had ended already; raises StopError.
        """
        ...


class Releases(Protocol):
    """CodeDeploy, as the controller needs it."""

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment; raises DeploymentLookupError."""
        ...

    def later(self, release: Deployment) -> tuple[Deployment, ...]:
        """Return the deployments of the same group made after a deployment, oldest first, without target and hooks.

        Raises DeploymentLookupError.
        """
        ...

    def roll_back(self, release: Deployment) -> str:
        """Make a deployment from the candidate back to the baseline, marked as such and without hooks; return its id.

        Raises RollbackError: `busy` where a deployment of the group is in progress, `unsure` where no answer came.
        """
        ...


class Alarms(Protocol):
    """The alarms that a deployment watches."""

    def of(self, release: Deployment) -> tuple[AlarmState, ...]:
        """Return the alarms of a release and their states now; raises DeploymentLookupError."""
        ...
