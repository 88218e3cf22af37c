"""The state machine of fleet.yaml in a local cloud: its own definition, its function, its role audited."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.fleet_stage import fleet_file, install_fleet
from support.permissions import audit, grants_of, read_template
from support.permissions.installed import ACCOUNT, REGION
from support.permissions.template import Names, defaults_of
from support.stages.ports import within
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_hooks
from warmgate_ops.rehearsal.stage import APPLICATION, BUCKET, ROLE, RUNTIME, SHORT_WAITS, Installed, install_hook

pytestmark = pytest.mark.local_cloud
TEMPLATE = read_template(Path(__file__).parents[2] / "fleet.yaml")
NAME, TABLE = "warmgate-fleet", "warmgate-fleet"
AS_FAST = 40.0
"""A wait of 15 seconds passes in less than half a second."""
UNUSED = {
    ("WriteOwnLog", "logs:CreateLogStream"): "Lambda's own agent writes the log in the function's name",
    ("WriteOwnLog", "logs:PutLogEvents"): "Lambda's own agent writes the log in the function's name",
    ("Trace", "xray:PutTraceSegments"): "Lambda's own agent sends traces in the function's name",
    ("Trace", "xray:PutTelemetryRecords"): "Lambda's own agent sends traces in the function's name",
    ("Revisions", "codedeploy:RegisterApplicationRevision"): "CodeDeploy asks for it in the caller's name",
    ("ReadDeploymentConfigs", "codedeploy:GetDeploymentConfig"): "CodeDeploy asks for it in the caller's name",
}
"""Grants that these fleets do not use, each with its reason."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A cloud with the state machine and six functions."""

    cloud: LocalCloud
    machine: str
    installed: list[Installed]

    def run(self, folder: Path, name: str, **more: Any) -> dict[str, Any]:
        """Run a fleet of them in waves of two to its end."""
        top = {key: more.pop(key) for key in list(more) if key in {"on_refusal", "at_once"}}
        fleet = yaml.safe_load(fleet_file(folder / f"{name}.yaml", self.installed, 2, **top).read_text())
        client = self.cloud.client("stepfunctions")
        given = json.dumps({"fleet": fleet, **more})
        arn = client.start_execution(stateMachineArn=self.machine, name=name, input=given)["executionArn"]
        for _ in within(60.0):
            found: dict[str, Any] = client.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found
        raise AssertionError(f"{arn} did not end")

    def deployments(self) -> Counter[str]:
        """Return how many deployments a fleet has made in each group."""
        client = self.cloud.client("codedeploy")
        found: Counter[str] = Counter()
        for one in self.installed:
            ids = client.list_deployments(applicationName=APPLICATION, deploymentGroupName=one.group)["deployments"]
            about = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
            found[one.group] = sum("[warmgate fleet " in (each.get("description") or "") for each in about)
        return found


def definition_of(function: str) -> str:
    """Return the definition that the template deploys."""
    text = json.dumps(TEMPLATE["Resources"]["Fleet"]["Properties"]["Definition"])
    text = text.replace("${Step}", function).replace("${Partition}", "aws")
    assert "${" not in text
    return text


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Install the template's parts by its own words; the third function is the bad one."""
    folder = tmp_path_factory.mktemp("machine")
    with LocalCloud.start(folder / "cloud") as cloud:
        install_hook(cloud)
        table = TEMPLATE["Resources"]["FleetTable"]["Properties"]
        cloud.client("dynamodb").create_table(
            TableName=TABLE, **{key: table[key] for key in ("KeySchema", "AttributeDefinitions", "BillingMode")}
        )
        own, client = TEMPLATE["Resources"]["FleetStep"]["Properties"], cloud.client("lambda")
        variables = {"WARMGATE_FLEET_TABLE": TABLE, "WARMGATE_REPORT_BUCKET": BUCKET}
        made = client.create_function(
            FunctionName=NAME,
            Runtime=RUNTIME,
            Role=ROLE,
            Handler=own["Handler"],
            Code={"ZipFile": zip_hooks()},
            Timeout=own["Timeout"],
            MemorySize=own["MemorySize"],
            Environment={"Variables": variables},
        )
        client.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig=SHORT_WAITS)
        machine = cloud.client("stepfunctions").create_state_machine(
            name=NAME, definition=definition_of(made["FunctionArn"]), roleArn=ROLE
        )
        installed = install_fleet(cloud, folder / "functions", 6, {3})
        cloud.long_clock.hasten(AS_FAST)
        yield Stage(cloud, machine["stateMachineArn"], installed)


def test_a_fleet_is_stopped_by_a_refusal_and_ended_by_a_rerun(stage: Stage, tmp_path: Path) -> None:
    """The execution fails with what was refused; a rerun by its ID makes nothing twice and begins the rest.

    MiniStack does not read MaxConcurrencyPath: here the releases of a wave all begin at once.
    """
    stopped = stage.run(tmp_path, "build-1")

    assert (stopped["status"], stopped["error"]) == ("FAILED", "refused"), stopped
    assert stopped["cause"].startswith("6 releases: 3 released, 1 rolled back, 2 not begun; quotes-fleet-03:live d-")
    assert "limits.errors" in stopped["cause"]
    assert sum(stage.deployments().values()) == 4

    ended = stage.run(tmp_path, "build-2", fleet_id="build-1", on_refusal="go_on")

    assert ended["cause"].startswith("6 releases: 5 released, 1 rolled back; quotes-fleet-03:live d-"), ended
    assert set(stage.deployments().values()) == {1}


def test_a_fleet_that_cannot_begin_begins_nothing(stage: Stage, tmp_path: Path) -> None:
    """The cause names the version that is not there."""
    before = stage.deployments()
    gone = [replace(one, candidate="99") for one in stage.installed]
    failed = Stage(stage.cloud, stage.machine, gone).run(tmp_path, "build-3")

    assert failed["error"] == "SettingsError"
    assert failed["cause"].count("version 99 was not found") == 6
    assert stage.deployments() == before


def test_the_role_allows_what_its_steps_ask_and_no_more(stage: Stage) -> None:
    """Every grant is used, or it is said why not; nothing that was asked would be denied."""
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
    names = Names(parameters={**defaults_of(TEMPLATE), "ReportBucket": BUCKET}, resources={"FleetTable.Arn": table})
    found = audit(grants_of(TEMPLATE, "FleetStepRole", names), stage.cloud.calls_of(NAME))
    assert found.denied == ()
    assert {(grant.sid, grant.action) for grant in found.unused} == set(UNUSED)
