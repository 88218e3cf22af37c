"""Each role reaches its own items of Warmgate's table: what proves a rollback is the controller's to write."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from support.permissions import read_template
from warmgate.model.release import back_claim

TEMPLATE: dict[str, Any] = read_template(Path(__file__).parents[4] / "template.yaml")["Resources"]
READS, WRITES = {"dynamodb:GetItem"}, {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
ROLLBACK = back_claim("d-ABCDEF123")
ROLES = {
    "BeforeAllowTrafficRole": (ROLLBACK, "probe d-ABCDEF123 BeforeAllowTraffic"),
    "AfterAllowTrafficRole": (ROLLBACK, "probes account"),
    "TrafficGuardRole": (ROLLBACK,),
    "RollbackControllerRole": (ROLLBACK,),
}


def reached(role: str, actions: set[str], key: str) -> bool:
    """Return whether a role may do one of some actions with an item."""
    properties = TEMPLATE[role]["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties["Policies"]]
    documents += [TEMPLATE[arn["Ref"]]["Properties"]["PolicyDocument"] for arn in properties["ManagedPolicyArns"]]
    patterns: list[str] = []
    for statement in (each for document in documents for each in document["Statement"]):
        if actions & set(statement.get("Action", ())):
            patterns += statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return any(fnmatchcase(key, pattern) for pattern in patterns)


@pytest.mark.parametrize("role", ROLES)
def test_only_the_controller_writes_what_proves_a_rollback(role: str) -> None:
    """A hook or a guard that is taken over cannot let a deployment pass as a rollback."""
    assert reached(role, WRITES, ROLLBACK) is (role == "RollbackControllerRole")
    assert all(reached(role, READS, key) for key in ROLES[role])


@pytest.mark.parametrize(
    ("role", "key"),
    [
        ("BeforeAllowTrafficRole", "probe d-ABCDEF123 BeforeAllowTraffic"),
        ("AfterAllowTrafficRole", "probes checkout-api"),
        ("TrafficGuardRole", "guard d-ABCDEF123"),
        ("RollbackControllerRole", "notice topic d-ABCDEF123"),
    ],
)
def test_each_role_writes_its_own(role: str, key: str) -> None:
    """The keys are those that the code uses; no other role but the two hooks share any."""
    writers = {each for each in ROLES if reached(each, WRITES, key)}
    hooks = {"BeforeAllowTrafficRole", "AfterAllowTrafficRole"}
    assert writers == (hooks if role in hooks else {role})
