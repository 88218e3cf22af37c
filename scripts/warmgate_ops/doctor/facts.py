"""What was seen of an account and of a template, as frozen values; each fact may be missing or denied."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from warmgate.appspec.read import AppSpec
from warmgate.errors import Fault
from warmgate.model.deployment import Target
from warmgate.model.function import Capacity, FunctionVersion
from warmgate.policy.values import Policy
from warmgate_ops.doctor.template.resources import Template

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A fact that could not be found out, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A thing that does not exist."""

    place: str


Fact: TypeAlias = T | Denied | Missing | None
"""None: nobody asked."""


class NotSeen(Exception):  # noqa: N818 - no fault: the runner of checks turns it into a finding or into silence
    """A fact that a check needs is not there."""

    def __init__(self, denied: Denied | None) -> None:
        super().__init__(denied.reason if denied else "nothing to look at")
        self.denied = denied


def see(fact: T | Denied | Missing | None) -> T:
    """Return a fact that was seen; raises NotSeen, which ends the look at this subject and no other."""
    if isinstance(fact, Denied):
        raise NotSeen(fact)
    if fact is None or isinstance(fact, Missing):
        raise NotSeen(None)
    return fact


def some(found: Collection[T]) -> Collection[T]:
    """Return what a template holds of a kind; raises NotSeen where it holds nothing of it."""
    return found or see(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version of the function, $LATEST included."""

    described: FunctionVersion
    configuration: Mapping[str, Any]
    """The settings that a published version freezes, as Lambda spells them; without the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasFacts:
    """An alias."""

    version: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFacts:
    """The group's last deployment that succeeded."""

    deployment_id: str
    function: str
    alias: str
    version: str
    """Where it left the alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpecFacts:
    """An AppSpec, or what is wrong with it."""

    source: str
    is_next: bool
    """True for the one that is about to be deployed, False for the last one that was."""
    spec: AppSpec | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """A deployment group."""

    application: str
    name: str
    role_arn: str
    shifts_gradually: Fact[bool]
    rollback_events: tuple[str, ...]
    """Empty where automatic rollback is off."""
    alarm_names: tuple[str, ...]
    """Empty where alarms are off."""
    running: Fact[tuple[str, ...]]
    deployed: Fact[DeploymentFacts]

    @property
    def place(self) -> str:
        """Return its name among other things of the account."""
        return f"codedeploy:{self.application}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """An alarm of the group."""

    name: str
    state: str
    """OK, ALARM, INSUFFICIENT_DATA, or MISSING where there is no such alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Whether a role may do something."""

    action: str
    resource: str
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HookConfiguration:
    """What Lambda says of a hook's function."""

    arn: str
    state: str
    state_reason: str
    update_status: str
    timeout_s: int
    role_arn: str
    subnets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookFacts:
    """A function that CodeDeploy calls."""

    name: str
    configuration: Fact[HookConfiguration]
    retries: Fact[int] = None
    egress: Fact[bool] = None
    """Whether it reaches CodeDeploy's endpoint from its subnets; None where it is in no VPC."""
    permissions: Fact[tuple[Permission, ...]] = None
    """What its role may do."""
    called_by: Fact[Permission] = None
    """Whether the group's role may call it; Missing where the role does not exist."""

    @property
    def place(self) -> str:
        """Return its name among other things of the account."""
        return f"lambda:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """The policy that applies, or what is wrong with it."""

    source: str
    policy: Policy | None = None
    faults: tuple[Fault, ...] = ()
    unreadable: str = ""
    """Why its source gives no policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """A subscription filter of Warmgate's on the function's log group."""

    group: str
    name: str
    has_ended: Fact[bool]
    """Whether its deployment has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was seen; what nobody asked about is None."""

    target: Target | None = None
    alias: Fact[AliasFacts] = None
    latest: Fact[VersionFacts] = None
    versions: Fact[tuple[VersionFacts, ...]] = None
    """Published versions, the newest last."""
    provisioned_on_alias: Fact[int] = None
    capacity: Fact[Capacity] = None
    group: Fact[GroupFacts] = None
    alarms: Fact[tuple[AlarmFacts, ...]] = None
    appspec: Fact[AppSpecFacts] = None
    hooks: Fact[tuple[HookFacts, ...]] = None
    policy: Fact[PolicyFacts] = None
    subscriptions: Fact[tuple[SubscriptionFacts, ...]] = None
    template: Template | None = None

    @property
    def alias_place(self) -> str:
        """Return the alias's name among other things of the account."""
        return f"lambda:{self.target.function}:{self.target.alias}" if self.target else ""

    @property
    def function_place(self) -> str:
        """Return the function's name among other things of the account."""
        return f"lambda:{self.target.function}" if self.target else ""

    def candidate(self) -> VersionFacts:
        """Return the version that is released next: the AppSpec's, else the newest; raises NotSeen."""
        versions = see(self.versions)
        wanted = self.appspec.spec.candidate if isinstance(self.appspec, AppSpecFacts) and self.appspec.spec else None
        if wanted is not None and isinstance(self.appspec, AppSpecFacts) and self.appspec.is_next:
            return see(next((found for found in versions if found.described.version == wanted), None))
        return see(versions[-1] if versions else None)

    def usable_policy(self) -> Policy:
        """Return the policy that applies; raises NotSeen where it has faults, which is another check's finding."""
        return see(see(self.policy).policy)
