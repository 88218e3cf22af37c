"""What CodeDeploy says of a deployment, as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ENDED_STATUSES = frozenset({"Succeeded", "Failed", "Stopped"})
"""The statuses of a deployment that never change again."""
OURS = re.compile(r"warmgate", re.IGNORECASE)
"""Found in the names of Warmgate's hooks."""


class Status(StrEnum):
    """What CodeDeploy hears; it accepts no third word."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class LifecycleEvent(StrEnum):
    """The lifecycle events of a Lambda deployment that call a hook."""

    BEFORE_ALLOW_TRAFFIC = "BeforeAllowTraffic"
    AFTER_ALLOW_TRAFFIC = "AfterAllowTraffic"


class LiveJudge(StrEnum):
    """Who judges live traffic, in the order in which their verdicts can come; a folder of a report is named so."""

    GUARD = "guard"
    AFTER = "after"
    """The hook of AfterAllowTraffic."""


@dataclass(frozen=True, slots=True)
class Target:
    """The function and the alias that a deployment shifts."""

    function: str
    alias: str

    @property
    def is_known(self) -> bool:
        """Return whether CodeDeploy or an AppSpec named it."""
        return self != UNKNOWN_TARGET


UNKNOWN_TARGET = Target("unknown", "unknown")
"""Stands where neither a target nor an AppSpec could be read."""


@dataclass(frozen=True, slots=True)
class HookExecution:
    """One call of a hook by CodeDeploy: the two opaque ids of its event, and nothing else."""

    deployment_id: str
    execution_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRun:
    """One lifecycle event with a hook."""

    event: str
    function: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What CodeDeploy says of a deployment: AppSpec CurrentVersion is the baseline, TargetVersion the candidate."""

    deployment_id: str
    target: Target = UNKNOWN_TARGET
    baseline: str = ""
    candidate: str = ""
    lifecycle_event: LifecycleEvent | None = None
    """The hook event that waits for the asking hook's status, None where none does any more."""
    reported: Status | None = None
    """The status that the asking hook's own event has ended with, where it has ended."""
    application: str = ""
    group: str = ""
    creator: str = ""
    """CodeDeploy's word for who made it: user, codeDeployRollback, CloudFormationRollback ..."""
    rollback_of: str = ""
    """The deployment that CodeDeploy's own fields say it rolls back."""
    rollback_expected: bool = False
    """Whether the deployment is set up to be rolled back after an end like its own."""
    is_rollback: bool = False
    """Whether it is proven to be a rollback; what a description says proves nothing."""
    description: str = ""
    status: str = ""
    """CodeDeploy's word for the whole deployment: InProgress, Succeeded, Failed, Stopped ..."""
    error_code: str = ""
    error_message: str = ""
    created_s: float | None = None
    """Seconds since the epoch, as is `completed_s`."""
    completed_s: float | None = None
    shift_began_ms: float | None = None
    """When traffic began to shift, in milliseconds since the epoch; None before that."""
    shift_ended_ms: float | None = None
    """When all of it had shifted."""
    hooks: tuple[HookRun, ...] = ()
    """The events with a hook, where the controller asks."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the deployment."""
        return self.status in ENDED_STATUSES

    @property
    def is_ours(self) -> bool:
        """Return whether one of its hooks is Warmgate's."""
        return any(OURS.search(hook.function) for hook in self.hooks)

    @property
    def awaited_verdicts(self) -> frozenset[LiveJudge]:
        """Return who may be storing a verdict on live traffic just now: CodeDeploy has the status first."""
        reported = [hook for hook in self.hooks if hook.status in set(Status) and OURS.search(hook.function)]
        after = any(hook.event == LifecycleEvent.AFTER_ALLOW_TRAFFIC for hook in reported)
        guard = self.is_ours and self.status == "Stopped"
        return frozenset({*([LiveJudge.AFTER] if after else []), *([LiveJudge.GUARD] if guard else [])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What a run of the traffic guard knows of the shift it guards; enough to go on in another run."""

    deployment_id: str
    run: int = 1
    stretch: int = 1
    since_ms: float | None = None
    """When the stretch that was growing began, None before the first call."""
