"""The deployed controller on CodeDeploy's own events: reports completed, people told, aliases home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support.fakes.lambda_calls import packed
from support.stages.ports import within
from support.stages.release import messages_of, new_queue
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import HOOKS, zip_hooks
from warmgate_ops.rehearsal.stage import (
    ALIAS,
    APPLICATION,
    BUCKET,
    HOOK,
    ROLE,
    RUNTIME,
    SHORT_WAITS,
    Installed,
    install_function,
    install_hook,
)

pytestmark = pytest.mark.local_cloud
CONTROLLER = "warmgate-rollback-controller"
TABLE = "warmgate"
SILENT = "CodeDeployHook_warmgate-silent"
SCHEMA = json.loads((HOOKS / "warmgate" / "report" / "report.schema.json").read_text())


@dataclass(frozen=True, slots=True)
class Stage:
    """A cloud with hook and controller, and the queue of what people hear."""

    cloud: LocalCloud
    heard_url: str

    def ended(self, deployment_id: str) -> dict[str, Any]:
        """Return a deployment at its end."""
        client = self.cloud.client("codedeploy")
        for _ in within(40.0):
            found: dict[str, Any] = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
            if found["status"] in {"Succeeded", "Failed", "Stopped"}:
                return found
        raise AssertionError(f"{deployment_id} did not end within 40 s")

    def event(self, deployment_id: str) -> dict[str, Any]:
        """Return the terminal event of a deployment, as CodeDeploy puts it on the bus.

        The local cloud's bus takes no event of a source `aws.`, as EventBridge takes none from its callers.
        """
        about = self.ended(deployment_id)
        states = {"Succeeded": "SUCCESS", "Failed": "FAILURE", "Stopped": "STOP"}
        return {
            "version": "0",
            "id": "8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69",
            "source": "aws.codedeploy",
            "detail-type": "CodeDeploy Deployment State-change Notification",
            "region": self.cloud.region,
            "detail": {
                "region": self.cloud.region,
                "deploymentId": deployment_id,
                "instanceGroupId": "9fd2fbef-2157-40d8-91e7-6845af69e2d2",
                "deploymentGroup": about["deploymentGroupName"],
                "application": about["applicationName"],
                "state": states[about["status"]],
            },
        }

    def deliver(self, event: dict[str, Any]) -> dict[str, Any]:
        """Deliver an event to the controller and return its answer."""
        answer = self.cloud.client("lambda").invoke(FunctionName=CONTROLLER, Payload=json.dumps(event).encode())
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, found
        return found

    def report(self, deployment_id: str) -> dict[str, Any]:
        """Return a stored report, which obeys its schema."""
        body = self.cloud.client("s3").get_object(Bucket=BUCKET, Key=f"{deployment_id}/report.json")["Body"]
        found: dict[str, Any] = json.loads(body.read())
        Draft202012Validator(SCHEMA).validate(found)
        return found

    def heard(self, deployment_id: str) -> list[dict[str, Any]]:
        """Return what was told of a deployment."""
        return [e["detail"] for e in messages_of(self.cloud, self.heard_url) if deployment_id in json.dumps(e)]

    def alias(self, installed: Installed) -> tuple[str, dict[str, float]]:
        """Return version and weights."""
        found = self.cloud.client("lambda").get_alias(FunctionName=installed.function, Name=ALIAS)
        return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a cloud with hook, controller, table and queue."""
    with LocalCloud.start(tmp_path_factory.mktemp("controller-cloud"), time_scale=60.0) as cloud:
        install_hook(cloud)
        _install(cloud, CONTROLLER, "rollback_controller.handler", zip_hooks())
        _install(cloud, SILENT, "app.handler", packed("def handler(event, context): pass\n"))
        cloud.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Stage(cloud, _subscribed(cloud))


@pytest.fixture(scope="module")
def broken(stage: Stage) -> Installed:
    """Give a function whose second version raises, with a policy that enforces."""
    installed = install_function(stage.cloud, chosen(["broken"])[0])
    client = stage.cloud.client("s3")
    for item in client.list_objects_v2(Bucket=BUCKET, Prefix="policies/broken/")["Contents"]:
        if item["Key"].endswith(".yaml"):
            text = client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() + b"\nrollback: enforce\n"
            client.put_object(Bucket=BUCKET, Key=item["Key"], Body=text)
    return installed


def test_a_refused_release_is_completed_and_told_once(stage: Stage, broken: Installed) -> None:
    """The report gains what happened; CodeDeploy's two events make one notice; `why` says it."""
    deployment_id = _deploy(stage, broken)
    ended = stage.ended(deployment_id)
    rollback = ended["rollbackInfo"]["rollbackDeploymentId"]
    stage.ended(rollback)
    own = stage.event(deployment_id)

    answer = stage.deliver(own)
    assert answer["release"] == "rolled_back"
    assert set(answer["notified"]) == {"log", "metrics", "bus"}
    rollbacks = {**own, "detail": {**own["detail"], "deploymentId": rollback, "state": "SUCCESS"}}
    assert [stage.deliver(event)["notified"] for event in (own, rollbacks)] == [[], []]

    report = stage.report(deployment_id)
    assert report["outcome"] == "failed"
    assert report["release"]["rollback"] == {"deployment_id": rollback, "status": "Succeeded", "by": "codedeploy"}
    assert report["release"]["alias"] == {"version": broken.baseline, "weights": []}
    assert [(h["event"], h["status"]) for h in report["release"]["hooks"]] == [("BeforeAllowTraffic", "Failed")]
    (reported,) = stage.heard(deployment_id)
    assert (reported["release"], reported["report"]) == ("rolled_back", f"s3://{BUCKET}/{deployment_id}/report.md")
    why = _why(stage, deployment_id)
    assert why.returncode == 1, why.stderr
    assert "limits.errors.rate" in why.stdout
    assert f"rollback {rollback} Succeeded" in why.stdout


def test_the_same_code_is_refused_again_without_a_call(stage: Stage, broken: Installed) -> None:
    """The second deployment of a refused version costs nothing and names the first."""
    deployment_id = _deploy(stage, broken)
    assert stage.ended(deployment_id)["status"] == "Failed"
    stage.deliver(stage.event(deployment_id))

    report = stage.report(deployment_id)
    assert report["spending"]["invocations"] == 0
    assert "known bad" in report["reason"]
    assert report["release"]["outcome"] == "rolled_back"


def test_without_auto_rollback_the_alias_is_brought_back(stage: Stage, broken: Installed) -> None:
    """AfterAllowTraffic failed and nothing rolls back: one deployment of Warmgate's does, however often it is told."""
    _group(stage, broken, {"enabled": False})
    deployment_id = _deploy(stage, broken, hooks={LifecycleEvent.AFTER_ALLOW_TRAFFIC: SILENT})
    _tell(stage, deployment_id, "Failed")
    assert stage.ended(deployment_id)["status"] == "Failed"
    assert stage.alias(broken) == (broken.candidate, {})
    event = stage.event(deployment_id)

    answers = [stage.deliver(event) for _ in range(3)]

    assert [answer["release"] for answer in answers] == ["rolled_back"] * 3
    assert stage.alias(broken) == (broken.baseline, {})
    made = stage.report(deployment_id)["release"]["rollback"]
    assert (made["by"], made["status"]) == ("warmgate", "Succeeded")
    assert [len(answer["notified"]) for answer in answers] == [3, 0, 0]
    assert len(stage.heard(deployment_id)) == 1
    newest = stage.cloud.client("codedeploy").list_deployments(
        applicationName=APPLICATION, deploymentGroupName=broken.group
    )["deployments"]
    assert newest.index(deployment_id) == 1


def test_weights_of_a_stopped_deployment_are_cleared(stage: Stage, broken: Installed) -> None:
    """A stopped canary leaves weights that CodeDeploy refuses to start from; the controller clears them."""
    _group(stage, broken, {"enabled": False})
    deployment_id = _deploy(stage, broken, hooks={}, config="CodeDeployDefault.LambdaCanary10Percent30Minutes")
    for _ in within(20.0):
        if stage.alias(broken)[1]:
            break
    stage.cloud.client("codedeploy").stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=False)
    # No hook of Warmgate's: it is known by its report.
    report = {**_blank(deployment_id, broken), "status": "Succeeded"}
    body = json.dumps(report).encode()
    stage.cloud.client("s3").put_object(Bucket=BUCKET, Key=f"{deployment_id}/report.json", Body=body)
    assert stage.alias(broken)[1] == {broken.candidate: 0.1}

    answer = stage.deliver(stage.event(deployment_id))

    assert answer["release"] == "rolled_back"
    assert stage.alias(broken) == (broken.baseline, {})
    assert any("cleared the weights" in note for note in stage.report(deployment_id)["release"]["notes"])


def test_a_release_without_a_gate_is_told(stage: Stage, broken: Installed) -> None:
    """No hook of Warmgate's, and a function that allows it: people hear of what nobody judged."""
    _group(stage, broken, {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]})
    deployment_id = _deploy(stage, broken, hooks={})
    assert stage.ended(deployment_id)["status"] == "Succeeded"

    settled = stage.deliver(stage.event(deployment_id))

    assert settled["release"] == "released"
    assert settled["notified"]
    said = _why(stage, deployment_id)
    assert said.returncode == 0
    assert "RELEASED WITHOUT A GATE" in said.stdout


def _install(cloud: LocalCloud, name: str, handler: str, code: bytes) -> None:
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": code},
        Timeout=120,
        MemorySize=512,
        Environment={"Variables": {"WARMGATE_REPORT_BUCKET": BUCKET, "WARMGATE_TABLE": TABLE}},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)


def _subscribed(cloud: LocalCloud) -> str:
    url, queue = new_queue(cloud)
    client = cloud.client("events")
    client.put_rule(Name="verdicts", EventPattern=json.dumps({"source": ["warmgate"]}), State="ENABLED")
    client.put_targets(Rule="verdicts", Targets=[{"Id": "queue", "Arn": queue}])
    return url


def _group(stage: Stage, installed: Installed, rollback: dict[str, Any]) -> None:
    stage.cloud.client("codedeploy").update_deployment_group(
        applicationName=APPLICATION,
        currentDeploymentGroupName=installed.group,
        autoRollbackConfiguration=rollback,
    )


def _deploy(
    stage: Stage,
    installed: Installed,
    *,
    hooks: dict[LifecycleEvent, str] | None = None,
    config: str = "CodeDeployDefault.LambdaAllAtOnce",
) -> str:
    stage.cloud.client("lambda").update_alias(
        FunctionName=installed.function, Name=ALIAS, FunctionVersion=installed.baseline, RoutingConfig={}
    )
    spec = AppSpec(
        target=Target(installed.function, ALIAS),
        baseline=installed.baseline,
        candidate=installed.candidate,
        hooks={LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK} if hooks is None else hooks,
    )
    made = stage.cloud.client("codedeploy").create_deployment(
        applicationName=APPLICATION,
        deploymentGroupName=installed.group,
        deploymentConfigName=config,
        revision=revision_of(spec),
    )
    return str(made["deploymentId"])


def _tell(stage: Stage, deployment_id: str, status: str) -> None:
    """Answer for the silent hook, which is called and never answers."""
    for _ in within(20.0):
        for attempt in stage.cloud.async_invocations:
            event = json.loads(attempt.payload)
            if attempt.function == SILENT and event["DeploymentId"] == deployment_id:
                stage.cloud.client("codedeploy").put_lifecycle_event_hook_execution_status(
                    deploymentId=deployment_id,
                    lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
                    status=status,
                )
                return
    raise AssertionError(f"{deployment_id}: its hook was not called within 20 s")


def _blank(deployment_id: str, installed: Installed) -> dict[str, Any]:
    from dataclasses import replace

    from support.reports.judgements import ALL
    from warmgate.report.document import build_document

    passed = ALL["passed"]
    about = replace(passed.deployment, deployment_id=deployment_id, baseline=installed.baseline)
    return build_document(replace(passed, deployment=about), passed.verdict.status)


def _why(stage: Stage, deployment_id: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "why", deployment_id]
    command += ["--bucket", BUCKET, "--endpoint-url", stage.cloud.endpoint_url, "--region", stage.cloud.region]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"AWS_ACCESS_KEY_ID": stage.cloud.account, "AWS_SECRET_ACCESS_KEY": "none"}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)
