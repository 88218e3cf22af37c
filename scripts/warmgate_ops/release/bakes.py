"""Bakes as Step Functions knows them: which run, what their last look said, and the end of one by an operator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warmgate.adapters.bakes import deployment_of, execution_name
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.errors import BakeLookupError, SettingsError
from warmgate.model.execution import STOPPED
from warmgate.visible import one_line

Clients = Callable[[str], Any]
RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"
_ABSENT = "ExecutionDoesNotExist"
_EVENTS = 30
"""The newest events among which the last state is: a look's own, and those of its retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBake:
    """A bake, by the execution that it is in now or was in last."""

    arn: str
    deployment_id: str
    status: str
    """As Step Functions names it."""
    began: datetime
    why: str
    """Error and cause of one that broke; empty else."""
    state: dict[str, Any]
    """What its last look returned, or was begun with; empty where nothing of it can be seen."""

    @property
    def broke(self) -> bool:
        """Return whether it has ended outside of a look."""
        return self.status not in {RUNNING, SUCCEEDED}


def machine_of(clients: Clients, install: str) -> str:
    """Return the ARN of an installation's state machine, as its controller knows it.

    Raises:
        BakeLookupError: the controller's settings cannot be read.
        SettingsError: bakes are off.
    """
    name = f"{install}-rollback-controller"
    with raised_as(BakeLookupError, f"function {name}: could not be read", "allow lambda:GetFunctionConfiguration"):
        found = clients("lambda").get_function_configuration(FunctionName=name)
    arn = str((found.get("Environment") or {}).get("Variables", {}).get("WARMGATE_BAKES", ""))
    if not arn:
        raise SettingsError(
            f"function {name}: found no WARMGATE_BAKES, expected Warmgate's stack with Bakes",
            hint="run `sam deploy --parameter-overrides Bakes=on`, or name the installation with --install-name",
        )
    return arn


def running(clients: Clients, machine_arn: str) -> Iterator[SeenBake]:
    """Yield the bakes that run, newest first; raises BakeLookupError."""
    with _asked(f"executions of {machine_arn}", "states:ListExecutions"):
        pages = clients("stepfunctions").get_paginator("list_executions")
        arns = [
            each["executionArn"]
            for page in pages.paginate(stateMachineArn=machine_arn, statusFilter=RUNNING)
            for each in page["executions"]
        ]
    for arn in arns:
        if (found := _seen(clients, arn)) is not None:
            yield found


def bake_of(clients: Clients, machine_arn: str, deployment_id: str) -> SeenBake | None:
    """Return the bake of a deployment, in its last execution; None where it has none. Raises BakeLookupError."""
    begun = machine_arn.replace(":stateMachine:", ":execution:")
    found = _seen(clients, f"{begun}:{execution_name(deployment_id)}")
    while found is not None and "continued" in found.state:
        found = _seen(clients, found.state["continued"])
    return found


def stop(clients: Clients, bake: SeenBake, reason: str) -> None:
    """End an execution; whoever hears of ended executions notifies people. Raises BakeLookupError."""
    with _asked(bake.arn, "states:StopExecution"):
        clients("stepfunctions").stop_execution(executionArn=bake.arn, error=STOPPED, cause=reason)


def _seen(clients: Clients, arn: str) -> SeenBake | None:
    found: dict[str, Any] | None = None
    with _asked(arn, "states:DescribeExecution"), Unless(_ABSENT):
        found = clients("stepfunctions").describe_execution(executionArn=arn)
    if found is None:
        return None
    return SeenBake(
        arn=arn,
        deployment_id=deployment_of(found["name"]),
        status=found["status"],
        began=found["startDate"],
        why=one_line(": ".join(part for part in (found.get("error"), found.get("cause")) if part)),
        state=_value(found.get("output")) if found["status"] == SUCCEEDED else _last_state(clients, arn, found),
    )


def _last_state(clients: Clients, arn: str, found: dict[str, Any]) -> dict[str, Any]:
    with _asked(arn, "states:GetExecutionHistory"):
        events = clients("stepfunctions").get_execution_history(
            executionArn=arn, reverseOrder=True, maxResults=_EVENTS, includeExecutionData=True
        )["events"]
    for event in events:
        left, come = event.get("stateExitedEventDetails", {}), event.get("stateEnteredEventDetails", {})
        for text in (left.get("output"), come.get("input")):
            if "deployment_id" in (value := _value(text)):
                return value
    begun: dict[str, Any] = _value(found.get("input")).get("state") or {}
    return begun


def _value(text: str | None) -> dict[str, Any]:
    """Return the object in a text; an empty one where the text is none, as one that is too long to be shown."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _asked(what: str, action: str) -> Any:
    return raised_as(BakeLookupError, f"{what}: could not be read or changed", f"allow {action}")
