"""`sam deploy` on the local cloud: a stack is made, moves its alias by gated deployments, and rolls back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from deploying.sam_cli import NEEDS_SAM, ROOT
from deploying.sam_deploy import STACK, SamProject
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import AFTER_HOOK, BUCKET, HOOK, RUNTIME, SHORT_WAITS, install_warmgate

pytestmark = [pytest.mark.slow, pytest.mark.local_cloud, NEEDS_SAM]

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Linear10PercentEvery1Minute
        Hooks: {PreTraffic: !Ref Gate}
  Gate:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_shop
      CodeUri: gate/
      Handler: app.handler
      Runtime: python3.13
      Environment: {Variables: {NEW_VERSION: !Ref Shop.Version}}
      Policies: [AWSLambdaBasicExecutionRole]
Outputs:
  Alias: {Value: !Ref Shop.Alias}
""".replace("python3.13", RUNTIME)
LATER = """
  Late:
    Type: AWS::Lambda::Alias
    DependsOn: ShopAliaslive
    Properties: {FunctionName: !Ref Shop, FunctionVersion: !GetAtt Shop.Version, Name: live}
Outputs:"""
GATE = """
import os

import boto3


def handler(event, context):
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b"{}")
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Failed" if "FunctionError" in answer else "Succeeded",
    )
"""

SLEEP = '__import__("time").sleep(0.02)'


def source(number: int, body: str = "") -> str:
    """Return a function that answers with a number, after what it does first."""
    return f"def handler(event, context):\n    {body or 'pass'}\n    return {number}\n"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud whose minutes pass in a tenth of a second, and whose rollbacks call no hooks."""
    with LocalCloud.start(tmp_path_factory.mktemp("sam-cloud"), time_scale=600.0) as found:
        yield found


@pytest.fixture
def project(cloud: LocalCloud, tmp_path: Path) -> Iterator[SamProject]:
    """Give a project; its stack is deleted afterwards."""
    yield SamProject(cloud, tmp_path)
    client = cloud.client("cloudformation")
    client.delete_stack(StackName=STACK)
    client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 0.2})


def served(cloud: LocalCloud, function: str) -> tuple[str, Any]:
    """Return the version behind the alias, and what it weighs beside it."""
    found = cloud.client("lambda").get_alias(FunctionName=function, Name="live")
    return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def reasons(project: SamProject, logical_id: str) -> list[tuple[str, str]]:
    """Return the states of a resource, and why, the oldest first."""
    found = [event for event in project.events() if event["LogicalResourceId"] == logical_id]
    return [(event["ResourceStatus"], event.get("ResourceStatusReason", "")) for event in found]


def reports(cloud: LocalCloud) -> list[str]:
    """Return the stored reports that people read, for a test that fails."""
    client = cloud.client("s3")
    keys = [found["Key"] for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return [client.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys if key.endswith(".md")]


def said(done: CompletedProcess[str]) -> str:
    """Return what the CLI said, for a test that fails."""
    return done.stdout[-3000:] + done.stderr[-3000:]


def test_an_ordinary_application_is_released_and_rolled_back(project: SamProject) -> None:
    """Made without a deployment, updated through one that its hook lets pass, rolled back where it does not."""
    cloud = project.cloud
    project.write(src=source(1), gate=GATE)
    made = project.deploy(TEMPLATE)
    assert made.returncode == 0, said(made)
    assert (project.status(), served(cloud, "shop"), project.deployments()) == ("CREATE_COMPLETE", ("1", {}), [])

    project.write(src=source(2))
    updated = project.deploy(TEMPLATE)
    assert updated.returncode == 0, said(updated)
    assert (project.status(), served(cloud, "shop")) == ("UPDATE_COMPLETE", ("2", {}))
    answer = cloud.client("lambda").invoke(FunctionName="shop", Qualifier="live")
    assert (answer["Payload"].read(), answer["ExecutedVersion"]) == (b"2", "2")
    assert [(info["status"], info["creator"]) for info in project.deployments()] == [("Succeeded", "user")]

    project.write(src=source(3, "raise ValueError"))
    refused = project.deploy(TEMPLATE)
    failed, back = project.deployments()[1:]
    assert (refused.returncode, project.status()) == (1, "UPDATE_ROLLBACK_COMPLETE"), said(refused)
    assert served(cloud, "shop") == ("2", {})
    assert failed["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert (back["status"], back["creator"]) == ("Succeeded", "codeDeployRollback")
    why = dict(reasons(project, "ShopAliaslive"))["UPDATE_FAILED"]
    assert failed["deploymentId"] in why
    assert "HOOK_EXECUTION_FAILURE" in why
    answer = cloud.client("lambda").invoke(FunctionName="shop")
    assert answer["Payload"].read() == b"2", "the stack's rollback takes the code back as well"


def test_a_later_failure_takes_a_released_alias_back(project: SamProject) -> None:
    """What fails after the alias has moved rolls the stack back: a deployment of its own moves the alias."""
    cloud, before = project.cloud, len(project.deployments())
    project.write(src=source(1), gate=GATE)
    assert project.deploy(TEMPLATE).returncode == 0

    project.write(src=source(2))
    done = project.deploy(TEMPLATE.replace("\nOutputs:", LATER))

    assert (done.returncode, project.status()) == (1, "UPDATE_ROLLBACK_COMPLETE"), said(done)
    assert [info["status"] for info in project.deployments()[before:]] == ["Succeeded", "Succeeded"]
    assert served(cloud, "shop") == ("1", {})


def test_what_is_not_done_is_refused_by_name(project: SamProject) -> None:
    """A property that only servers have is named, with those that are known, and the stack is taken back."""
    group = "{ApplicationName: x, ServiceRoleArn: y, Ec2TagFilters: []}"
    done = project.deploy(f"Resources: {{Group: {{Type: 'AWS::CodeDeploy::DeploymentGroup', Properties: {group}}}}}")

    assert (done.returncode, project.status()) == (1, "ROLLBACK_COMPLETE"), said(done)
    assert "found Ec2TagFilters, expected only" in dict(reasons(project, "Group"))["CREATE_FAILED"]


def test_the_example_is_judged_by_warmgate(tmp_path: Path) -> None:
    """examples/attach/sam passes the hook before the shift where the new version is as good, and goes back else."""
    with LocalCloud.start(tmp_path / "cloud", time_scale=30.0) as cloud:
        (tmp_path / "app").mkdir()
        released(SamProject(cloud, tmp_path / "app"))


def released(project: SamProject) -> None:
    """Install Warmgate and release the example three times."""
    cloud = project.cloud
    install_warmgate(cloud)
    client = cloud.client("lambda")
    for name in (HOOK, AFTER_HOOK):
        variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        variables["WARMGATE_POLICIES"] = str(ROOT / "policies")
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT_WAITS)
    # Without traffic the hook after the shift waits longer than a test may; live releases are tested elsewhere.
    example = (ROOT / "examples" / "attach" / "sam" / "after.yaml").read_text()
    lines = example.replace("python3.13", RUNTIME).splitlines()
    template = "\n".join(line for line in lines if "PostTraffic" not in line)

    project.write(src=source(1, SLEEP))
    made = project.deploy(template)
    assert (made.returncode, served(cloud, "checkout-api")) == (0, ("1", {})), said(made)
    project.write(src=source(2, SLEEP))
    passed = project.deploy(template)
    print(*reports(cloud))
    assert (passed.returncode, served(cloud, "checkout-api")) == (0, ("2", {})), said(passed)
    project.write(src=source(3, "raise ValueError"))
    refused = project.deploy(template)
    assert (refused.returncode, project.status()) == (1, "UPDATE_ROLLBACK_COMPLETE"), said(refused)
    assert served(cloud, "checkout-api") == ("2", {})
    states = [info["status"] for info in project.deployments()]
    assert states == ["Succeeded", "Failed", "Succeeded"]
