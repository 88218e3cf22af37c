"""Facts of a healthy release, without a cloud; a test changes what it needs."""

from __future__ import annotations

from typing import Any

from warmgate.appspec.read import AppSpec
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate.model.function import Capacity, FunctionVersion
from warmgate.policy.values import Limits, Policy, Warm
from warmgate_ops.doctor.facts import (
    AlarmFacts,
    AliasFacts,
    AppSpecFacts,
    DeploymentFacts,
    Facts,
    GroupFacts,
    HookConfiguration,
    HookFacts,
    Permission,
    PolicyFacts,
    VersionFacts,
)
from warmgate_ops.doctor.gathering.groups import appspec_facts
from warmgate_ops.doctor.permissions import INVOKE, NEEDED, REPORT_STATUS, USEFUL

FUNCTION, ALIAS, HOOK = "checkout-api", "live", "CodeDeployHook_warmgate-before"
ROLE = "arn:aws:iam::123456789012:role/serves"
TARGET = Target(FUNCTION, ALIAS)
POLICY = Policy(name="checkout", warm=Warm(environments=5), limits=Limits(error_ratio=0.0))


def version(number: str, code: str = "", configuration: dict[str, Any] | None = None, **changes: Any) -> VersionFacts:
    """Return a version whose code is its own number's unless it is given."""
    settings: dict[str, Any] = {
        "state": "Active",
        "memory_mb": 256,
        "timeout_s": 10,
        "runtime": "python3.13",
        "architecture": "x86_64",
        "code_sha256": code or number,
        "role": ROLE,
        **changes,
    }
    described = FunctionVersion(function=FUNCTION, version=number, **settings)
    return VersionFacts(described=described, configuration=configuration or {"MemorySize": 256})


GROUP = GroupFacts(
    application="shop",
    name="checkout",
    role_arn="arn:aws:iam::123456789012:role/shifts",
    shifts_gradually=True,
    rollback_events=("DEPLOYMENT_FAILURE",),
    alarm_names=("errors",),
    running=(),
    deployed=DeploymentFacts(deployment_id="d-LAST", function=FUNCTION, alias=ALIAS, version="2"),
)
CONFIGURATION = HookConfiguration(
    arn=f"arn:aws:lambda:eu-west-1:123456789012:function:{HOOK}",
    state="Active",
    state_reason="",
    update_status="Successful",
    timeout_s=900,
    role_arn="arn:aws:iam::123456789012:role/judges",
    subnets=(),
)
GRANTED = tuple(
    Permission(action=action, resource="*", allowed=True) for action in (REPORT_STATUS, INVOKE, *NEEDED, *USEFUL)
)
CALLED = Permission(action=INVOKE, resource=CONFIGURATION.arn, allowed=True)
HEALTHY_HOOK = HookFacts(name=HOOK, configuration=CONFIGURATION, retries=2, permissions=GRANTED, called_by=CALLED)
APPSPEC = AppSpecFacts(
    source="appspec.yaml",
    is_next=True,
    spec=AppSpec(
        version="0.0",
        target=TARGET,
        baseline="2",
        candidate="3",
        hooks={LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK},
    ),
)
HEALTHY = Facts(
    target=TARGET,
    alias=AliasFacts(version="2", weights={}),
    latest=version("$LATEST", code="3"),
    versions=(version("1"), version("2"), version("3")),
    provisioned_on_alias=0,
    subscriptions=(),
    capacity=Capacity(account_limit=1000, account_unreserved=1000, reserved=None, in_use=10),
    group=GROUP,
    alarms=(AlarmFacts(name="errors", state="OK"),),
    appspec=APPSPEC,
    hooks=(HEALTHY_HOOK,),
    policy=PolicyFacts(source="checkout.yaml", policy=POLICY),
)


def without(action: str) -> tuple[Permission, ...]:
    """Return the permissions of a healthy hook but one."""
    return tuple(
        Permission(action=found.action, resource=found.resource, allowed=found.action != action) for found in GRANTED
    )


def appspec(text: str, *, is_next: bool = True) -> AppSpecFacts:
    """Return what an AppSpec says."""
    return appspec_facts(text, "appspec.yaml", is_next=is_next)
