"""What every implementation of Bakes promises, on the fake and on Step Functions; and what is known of an execution."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from support.fakes.executions import FakeExecutions
from support.stages.bakes import ROLE
from support.stages.ports import within
from warmgate.adapters.bakes import StepFunctionsBakes, StepFunctionsExecutions, deployment_of, execution_name
from warmgate.baking.broken import Executions
from warmgate.errors import BakeLookupError, BakeStartError
from warmgate.model.execution import STOPPED
from warmgate.ports.baking import Bakes
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
WAITING = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "Seconds": 600, "Next": "Done"}, "Done": {"Type": "Succeed"}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BakesStage:
    """Both ports, and what an operator does."""

    port: Bakes
    executions: Executions
    begun: Callable[[str], list[dict[str, Any]]]
    """Return the states with which a deployment's bakes were begun."""
    stop: Callable[[str, str, str], str]
    """Stop the bake of a deployment with error and cause; return its ARN."""


@pytest.fixture(params=["fake", "adapter"])
def bakes(request: pytest.FixtureRequest) -> BakesStage:
    """Give both implementations of Bakes."""
    return _fake() if request.param == "fake" else _real(request.getfixturevalue("cloud"))


def test_a_bake_is_begun_once(bakes: BakesStage) -> None:
    """However often it is started, and with whatever state: the first one counts."""
    state = _state()
    bakes.port.start(state)
    bakes.port.start(state)
    bakes.port.start({**state, "look": 7})

    assert bakes.begun(state["deployment_id"]) == [state]


def test_a_bake_that_has_ended_is_not_begun_again(bakes: BakesStage) -> None:
    """Its name is taken; an event that comes late begins nothing."""
    state = _state()
    bakes.port.start(state)
    bakes.stop(state["deployment_id"], "", "")
    bakes.port.start(state)

    assert bakes.begun(state["deployment_id"]) == [state]


def test_who_stopped_a_bake_and_why_is_known(bakes: BakesStage) -> None:
    """Error and cause are what the operator gave."""
    state = _state()
    bakes.port.start(state)
    arn = bakes.stop(state["deployment_id"], STOPPED, "known trouble")

    found = bakes.executions.describe(arn)
    assert (found.status, found.error, found.cause) == ("ABORTED", STOPPED, "known trouble")
    assert found.deployment_id == state["deployment_id"]


def test_an_unknown_execution_is_the_ports_error(bakes: BakesStage) -> None:
    """What cannot be described is not guessed."""
    with pytest.raises(BakeLookupError):
        bakes.executions.describe("arn:aws:states:us-east-1:123456789012:execution:warmgate-bakes:nobody")


def test_an_engine_that_cannot_be_reached_is_the_ports_error(unreachable: Callable[[str], Any]) -> None:
    """With what to do."""
    port = StepFunctionsBakes(unreachable, "arn:aws:states:us-east-1:123456789012:stateMachine:warmgate-bakes")
    with pytest.raises(BakeStartError, match="d-1: its bake could not be started") as raised:
        port.start({"deployment_id": "d-1"})

    assert "WARMGATE_BAKES" in raised.value.hint


def test_a_state_machine_that_is_not_there_is_the_ports_error(cloud: LocalCloud) -> None:
    """The stack was changed, the controller's settings were not."""
    port = StepFunctionsBakes(cloud.client, "arn:aws:states:us-east-1:123456789012:stateMachine:gone")
    with pytest.raises(BakeStartError, match="StateMachineDoesNotExist"):
        port.start({"deployment_id": "d-1"})


@pytest.mark.parametrize(
    ("deployment_id", "name"),
    [("d-ABCDEF123", "d-ABCDEF123"), ("d-a b/c_d", "d-a-b-c-d"), ("d-" + "X" * 100, "d-" + "X" * 70)],
)
def test_a_name_is_one_that_step_functions_takes(deployment_id: str, name: str) -> None:
    """At most 80 characters with a part's number, none of the forbidden ones."""
    assert execution_name(deployment_id) == name
    assert deployment_of(f"{name}_2") == deployment_of(name) == name


def _state() -> dict[str, Any]:
    return {"schema": 1, "deployment_id": f"d-{uuid4().hex[:9].upper()}", "look": 0}


def _fake() -> BakesStage:
    fake = FakeExecutions()
    return BakesStage(
        port=fake,
        executions=fake,
        begun=lambda deployment_id: [s for s in fake.started.values() if s["deployment_id"] == deployment_id],
        stop=fake.stop,
    )


def _real(cloud: LocalCloud) -> BakesStage:
    client = cloud.client("stepfunctions")
    machine = client.create_state_machine(name="contract-bakes", definition=json.dumps(WAITING), roleArn=ROLE)
    arn = machine["stateMachineArn"]

    def begun(deployment_id: str) -> list[dict[str, Any]]:
        listed = client.list_executions(stateMachineArn=arn)["executions"]
        arns = [each["executionArn"] for each in listed if each["name"] == deployment_id]
        return [json.loads(client.describe_execution(executionArn=each)["input"])["state"] for each in arns]

    def stop(deployment_id: str, error: str, cause: str) -> str:
        stopped = f"{arn.replace(':stateMachine:', ':execution:')}:{deployment_id}"
        client.stop_execution(executionArn=stopped, error=error, cause=cause)
        for _ in within(5.0):
            if client.describe_execution(executionArn=stopped)["status"] != "RUNNING":
                break
        return stopped

    return BakesStage(
        port=StepFunctionsBakes(cloud.client, arn),
        executions=StepFunctionsExecutions(cloud.client),
        begun=begun,
        stop=stop,
    )
