"""Each check on facts: silent on a healthy release, one finding for the fault that it is for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from support.clinic.facts import (
    ALIAS,
    CALLED,
    CONFIGURATION,
    FUNCTION,
    GROUP,
    HEALTHY,
    HEALTHY_HOOK,
    HOOK,
    POLICY,
    appspec,
    version,
    without,
)
from warmgate.errors import Fault
from warmgate.model.function import Capacity
from warmgate.model.verdict import Mode
from warmgate.policy.values import Budget, Limits, OnInconclusive, Probe, Warm, When
from warmgate_ops.doctor.facts import (
    AlarmFacts,
    AliasFacts,
    Denied,
    DeploymentFacts,
    Facts,
    HookFacts,
    Missing,
    PolicyFacts,
    SubscriptionFacts,
)
from warmgate_ops.doctor.findings import Examination, Severity, examine
from warmgate_ops.doctor.permissions import INVOKE, REPORT_STATUS
from warmgate_ops.doctor.registry import CHECKS

SAME = """version: 0.0
Resources:
  - f:
      Type: AWS::Lambda::Function
      Properties: {Name: checkout-api, Alias: live, CurrentVersion: "2", TargetVersion: "2"}
Hooks: [{BeforeAllowTraffic: CodeDeployHook_warmgate-before}]
"""
FAULT = Fault(source="checkout.yaml", line=3, path="limits.duration.p95", found="400", expected="a unit", fix="400ms")
THIN = replace(POLICY, limits=Limits(error_ratio=0.001), budget=Budget(invocations=50))


def hook(**changes: Any) -> dict[str, Any]:
    """Return the change of facts to a hook that differs from a healthy one."""
    return {"hooks": (replace(HEALTHY_HOOK, **changes),)}


def configured(**changes: Any) -> dict[str, Any]:
    """Return the change of facts to a hook whose function is configured differently."""
    return hook(configuration=replace(CONFIGURATION, **changes))


def group(**changes: Any) -> dict[str, Any]:
    """Return the change of facts to a group that differs from a healthy one."""
    return {"group": replace(GROUP, **changes)}


def policy(**changes: Any) -> dict[str, Any]:
    """Return the change of facts to another policy."""
    return {"policy": PolicyFacts(source="checkout.yaml", **changes)}


def roomy(**changes: Any) -> dict[str, Any]:
    """Return the change of facts to another concurrency."""
    free = {"account_limit": 1000, "account_unreserved": 1000, "reserved": None, "in_use": 0}
    return {"capacity": Capacity(**{**free, **changes})}


def deployed(number: str) -> DeploymentFacts:
    """Return a last deployment that left the alias at a version."""
    return DeploymentFacts(deployment_id="d-LAST", function=FUNCTION, alias=ALIAS, version=number)


E, W, N = Severity.ERROR, Severity.WARNING, Severity.INFO
SEEDED: list[tuple[str, dict[str, Any], Severity, str]] = [
    ("target-missing", {"latest": Missing(place=f"lambda:{FUNCTION}")}, E, "does not exist"),
    ("target-missing", {"alias": Missing(place=f"lambda:{FUNCTION}:{ALIAS}")}, E, "does not exist"),
    ("target-missing", {"versions": (version("1"), version("2"))}, E, "TargetVersion 3 of the AppSpec"),
    ("first-deployment", group(deployed=Missing(place="codedeploy:shop/checkout")), W, "no deployment has ever"),
    ("config-only-change", {"latest": version("$LATEST", "3", {"MemorySize": 512})}, W, "in MemorySize alone"),
    ("config-only-change", {"latest": version("$LATEST", "3", {"Layers": ["x"]})}, W, "in Layers, MemorySize alone"),
    ("alias-weighted", {"alias": AliasFacts(version="2", weights={"3": 0.1})}, E, "version 2 with 10% on 3"),
    ("alias-moved", {"alias": AliasFacts(version="1", weights={})}, E, "CurrentVersion of the AppSpec is 2"),
    ("alias-moved", group(deployed=deployed("1")), W, "serves version 2, d-LAST left it at 1"),
    (
        "filter-left",
        {"subscriptions": (SubscriptionFacts(group="/aws/lambda/f", name="warmgate-d-OLD", has_ended=True),)},
        W,
        "warmgate-d-OLD is of a deployment that has ended",
    ),
    ("provisioned-on-alias", {"provisioned_on_alias": 5}, W, "5 provisioned environments"),
    ("not-weightable", {"versions": (version("1"), version("2"), version("3", role="other"))}, E, "role of version 2"),
    (
        "not-weightable",
        {"versions": (version("1"), version("2"), version("3", dead_letter_arn="queue"))},
        E,
        "dead-letter queue of version 2 is none, of version 3 queue",
    ),
    (
        "logs-hide-reports",
        {"versions": (version("1"), version("2"), version("3", log_format="JSON", system_log_level="WARN"))},
        W,
        "log format JSON",
    ),
    ("concurrency", roomy(reserved=8), W, "4 of 5 environments: reserved concurrency 8"),
    ("concurrency", roomy(reserved=0), E, "0 of 5 environments"),
    ("concurrency", roomy(account_limit=10, account_unreserved=8), W, "unreserved account concurrency 8"),
    ("group-missing", {"group": Missing(place="codedeploy:shop/checkout")}, E, "no such application or deployment"),
    ("appspec-faults", {"appspec": appspec(SAME.replace('TargetVersion: "2"', "TargetVersion: x"))}, E, "found 'x'"),
    ("same-version", {"appspec": appspec(SAME)}, E, "found 2, as CurrentVersion"),
    ("deployment-in-progress", group(running=("d-NOW",)), E, "in progress: d-NOW"),
    ("rollback-events", group(rollback_events=()), E, "automatic rollback is off"),
    ("rollback-events", group(rollback_events=("DEPLOYMENT_STOP_ON_ALARM",)), E, "is DEPLOYMENT_STOP_ON_ALARM,"),
    ("no-alarms", {**group(alarm_names=()), "alarms": ()}, W, "no alarm that is on"),
    ("alarm-missing", {"alarms": (AlarmFacts(name="errors", state="MISSING"),)}, E, "no such alarm"),
    ("alarm-ringing", {"alarms": (AlarmFacts(name="errors", state="ALARM"),)}, E, "in state ALARM"),
    ("alarm-without-data", {"alarms": (AlarmFacts(name="errors", state="INSUFFICIENT_DATA"),)}, W, "INSUFFICIENT"),
    (
        "no-hook",
        {
            "appspec": appspec(SAME.replace('TargetVersion: "2"', "TargetVersion: 3").partition("Hooks")[0]),
            "hooks": None,
        },
        W,
        "no Hooks",
    ),
    ("hook-missing", {"hooks": (HookFacts(name=HOOK, configuration=Missing(place="")),)}, E, "no such function"),
    ("hook-inactive", configured(state="Failed", state_reason="no key"), E, "state Failed: no key"),
    ("hook-inactive", configured(state="Inactive"), W, "state Inactive"),
    ("hook-inactive", configured(update_status="Failed"), E, "its last update failed"),
    ("codedeploy-calls-hook", hook(called_by=Missing(place="iam:shifts")), E, "role/shifts does not exist"),
    (
        "codedeploy-calls-hook",
        hook(called_by=replace(CALLED, allowed=False)),
        E,
        f"role/shifts may not lambda:InvokeFunction {HOOK}",
    ),
    (
        "codedeploy-calls-hook",
        hook(name="before", called_by=replace(CALLED, allowed=False)),
        E,
        "its name lacks CodeDeployHook_",
    ),
    ("hook-reports", hook(permissions=without(REPORT_STATUS)), E, f"its role may not {REPORT_STATUS}"),
    ("hook-reports", hook(permissions=Missing(place="iam:judges")), E, "its role iam:judges does not exist"),
    ("hook-invokes", hook(permissions=without(INVOKE)), E, f"its role may not {INVOKE}"),
    ("hook-looks-up", hook(permissions=without("lambda:ListTags")), E, "its role may not lambda:ListTags"),
    ("hook-looks-up", hook(permissions=without("cloudwatch:GetMetricData")), W, "its role may not cloudwatch:Get"),
    ("hook-timeout", configured(timeout_s=30), E, "timeout 30 s, of which 30 s are kept"),
    ("hook-timeout", configured(timeout_s=329), W, "timeout 329 s less 30 s to report the status is below"),
    ("hook-network", hook(configuration=replace(CONFIGURATION, subnets=("s-1",)), egress=False), W, "out of s-1"),
    ("hook-retries", hook(retries=0), N, "MaximumRetryAttempts is 0"),
    ("policy-faults", policy(faults=(FAULT,)), E, "found 400, expected a unit; 400ms"),
    ("policy-faults", policy(unreadable="ssm:/x: ParameterNotFound"), E, "ParameterNotFound"),
    (
        "probe-tenants",
        {"versions": (version("1"), version("2"), version("3", tenant_isolation=True))},
        E,
        "no tenant in probe",
    ),
    (
        "probe-tenants",
        policy(policy=replace(POLICY, probes=(Probe(name="blue", tenant="blue"),))),
        E,
        "a tenant in probe blue",
    ),
    ("policy-undecided", policy(policy=THIN), W, "limits.errors.rate stays undecided for a flawless version"),
    (
        "policy-undecided",
        policy(policy=replace(THIN, when=When(inconclusive=OnInconclusive.FAIL))),
        E,
        "limits.errors.rate stays undecided",
    ),
]


def examined(**changes: Any) -> Examination:
    """Return what is found where the healthy facts are changed."""
    return examine(CHECKS, [replace(HEALTHY, **changes)])


def test_healthy_facts_have_no_finding() -> None:
    """Every check of an account looks, and none has anything to say."""
    found = examined()

    assert found.findings == ()
    assert found.not_looked == ()
    assert set(found.looked) == {check.id for check in CHECKS if check.in_account is not None}


@pytest.mark.parametrize(("id_", "changes", "severity", "told"), SEEDED, ids=[f"{s[0]}: {s[3][:30]}" for s in SEEDED])
def test_a_fault_is_found_by_its_check_alone(id_: str, changes: dict[str, Any], severity: Severity, told: str) -> None:
    """Exactly one finding, with the fault's own severity and values."""
    found = examined(**changes).findings

    assert [(finding.check.id, finding.severity) for finding in found] == [(id_, severity)], found
    assert told in found[0].message


def test_every_check_of_an_account_is_seeded() -> None:
    """No check is left unproven."""
    assert {seeded[0] for seeded in SEEDED} == {check.id for check in CHECKS if check.in_account is not None}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"alias": AliasFacts(version="2", weights={"3": 0.1}), **group(running=("d-NOW",))}, "it is shifting"),
        ({**group(deployed=deployed("1"), running=("d-NOW",))}, "its deployment still runs"),
        (
            {**group(deployed=DeploymentFacts(deployment_id="d", function="other", alias="live", version="9"))},
            "not its",
        ),
        ({"latest": version("$LATEST", "4", {"MemorySize": 512})}, "its code is new: it will be published"),
        (
            {**group(shifts_gradually=False), "versions": (version("1"), version("2"), version("3", role="other"))},
            "all at once needs no weights",
        ),
        (configured(timeout_s=330), "a timeout of budget and reserve is enough"),
        (hook(retries=1), "one repetition is a repetition"),
        (hook(configuration=replace(CONFIGURATION, subnets=("s-1",)), egress=True), "there is a way out"),
        (roomy(reserved=10), "half of ten is five"),
        (configured(update_status="InProgress"), "an update under way"),
        (policy(policy=replace(THIN, limits=Limits(error_ratio=0.0))), "no tolerance needs no counting"),
        ({"hooks": None}, "nobody named a hook"),
    ],
    ids=lambda found: found if isinstance(found, str) else "",
)
def test_what_only_looks_like_a_fault_is_none(changes: dict[str, Any], why: str) -> None:
    """A boundary or a good reason is no finding."""
    found = [finding for finding in examined(**changes).findings if finding.check.id != "deployment-in-progress"]

    assert found == [], why


def test_a_flawless_version_is_judged_as_the_policy_says() -> None:
    """In mode observe an undecided check blocks nobody: a warning."""
    strict = replace(THIN, when=When(inconclusive=OnInconclusive.FAIL), mode=Mode.OBSERVE)

    assert [finding.severity for finding in examined(**policy(policy=strict)).findings] == [W]


def test_too_few_cold_starts_are_seen_beforehand() -> None:
    """Four environments can never decide an init limit."""
    from warmgate.policy.values import PercentileLimit

    few = replace(
        POLICY, warm=Warm(environments=4), limits=Limits(init=(PercentileLimit(percentile=0.95, limit_ms=300),))
    )
    found = examined(**policy(policy=few)).findings

    assert [finding.place.name for finding in found] == ["limits.init.p95"]
    assert "at least 5 are needed" in found[0].message


FACT_NAMES = sorted({field.name for field in fields(Facts)} - {"target", "template"})


@pytest.mark.parametrize("name", FACT_NAMES)
def test_a_denied_fact_is_told_and_ends_no_other_check(name: str) -> None:
    """Whatever one fact is denied, nothing is taken for found, and a fault beside it still is."""
    denied = Denied(place="somewhere", reason="denied for the test")
    weighted = {"alias": AliasFacts(version="2", weights={"3": 0.5})}
    fault = weighted if name != "alias" else group(rollback_events=())
    found = examined(**{**fault, name: denied}).findings
    told = [finding for finding in found if finding.severity is Severity.UNKNOWN]

    assert told
    assert {finding.message for finding in told} == {"could not look: denied for the test"}
    assert [finding.severity for finding in found if finding not in told] == [E]


def test_one_denied_hook_does_not_hide_the_other() -> None:
    """Of two hooks the one that can be seen is checked."""
    hidden = replace(HEALTHY_HOOK, name="hidden", configuration=Denied(place="lambda:hidden", reason="denied"))
    short = replace(HEALTHY_HOOK, configuration=replace(CONFIGURATION, timeout_s=3))
    found = [finding for finding in examined(hooks=(hidden, short)).findings if finding.check.id == "hook-timeout"]

    assert [(finding.place.name, finding.severity) for finding in found] == [
        (f"lambda:{HOOK}", E),
        ("lambda:hidden", Severity.UNKNOWN),
    ]


def test_nothing_asked_is_nothing_looked_at() -> None:
    """Without facts no check claims to have looked."""
    found = examine(CHECKS, [Facts()])

    assert (found.findings, found.looked) == ((), ())
    assert found.exit_code == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        (hook(retries=0), 0),
        (roomy(reserved=8), 0),
        ({"alarms": Denied(place="", reason="")}, 3),
        ({"alarms": Denied(place="", reason=""), **group(rollback_events=())}, 1),
    ],
)
def test_the_worst_finding_decides_the_exit_code(changes: dict[str, Any], code: int) -> None:
    """An error is 1 whatever could not be looked at; else what could not be looked at is 3; else 0."""
    assert examined(**changes).exit_code == code
