"""Each check of an installation on facts: silent where all is well, one finding for the fault that it is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.permissions import read_template
from warmgate_ops.doctor.facts import Denied, Facts, Missing, Permission
from warmgate_ops.doctor.findings import Examination, Severity, examine
from warmgate_ops.doctor.installation.gather import DEFAULT_NAMES, LOGICAL, VERSION_TAG
from warmgate_ops.doctor.installation.registry import INSTALL_CHECKS
from warmgate_ops.doctor.installation.seen import STATES, Installation, OwnAlarm, OwnFunction, Rule, Settings, Store

TOP = Path(__file__).parents[5]
TEMPLATE = read_template(TOP / "template.yaml")
VARIABLES = {"WARMGATE_REPORT_BUCKET": "reports", "WARMGATE_TABLE": "table", "WARMGATE_TOPIC_ARN": "topic"}
SETTINGS = Settings(
    arn="arn:aws:lambda:eu-west-1:123456789012:function:f",
    role_arn="arn:aws:iam::123456789012:role/r",
    timeout_s=900,
    memory_mb=512,
    log_group="/aws/lambda/f",
    variables=VARIABLES,
)
ALLOWED = Permission(action="s3:PutObject", resource="arn:aws:s3:::reports/d-1/report.json", allowed=True)
FUNCTIONS = {
    role: OwnFunction(
        role=role,
        name=name,
        settings=SETTINGS,
        version="1.2.3",
        retention_days=90,
        rules=(Rule(name="rule", enabled=True, states=STATES[role]),) if role in STATES else None,
        permissions=(ALLOWED,),
    )
    for role, name in DEFAULT_NAMES.items()
}
HEALTHY = Installation(
    expected="1.2.3",
    functions=tuple(FUNCTIONS.values()),
    stores=(Store(place="s3:reports", exists=True), Store(place="dynamodb:table", exists=True)),
    own_alarms=(OwnAlarm(name="HookWithoutStatus", acts=True),),
)
GUARD, BEFORE = FUNCTIONS["guard"], FUNCTIONS["before"]
DENIED = Denied(place="logs:/aws/lambda/f", reason="logs:DescribeLogGroups: AccessDenied")
GONE = Missing(place="lambda:f")


def one(role: str, **changes: Any) -> dict[str, Any]:
    """Return the change of facts to an installation whose function of a role differs."""
    changed = {**FUNCTIONS, role: replace(FUNCTIONS[role], **changes)}
    return {"functions": tuple(changed.values())}


def examined(**changes: Any) -> Examination:
    """Return what is found in an installation that differs."""
    return examine(INSTALL_CHECKS, [replace(HEALTHY, **changes)])


UNSEEN: dict[str, Any] = {"version": None, "retention_days": None, "permissions": None}
SEEDED = [
    (
        "own-function-missing",
        one("before", settings=GONE, version=None, retention_days=None, permissions=None),
        "no such",
    ),
    ("own-function-version", one("guard", version="1.2.2"), "is of version 1.2.2, expected 1.2.3"),
    ("own-function-version", one("guard", version=""), "it has no tag warmgate-version"),
    ("own-function-settings", one("after", settings=replace(SETTINGS, timeout_s=60)), "timeout 60 s, expected 900 s"),
    ("own-function-settings", one("after", settings=replace(SETTINGS, memory_mb=128)), "memory 128 MB"),
    ("own-function-settings", one("after", settings=replace(SETTINGS, variables={})), "WARMGATE_TABLE is not set"),
    ("own-log-retention", one("controller", retention_days=0), "no retention"),
    ("own-store-missing", {"stores": (Store(place="s3:reports", exists=GONE),)}, "does not exist"),
    ("own-rule-missing", one("guard", rules=()), "no enabled rule calls it on START"),
    (
        "own-rule-missing",
        one("controller", rules=(Rule(name="ended", enabled=False, states=frozenset()),)),
        "on FAILURE, STOP, SUCCESS; disabled: ended",
    ),
    (
        "own-rule-missing",
        one("controller", rules=(Rule(name="ended", enabled=True, states=frozenset({"SUCCESS", "STOP"})),)),
        "on FAILURE",
    ),
    ("own-alarms-silent", {"own_alarms": ()}, "no alarm tells the topic"),
    ("own-alarms-silent", {"own_alarms": (OwnAlarm(name="EventsLost", acts=False),)}, "actions are disabled"),
    ("own-role-denied", one("before", permissions=(replace(ALLOWED, allowed=False),)), "may not s3:PutObject on"),
    ("own-role-denied", one("before", permissions=Missing(place="iam:r")), "its role iam:r does not exist"),
]


def test_an_installation_as_it_was_made_is_silent() -> None:
    """Every check has something to look at, and finds nothing."""
    found = examined()

    assert (found.findings, found.exit_code) == ((), 0)
    assert found.looked == tuple(check.id for check in INSTALL_CHECKS)


@pytest.mark.parametrize(("check", "changes", "message"), SEEDED)
def test_a_fault_is_found_by_the_check_that_is_for_it(check: str, changes: dict[str, Any], message: str) -> None:
    """One finding, by that check, with the values."""
    (finding,) = examined(**changes).findings

    assert finding.check.id == check
    assert message in finding.message


def test_every_check_has_a_seeded_fault() -> None:
    """A check that finds nothing in any test is none."""
    assert {seeded[0] for seeded in SEEDED} == {check.id for check in INSTALL_CHECKS}


@pytest.mark.parametrize("fact", ["settings", "version", "retention_days", "rules", "permissions"])
def test_what_could_not_be_read_is_unknown_and_ends_nothing(fact: str) -> None:
    """A look-up that is denied, or that a local cloud lacks, is never taken for health."""
    found = examined(**one("guard", **{fact: DENIED}))

    assert {finding.severity for finding in found.findings} == {Severity.UNKNOWN}
    assert found.exit_code == 3


def test_a_release_is_no_installation() -> None:
    """Facts of a release give these checks nothing to look at."""
    assert examine(INSTALL_CHECKS, [Facts()]).looked == ()


def test_the_names_and_the_version_are_those_of_the_template() -> None:
    """Functions are found by ids and names that the template has, and tagged with the package's version."""
    functions = {
        name
        for name, body in TEMPLATE["Resources"].items()
        # One that is there by choice alone is missed by nobody.
        if body["Type"] == "AWS::Serverless::Function" and "Condition" not in body
    }
    names = {
        TEMPLATE["Resources"][logical]["Properties"]["FunctionName"]["Fn::Sub"].replace("${InstallName}", "warmgate")
        for logical in functions
    }
    declared = f'version = "{TEMPLATE["Globals"]["Function"]["Tags"][VERSION_TAG]}"'

    assert (set(LOGICAL.values()), set(DEFAULT_NAMES.values())) == (functions, names)
    assert declared in (TOP / "pyproject.toml").read_text().splitlines()
