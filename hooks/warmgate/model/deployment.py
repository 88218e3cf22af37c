"""What CodeDeploy says of a deployment, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What CodeDeploy hears; it accepts no third word."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class LifecycleEvent(StrEnum):
    """The lifecycle events of a Lambda deployment that call a hook."""

    BEFORE_ALLOW_TRAFFIC = "BeforeAllowTraffic"
    AFTER_ALLOW_TRAFFIC = "AfterAllowTraffic"


@dataclass(frozen=True, slots=True)
class Target:
    """The function and the alias that a deployment shifts."""

    function: str
    alias: str


@dataclass(frozen=True, slots=True)
class HookExecution:
    """One call of a hook by CodeDeploy: the two opaque ids of its event, and nothing else."""

    deployment_id: str
    execution_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What CodeDeploy says of a deployment: AppSpec CurrentVersion is the baseline, TargetVersion the candidate."""

    deployment_id: str
    target: Target
    baseline: str
    candidate: str
    lifecycle_event: LifecycleEvent | None
    """The hook event that waits for the asking hook's status, None where none does any more."""
    told: Status | None = None
    """The status that the asking hook's own event has ended with, where it has ended."""
    application: str = ""
    group: str = ""
    creator: str = ""
    """CodeDeploy's word for who made it: user, codeDeployRollback, CloudFormationRollback ..."""
    rollback_of: str = ""
    """The deployment that CodeDeploy's own fields say it rolls back."""
    is_rollback: bool = False
    """Whether it is proven to be a rollback; what a description says proves nothing."""
    description: str = ""
    state: str = ""
    """CodeDeploy's word for the whole deployment: InProgress, Succeeded, Failed, Stopped ..."""
    shift_began_ms: float | None = None
    """When traffic began to shift, in milliseconds since the epoch; None before that."""
    shift_ended_ms: float | None = None
    """When all of it had shifted."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the deployment."""
        return self.state in {"Succeeded", "Failed", "Stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a run of the traffic guard knows of the shift it guards; enough to go on in another run."""

    deployment_id: str
    run: int = 1
    stretch: int = 1
    since_ms: float | None = None
    """When the stretch that was growing began, None before the first call."""
