"""What stacks of the local cloud ask of CodeDeploy: asked of the local CodeDeploy itself."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from support.fakes.codedeploy import House
from warmgate.appspec.read import parse_appspec
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import PackageStore
from warmgate_ops.rehearsal.cloud.ministack_site.stack_types import archives
from warmgate_ops.rehearsal.cloud.ministack_site.stack_types.alias_update import (
    AliasMove,
    DeploymentFailedError,
    appspec,
    deploy,
    read_update,
)
from warmgate_ops.rehearsal.cloud.ministack_site.stack_types.codedeploy import APPLICATION, CONFIG, GROUP, Types
from warmgate_ops.rehearsal.cloud.ministack_site.stack_types.front import FrontError
from warmgate_ops.rehearsal.cloud.ministack_site.stack_types.properties import UnsupportedError
from warmgate_ops.rehearsal.packages import zip_code

MOVE = AliasMove("checkout", "live", "7", "8")
UPDATE = {"ApplicationName": "shop", "DeploymentGroupName": "checkout", "BeforeAllowTrafficHook": "CodeDeployHook_a"}
ROLE = {"ServiceRoleArn": "arn:aws:iam::000000000000:role/x"}


class Asked:
    """The local CodeDeploy as a stack asks it."""

    def __init__(self) -> None:
        self.service = House().service
        types = Types(self, lambda stack, logical_id: f"{stack}-{logical_id}", "arn:aws:codedeploy:us-east-1:0")
        self.types = types.handlers()

    def __call__(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer an operation as the front does."""
        status, found = self.service.answer(operation, body)
        if status != 200:
            raise FrontError(found["__type"], found["message"])
        return found


def test_a_configuration_and_a_group_are_made_changed_and_deleted() -> None:
    """Text of parameters becomes numbers and switches; what a template no longer says is as if never said."""
    ask = Asked()
    canary = {"CanaryInterval": "3", "CanaryPercentage": "20"}
    routing = {"Type": "TimeBasedCanary", "TimeBasedCanary": canary}
    config, _ = ask.types[CONFIG]["create"]("Slow", {"ComputePlatform": "Lambda", "TrafficRoutingConfig": routing}, "s")
    rollback = {"AutoRollbackConfiguration": {"Enabled": "true", "Events": ["DEPLOYMENT_FAILURE"]}}
    old = {"ApplicationName": "shop", "DeploymentConfigName": config, **ROLE, **rollback}
    name, _ = ask.types[GROUP]["create"]("Group", old, "s")
    key = {"applicationName": "shop", "deploymentGroupName": name}
    made = ask("GetDeploymentGroup", key)["deploymentGroupInfo"]
    assert (name, made["deploymentConfigName"]) == ("s-Group", "s-Slow")
    assert made["autoRollbackConfiguration"] == {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}

    assert ask.types[GROUP]["update"](name, old, {"ApplicationName": "shop", **ROLE}, "s") == (name, {})
    changed = ask("GetDeploymentGroup", key)["deploymentGroupInfo"]
    assert changed["deploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert not changed["autoRollbackConfiguration"]["enabled"]

    ask.types[GROUP]["delete"](name, old)
    ask.types[CONFIG]["delete"](config, {})
    assert name not in ask("ListDeploymentGroups", {"applicationName": "shop"})["deploymentGroups"]


def test_an_application_keeps_its_own_tags() -> None:
    """Tags that a template drops go, those it changes change."""
    ask, arn = Asked(), "arn:aws:codedeploy:us-east-1:0:application:s-App"
    old = {"ComputePlatform": "Lambda", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]}
    name, _ = ask.types[APPLICATION]["create"]("App", old, "s")
    ask.types[APPLICATION]["update"](name, old, {**old, "Tags": [{"Key": "b", "Value": "2"}]}, "s")

    assert ask("ListTagsForResource", {"ResourceArn": arn})["Tags"] == [{"Key": "b", "Value": "2"}]
    ask.types[APPLICATION]["delete"](name, old)


def test_a_property_that_is_not_known_is_named() -> None:
    """Servers' properties are refused with those that are known."""
    with pytest.raises(UnsupportedError, match="found Ec2TagFilters, LoadBalancerInfo, expected only AlarmConf"):
        Asked().types[GROUP]["create"](
            "G", {"ApplicationName": "shop", "LoadBalancerInfo": {}, "Ec2TagFilters": []}, "s"
        )


def test_the_revision_is_an_appspec() -> None:
    """What an alias's update becomes is read by Warmgate as the deployment of that alias, with its hook."""
    found = parse_appspec(appspec(UPDATE, MOVE), "stack")

    assert found.target == Target("checkout", "live")
    assert dict(found.hooks) == {LifecycleEvent("BeforeAllowTraffic"): "CodeDeployHook_a"}


@pytest.mark.parametrize("policy", [None, {}, {"AutoScalingRollingUpdate": {}}])
def test_an_alias_without_the_policy_is_not_deployed(policy: Any) -> None:
    """Another policy, or none, leaves the alias to be moved at once."""
    assert read_update(policy, "Alias") is None


@pytest.mark.parametrize(
    "found", [{"ApplicationName": "a"}, {"DeploymentGroupName": "g"}, {**UPDATE, "Wait": True}, ["x"]]
)
def test_an_odd_policy_is_refused_whole(found: Any) -> None:
    """What is missing or not known is shown with its place."""
    with pytest.raises(UnsupportedError, match=r"Alias\.UpdatePolicy\.CodeDeployLambdaAliasUpdate: found"):
        read_update({"CodeDeployLambdaAliasUpdate": found}, "Alias")


def played(*statuses: dict[str, Any]) -> tuple[list[str], Any]:
    """Return the operations that were asked, and a CodeDeploy that answers GetDeployment with these in turn."""
    asked: list[str] = []
    left = list(statuses)

    def call(operation: str, body: dict[str, Any]) -> dict[str, Any]:
        asked.append(f"{operation} {body.get('deploymentId', '')}".strip())
        return {"deploymentId": "d-1"} if operation == "CreateDeployment" else {"deploymentInfo": left.pop(0)}

    return asked, call


def test_a_deployment_is_waited_for() -> None:
    """It is asked until it is over."""
    asked, call = played({"status": "Created"}, {"status": "InProgress"}, {"status": "Succeeded"})
    naps: list[float] = []

    assert deploy(call, UPDATE, MOVE, naps.append) == "d-1"
    assert (asked, len(naps)) == (["CreateDeployment", *["GetDeployment d-1"] * 3], 2)


def test_a_failed_deployment_says_why_after_its_rollback() -> None:
    """CodeDeploy's own rollback is over before the stack begins its own."""
    error = {"code": "ALARM_ACTIVE", "message": "an alarm rings"}
    failed = {"status": "Stopped", "errorInformation": error, "rollbackInfo": {"rollbackDeploymentId": "d-2"}}
    asked, call = played(failed, {"status": "Succeeded"})

    with pytest.raises(DeploymentFailedError, match="deployment d-1 ended as Stopped: ALARM_ACTIVE: an alarm rings"):
        deploy(call, UPDATE, MOVE, lambda _: None)
    assert asked[-1] == "GetDeployment d-2"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("DeploymentLimitExceededException", "A conflicting deployment is in progress"),
        ("RoleRequiredException", "no role"),
    ],
)
def test_a_deployment_that_cannot_begin_says_why(code: str, said: str) -> None:
    """Another deployment of the group is named as CloudFormation names it."""

    def call(operation: str, body: dict[str, Any]) -> dict[str, Any]:
        raise FrontError(code, "no role")

    with pytest.raises(DeploymentFailedError, match=said):
        deploy(call, UPDATE, MOVE, lambda _: None)


def test_code_that_is_handed_over_is_unpacked(tmp_path: Path) -> None:
    """MiniStack lays an archive where the front's store looks for it, once; without one there is nothing to take."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.py").write_text("ANSWER = 1\n")
    archive, store = zip_code([source]), PackageStore(tmp_path / "code")
    sha = base64.b64encode(hashlib.sha256(archive).digest()).decode()
    store.take_over(sha)
    assert not store.folder_of(sha).exists()

    archives.hand_over(tmp_path / "code", sha, archive)
    archives.hand_over(tmp_path / "code", sha, b"not read again")
    store.take_over(sha)

    assert (store.folder_of(sha) / "app.py").read_text() == "ANSWER = 1\n"
