"""Bakes as executions of a Step Functions state machine: one a deployment, whose input is the state of the first look.

The state machine takes it from there: `BakeMachine` in template.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import BakeLookupError, BakeStartError
from warmgate.model.execution import EndedExecution

FIRST_PART = 1
_STRANGE = re.compile(r"[^0-9A-Za-z-]")
_LONGEST = 72
"""Characters of a name: at most 80 are allowed, and `_` with the number of a later part follows."""


class StepFunctionsBakes:
    """Executions of one state machine; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], machine_arn: str) -> None:
        self._clients = clients
        self._machine_arn = machine_arn

    def start(self, state: dict[str, Any]) -> None:
        """Begin the bake of the state's deployment, unless it has begun or even ended; raises BakeStartError.

        A name is taken for 90 days after its execution has ended (API_StartExecution), longer than any event is
        delivered again.
        """
        deployment_id = str(state["deployment_id"])
        hint = "check WARMGATE_BAKES, and allow states:StartExecution on it to the controller's role"
        with (
            raised_as(BakeStartError, f"{deployment_id}: its bake could not be started", hint),
            Unless("ExecutionAlreadyExists"),
        ):
            self._clients("stepfunctions").start_execution(
                stateMachineArn=self._machine_arn,
                name=execution_name(deployment_id),
                input=json.dumps({"part": FIRST_PART, "state": state}, separators=(",", ":")),
            )


class StepFunctionsExecutions:
    """What has become of executions; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def describe(self, arn: str) -> EndedExecution:
        """Return an execution; raises BakeLookupError."""
        hint = "allow states:DescribeExecution on it to the role of the function that looks"
        with raised_as(BakeLookupError, f"{arn}: could not be read", hint):
            found = self._clients("stepfunctions").describe_execution(executionArn=arn)
        return EndedExecution(
            arn=arn,
            deployment_id=deployment_of(found["name"]),
            status=found["status"],
            error=found.get("error", ""),
            cause=found.get("cause", ""),
        )


def execution_name(deployment_id: str) -> str:
    """Return the name of a bake's first execution; later parts have it with `_` and their number behind it."""
    return _STRANGE.sub("-", deployment_id)[:_LONGEST]


def deployment_of(execution: str) -> str:
    """Return the deployment id that an execution's name, of whichever part, was made of."""
    return execution.partition("_")[0]
