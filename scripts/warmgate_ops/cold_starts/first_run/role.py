"""The execution role of the functions that the questions call: one that may write its log and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate_ops.cold_starts.first_run.lab import LabError

WRITES_LOGS = "service-role/AWSLambdaBasicExecutionRole"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@contextmanager
def role_of(clients: Callable[[str], Any], name: str) -> Iterator[str]:
    """Give the ARN of a new role, and remove it afterwards; raises LabError."""
    iam = clients("iam")
    hint = "pass --role ARN of a role that Lambda can assume, or allow iam:CreateRole and iam:AttachRolePolicy"
    with raised_as(LabError, f"role {name} could not be created", hint):
        arn = str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"])
    policy = f"arn:{arn.split(':')[1]}:iam::aws:policy/{WRITES_LOGS}"
    try:
        with raised_as(LabError, f"role {name} could not be allowed to write logs", hint):
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        yield arn
    finally:
        with raised_as(LabError, f"role {name} could not be removed", "detach its policy and delete it by hand"):
            iam.detach_role_policy(RoleName=name, PolicyArn=policy)
            iam.delete_role(RoleName=name)


@contextmanager
def given(arn: str) -> Iterator[str]:
    """Give the ARN of a role that is there, and leave it as it is."""
    yield arn
