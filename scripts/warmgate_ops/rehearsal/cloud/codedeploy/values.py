"""A deployment as frozen values, with what may happen to it and what it asks for. Nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

HOOK_TIMEOUT_S = 3600.0
"""A hook that has not reported a status by then has failed; CodeDeploy has no setting for it."""


class DeploymentStatus(StrEnum):
    """The states of a Lambda deployment."""

    CREATED = "Created"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def is_terminal(self) -> bool:
        """Return whether nothing can change any more."""
        return self in {DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED, DeploymentStatus.STOPPED}


class EventStatus(StrEnum):
    """The states of a lifecycle event."""

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"
    UNKNOWN = "Unknown"


class EventName(StrEnum):
    """The lifecycle events of a Lambda deployment, in order."""

    START = "Start"
    BEFORE_ALLOW_TRAFFIC = "BeforeAllowTraffic"
    ALLOW_TRAFFIC = "AllowTraffic"
    AFTER_ALLOW_TRAFFIC = "AfterAllowTraffic"
    END = "End"


class RollbackCause(StrEnum):
    """The events that an automatic rollback can be configured for."""

    FAILURE = "DEPLOYMENT_FAILURE"
    ALARM = "DEPLOYMENT_STOP_ON_ALARM"
    REQUEST = "DEPLOYMENT_STOP_ON_REQUEST"


class Notice(StrEnum):
    """The words of a state-change event."""

    START = "START"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    STOP = "STOP"


class Routing(StrEnum):
    """How traffic is shifted."""

    ALL_AT_ONCE = "AllAtOnce"
    CANARY = "TimeBasedCanary"
    LINEAR = "TimeBasedLinear"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The weight of the candidate over time."""

    routing: Routing = Routing.ALL_AT_ONCE
    percentage: int = 100
    interval_min: int = 0

    def weight_at(self, elapsed_s: float) -> float:
        """Return the weight that is due `elapsed_s` after AllowTraffic began; the first increment is due at once."""
        if self.routing is Routing.ALL_AT_ONCE:
            return 1.0
        passed = int(max(0.0, elapsed_s) // (self.interval_min * 60))
        if self.routing is Routing.CANARY:
            return 1.0 if passed else self.percentage / 100
        return min(100, self.percentage * (1 + passed)) / 100


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook that the AppSpec names, with the id that its execution will carry."""

    function: str
    execution_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known of a deployment when it is created and never changes."""

    deployment_id: str
    rollback_id: str
    """The id that its rollback would get, drawn beforehand so that stepping needs no randomness."""
    function: str = ""
    alias: str = ""
    baseline: str = ""
    candidate: str = ""
    before: Hook | None = None
    after: Hook | None = None
    schedule: Schedule = Schedule()
    rollback_on: frozenset[RollbackCause] = frozenset()
    triggered_by: str = ""
    """The deployment that this one rolls back; empty for a release."""
    fault: str = ""
    """What is wrong with the AppSpec; such a deployment fails when it starts."""
    fault_code: str = "INVALID_LAMBDA_CONFIGURATION"

    @property
    def is_rollback(self) -> bool:
        """Return whether this deployment undoes another one."""
        return bool(self.triggered_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One lifecycle event."""

    name: EventName
    status: EventStatus = EventStatus.PENDING
    hook: Hook | None = None
    start_s: float | None = None
    end_s: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ErrorReason:
    """Why a deployment failed or stopped: CodeDeploy's code and message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentState:
    """A deployment at an instant."""

    plan: Plan
    created_s: float
    clock_s: float
    """The latest instant seen; an earlier one is read as this one."""
    events: tuple[Event, ...]
    status: DeploymentStatus = DeploymentStatus.CREATED
    weight: float = 0.0
    """The share of traffic that the candidate has, as confirmed."""
    asked_weight: float = 0.0
    """The share of traffic that was asked for last."""
    start_s: float | None = None
    complete_s: float | None = None
    error: ErrorReason | None = None
    rollback_deployment_id: str = ""
    rollback_message: str = ""

    @property
    def running(self) -> Event | None:
        """Return the lifecycle event in progress."""
        return next((event for event in self.events if event.status is EventStatus.IN_PROGRESS), None)


@dataclass(frozen=True, slots=True)
class Begin:
    """The deployment may start; the alias reads like this."""

    version: str
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TimePasses:
    """Nothing happened but that time went on."""


@dataclass(frozen=True, slots=True)
class HookStatus:
    """A hook reported a status."""

    execution_id: str
    status: str


@dataclass(frozen=True, slots=True)
class WeightsAre:
    """The alias now has the weight that was asked for."""

    weight: float


@dataclass(frozen=True, slots=True)
class AlarmsRead:
    """The alarms in ALARM; `unreadable` says why their states are not known."""

    active: tuple[str, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody asked to stop; `roll_back` is None when the configuration decides."""

    roll_back: bool | None = None


@dataclass(frozen=True, slots=True)
class CallFailed:
    """Something that a lifecycle event needed from outside could not be done."""

    event: EventName
    code: str
    message: str


Input = Begin | TimePasses | HookStatus | WeightsAre | AlarmsRead | StopAsked | CallFailed


@dataclass(frozen=True, slots=True)
class SetWeights:
    """Point the alias at `version`, with `extra` on the other one; answered by WeightsAre(weight)."""

    event: EventName
    deployment_id: str
    function: str
    alias: str
    version: str
    extra: tuple[tuple[str, float], ...]
    weight: float


@dataclass(frozen=True, slots=True)
class InvokeHook:
    """Call a hook asynchronously."""

    event: EventName
    function: str
    deployment_id: str
    execution_id: str


@dataclass(frozen=True, slots=True)
class EmitNotice:
    """Publish a state-change event."""

    deployment_id: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class StartRollback:
    """Create the deployment that undoes this one."""

    deployment_id: str
    triggered_by: str
    message: str


Effect = SetWeights | InvokeHook | EmitNotice | StartRollback
