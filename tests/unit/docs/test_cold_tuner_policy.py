"""The permissions of a sweep bind what changes or calls anything to clones, and the function's role to Lambda."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.permissions import allows, grants_of_document
from warmgate_ops.cold_starts.clones.naming import clone_name, group_of
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall

ROOT = Path(__file__).parents[3]
POLICY: dict[str, Any] = json.loads((ROOT / "docs" / "reference" / "cold-start-tuner-policy.json").read_text())
NAMES = {"REGION": "eu-central-1", "ACCOUNT": "123456789012", "FUNCTION": "checkout-api", "BUCKET": "mine"}
GRANTS = grants_of_document(POLICY, **NAMES)
LAMBDA = "arn:aws:lambda:eu-central-1:123456789012:function:"
LOGS = "arn:aws:logs:eu-central-1:123456789012:log-group:"
CLONE = clone_name("checkout-api", "0a1b2c3d", 1)
LONGEST = 6144
"""Characters of a managed policy without white space (IAM and AWS STS quotas)."""
CHANGES = (
    *("CreateFunction", "DeleteFunction", "InvokeFunction", "PublishVersion", "PutFunctionConcurrency"),
    *("TagResource", "UpdateFunctionConfiguration"),
)


def may(action: str, resource: str) -> bool:
    """Return whether the tuner may do something."""
    return allows(GRANTS, ApiCall(principal="tuner", action=action, resource=resource))


@pytest.mark.parametrize("action", CHANGES)
def test_clones_may_be_changed_and_the_function_may_not(action: str) -> None:
    """By name alone: neither the function that serves nor any other one."""
    assert may(f"lambda:{action}", LAMBDA + CLONE)
    assert not may(f"lambda:{action}", f"{LAMBDA}checkout-api")
    assert not may(f"lambda:{action}", f"{LAMBDA}checkout-api:7")
    assert not may(f"lambda:{action}", f"{LAMBDA}other")


def test_the_functions_log_may_be_read_and_the_clones_deleted() -> None:
    """Groups are made and deleted below the clones' prefix alone."""
    assert may("logs:FilterLogEvents", f"{LOGS}/aws/lambda/checkout-api:*")
    assert may("logs:DeleteLogGroup", f"{LOGS}{group_of(CLONE)}:*")
    assert not may("logs:DeleteLogGroup", f"{LOGS}/aws/lambda/checkout-api:*")


def test_one_role_may_be_passed_to_lambda_alone() -> None:
    """iam:PassRole names a role, and the service that may get it."""
    (statement,) = [each for each in POLICY["Statement"] if "iam:PassRole" in each["Action"]]

    assert statement["Resource"] == ["ROLE_ARN"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def test_it_fits_into_a_managed_policy() -> None:
    """Without white space it is short enough, no action is a pattern, and each statement has a name of its own."""
    actions = [action for each in POLICY["Statement"] for action in each["Action"]]

    assert len(json.dumps(POLICY, separators=(",", ":"))) <= LONGEST
    assert not any("*" in action for action in actions)
    assert len({each["Sid"] for each in POLICY["Statement"]}) == len(POLICY["Statement"])
