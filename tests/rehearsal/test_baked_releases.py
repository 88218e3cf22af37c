"""Releases that are good when they are made, and what hours of live traffic make of them: all of Warmgate, real calls.

Six hours pass in some seconds, for all releases at once; callers know when to do harm.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.permissions import Names, audit, grants_of, read_template
from support.permissions.installed import ACCOUNT, REGION, installed_names
from support.stages.bakes import FUNCTION, BakeStage, install_bakes
from support.stages.ports import within
from warmgate.model.deployment import LifecycleEvent
from warmgate_ops.rehearsal.catalogue import ALL_AT_ONCE
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.run import deploy
from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario
from warmgate_ops.rehearsal.stage import (
    ALIAS,
    BUCKET,
    HOOK,
    TABLE,
    TOPIC,
    Installed,
    install_function,
    install_warmgate,
)

pytestmark = pytest.mark.local_cloud
DATA = Path(__file__).parents[1] / "data" / "bakes"
SCALE = 1500.0
LEAK_MB_PER_H = 22.0
HARM_H = 3.0
Payload = Callable[[float], dict[str, Any]]
"""What callers send after so many hours."""
CALLERS: dict[str, Payload] = {
    "good": lambda _hours: {},
    "failing": lambda hours: {"fail": hours >= HARM_H},
    "leaking": lambda hours: {"kept_mb": LEAK_MB_PER_H * hours},
    "replaced": lambda _hours: {},
}


TEMPLATE = read_template(Path(__file__).parents[2] / "template.yaml")
ELSEWHERE = {
    "KeepWhatFailed": "Lambda sends it in the function's name, once every retry has failed",
    "WriteOwnLog": "Lambda's own agent writes the log in the function's name",
    "EncryptNotifications": "SNS asks for it in the caller's name",
    "RegisterRollbackRevisions": "CreateDeployment needs it, and asks in the caller's name",
    "ReadDeploymentConfigs": "CreateDeployment needs it, and asks in the caller's name",
    "ReadRollbacks": "asked only where a later deployment says that it is a rollback",
    "ReadRevisions": "asked only where CodeDeploy shows no target",
    "SeeMissingFromDenied": "no call: it changes what S3 answers of an object that is not there",
    "ReadWhyABakeEnded": "these bakes end in a look: tests/rehearsal/test_bake.py",
}
GIVEN_UP = ("DoThingsOnce", "dynamodb:DeleteItem")
"""A run that fails gives up its claim; none does here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baked:
    """What became of a release."""

    installed: Installed
    deployment_id: str
    execution: dict[str, Any]
    report: dict[str, Any]
    alias: str
    messages: list[str]
    looks: list[dict[str, Any]]
    calls: list[ApiCall]
    """What the function that looks has called, for all releases."""

    @property
    def state(self) -> dict[str, Any]:
        """Return the last state."""
        found: dict[str, Any] = json.loads(self.execution["output"])
        return found


class Callers:
    """Calls of a function's alias, one after the other, until they are stopped."""

    def __init__(self, cloud: LocalCloud, function: str, payload: Payload, began_s: float) -> None:
        self._cloud, self._function, self._payload, self._began_s = cloud, function, payload, began_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the calls."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        client = self._cloud.client("lambda")
        while not self._stopping.wait(0.03):
            hours = (self._cloud.long_clock.now_s() - self._began_s) / 3600
            payload = json.dumps(self._payload(hours)).encode()
            client.invoke(FunctionName=self._function, Qualifier=ALIAS, Payload=payload)["Payload"].read()


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Baked]]:
    """Give what became of all releases."""
    with LocalCloud.start(tmp_path_factory.mktemp("baked-cloud"), time_scale=60.0) as cloud:
        install_warmgate(cloud)
        stage = install_bakes(cloud)
        installed = {name: install_function(cloud, _scenario(name)) for name in CALLERS}
        hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK}
        ids = {name: deploy(cloud, each, hooks) for name, each in installed.items()}
        for deployment_id in ids.values():
            _begun(stage, deployment_id)
        began_s = cloud.long_clock.now_s()
        callers = [Callers(cloud, installed[name].function, payload, began_s) for name, payload in CALLERS.items()]
        cloud.long_clock.hasten(SCALE)
        try:
            _replaced(stage, installed["replaced"], ids["replaced"])
            ended = {name: stage.ended(_arn(stage, deployment_id), 60.0) for name, deployment_id in ids.items()}
        finally:
            for each in callers:
                each.stop()
        heard = {name: stage.heard(deployment_id, 4.0) for name, deployment_id in ids.items()}
        yield {
            name: Baked(
                installed=installed[name],
                deployment_id=ids[name],
                execution=ended[name],
                report=_report(cloud, ids[name]),
                alias=_alias(cloud, installed[name].function),
                messages=heard[name],
                looks=stage.looks(ended[name]["executionArn"]),
                calls=cloud.calls_of(FUNCTION),
            )
            for name in CALLERS
        }


def test_a_good_release_is_released_after_six_hours(baked: dict[str, Baked]) -> None:
    """Nothing is touched, the report says how long it was looked at."""
    found = baked["good"]

    assert (found.state["outcome"], found.state["ended"]) == ("released", True), found.state["reason"]
    assert found.alias == found.installed.candidate
    assert found.report["bake"]["outcome"] == "released"
    assert len(found.looks) >= 3
    assert found.state["parts"]


def test_errors_that_begin_after_three_hours_roll_the_release_back(baked: dict[str, Baked]) -> None:
    """The alias serves the old version again, and people hear why."""
    found = baked["failing"]

    assert found.state["outcome"] == "rolled back", found.state["reason"]
    assert "bake.errors.rate" in found.state["reason"]
    assert found.alias == found.installed.baseline
    assert found.report["release"]["outcome"] == "rolled_back"
    assert found.report["release"]["rollback"]["by"] == "warmgate"
    assert any("bake.errors.rate" in text for text in found.messages)


def test_a_leak_rolls_the_release_back_before_it_hurts(baked: dict[str, Baked]) -> None:
    """No call has failed, none has met the memory's size."""
    found = baked["leaking"]

    assert found.state["outcome"] == "rolled back", found.state["reason"]
    assert "bake.memory.trend" in found.state["reason"]
    assert found.alias == found.installed.baseline


def test_a_newer_deployment_ends_the_bake(baked: dict[str, Baked]) -> None:
    """The alias is the newer one's affair."""
    found = baked["replaced"]

    assert found.state["outcome"] == "superseded", found.state["reason"]
    assert found.alias == "3"


def test_each_bake_has_one_end(baked: dict[str, Baked]) -> None:
    """Whatever it is, one look says it, and the workflow ends with it."""
    assert {name: each.execution["status"] for name, each in baked.items()} == dict.fromkeys(CALLERS, "SUCCEEDED")
    assert {name: sum(look["ended"] for look in each.looks) for name, each in baked.items()} == dict.fromkeys(
        CALLERS, 1
    )


def test_a_look_calls_what_its_role_allows_and_no_more(baked: dict[str, Baked]) -> None:
    """Nothing would have been denied, nothing is granted that no release uses."""
    names = installed_names(TEMPLATE, BUCKET, PolicyBucket=BUCKET, Bakes="on")
    table, topic = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}", f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOPIC}"
    here = Names(
        parameters=names.parameters,
        resources={**names.resources, "Executions.Arn": table, "Notifications": topic},
    )
    found = audit(grants_of(TEMPLATE, "BakeRole", here), baked["good"].calls)

    assert found.denied == ()
    unused = {(grant.sid, grant.action) for grant in found.unused if grant.sid not in ELSEWHERE}
    assert unused == {GIVEN_UP}


def _scenario(name: str) -> Scenario:
    return Scenario(
        name=f"baked-{name}",
        summary="a release that is baked",
        baseline=(DATA / "released",),
        candidate=(DATA / "released", DATA / "candidate"),
        policy=DATA / "policy.yaml",
        settings=FunctionSettings(memory_mb=256),
        config=ALL_AT_ONCE,
        own_name=f"baked-{name}",
    )


def _begun(stage: BakeStage, deployment_id: str) -> None:
    """Return once a release has succeeded and its bake has begun."""
    names: set[str] = set()
    for _ in within(60.0):
        listed = stage.client.list_executions(stateMachineArn=stage.machine_arn)["executions"]
        names = {each["name"] for each in listed}
        if deployment_id in names:
            return
    found = stage.cloud.client("codedeploy").get_deployment(deploymentId=deployment_id)["deploymentInfo"]
    raise AssertionError(f"{deployment_id} is {found['status']}, bakes are {sorted(names)}")


def _replaced(stage: BakeStage, installed: Installed, deployment_id: str) -> None:
    """Release a third version once the bake of the second has been looked at."""
    for _ in within(20.0):
        if len(stage.looks(_arn(stage, deployment_id))) >= 2:
            break
    client = stage.cloud.client("lambda")
    client.update_function_configuration(FunctionName=installed.function, Environment={"Variables": {"NUMBER": "3"}})
    for _ in within(10.0):
        if client.get_function_configuration(FunctionName=installed.function)["LastUpdateStatus"] == "Successful":
            break
    third = client.publish_version(FunctionName=installed.function)["Version"]
    newer = Installed(
        function=installed.function,
        group=installed.group,
        baseline=installed.candidate,
        candidate=third,
        policy=installed.policy,
    )
    deploy(stage.cloud, newer, {})


def _arn(stage: BakeStage, deployment_id: str) -> str:
    return f"{stage.machine_arn.replace(':stateMachine:', ':execution:')}:{deployment_id}"


def _report(cloud: LocalCloud, deployment_id: str) -> dict[str, Any]:
    body = cloud.client("s3").get_object(Bucket=BUCKET, Key=f"{deployment_id}/report.json")["Body"]
    found: dict[str, Any] = json.loads(body.read())
    return found


def _alias(cloud: LocalCloud, function: str) -> str:
    found = cloud.client("lambda").get_alias(FunctionName=function, Name=ALIAS)
    weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return f"{found['FunctionVersion']}{weights or ''}"
