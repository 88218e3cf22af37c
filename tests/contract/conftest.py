"""Each port twice: as the fake of the use-case tests and as the real adapter over HTTP on the local cloud."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fakes.world import TARGET, FakeDeployments, FakeFunctions, FakeInvoker, FakeReports, VirtualClock, served
from rehearsal.local_cloud import LocalCloud

from warmgate.adapters.codedeploy import CodeDeployDeployments
from warmgate.adapters.functions import LambdaFunctions
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.reports import BucketReport
from warmgate.adapters.waiting import SystemClock
from warmgate.deadline import Deadline
from warmgate.errors import DeploymentLookupError, FunctionLookupError, InvokeError, ReportError
from warmgate.model import HookExecution
from warmgate.ports import Clock, Deployments, Functions, Invoker, Reports

APP = '''
import time
def handler(event, context):
    if event.get("raise"):
        raise KeyError("price")
    if event.get("sleep_s"):
        time.sleep(event["sleep_s"])
    return {"statusCode": 200, "marker": (context.client_context.custom or {}).get("warmgate")}
'''
FUNCTION = "contract-api"


def zipped(files: dict[str, str]) -> bytes:
    """Return a zip of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a local cloud with one function, two versions, an alias and a deployment that waits for its hook."""
    with LocalCloud.start(tmp_path_factory.mktemp("cloud"), time_scale=1.0) as found:
        lambda_ = found.client("lambda")
        for name in (FUNCTION, "CodeDeployHook_silent"):
            lambda_.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Handler="app.handler",
                Role=f"arn:aws:iam::{found.account}:role/any",
                Code={"ZipFile": zipped({"app.py": APP})},
                Timeout=3,
                MemorySize=256,
                Publish=True,
            )
        lambda_.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
        lambda_.update_function_code(FunctionName=FUNCTION, ZipFile=zipped({"app.py": APP + "# two\n"}))
        lambda_.publish_version(FunctionName=FUNCTION)
        yield found


def start_deployment(cloud: LocalCloud) -> HookExecution:
    """Start a deployment whose hook never answers and return its hook execution."""
    deploy = cloud.client("codedeploy")
    name = f"contract-{time.monotonic_ns()}"
    deploy.create_application(applicationName=name, computePlatform="Lambda")
    deploy.create_deployment_group(
        applicationName=name,
        deploymentGroupName="live",
        serviceRoleArn=f"arn:aws:iam::{cloud.account}:role/deploy",
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    )
    spec = {
        "version": 0.0,
        "Resources": [
            {
                FUNCTION: {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"Name": FUNCTION, "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"},
                }
            }
        ],
        "Hooks": [{"BeforeAllowTraffic": "CodeDeployHook_silent"}],
    }
    made = deploy.create_deployment(
        applicationName=name,
        deploymentGroupName="live",
        description="contract",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
    )
    return HookExecution(made["deploymentId"], _execution_id(cloud, made["deploymentId"]))


def _execution_id(cloud: LocalCloud, deployment_id: str) -> str:
    for _ in range(200):
        for execution in cloud.codedeploy.hook_executions(deployment_id):
            return str(execution.execution_id)
        time.sleep(0.05)
    raise AssertionError(f"{deployment_id}: its hook was never called")


@dataclass(frozen=True)
class DeploymentsCase:
    """An implementation with one open hook execution."""

    port: Deployments
    execution: HookExecution
    clock: Clock
    function: str
    candidate: str


@pytest.fixture(params=["fake", "adapter"])
def deployments(request: pytest.FixtureRequest) -> DeploymentsCase:
    """Give both implementations of Deployments."""
    if request.param == "fake":
        clock = VirtualClock()
        fake = FakeDeployments(clock)
        return DeploymentsCase(
            fake, HookExecution(fake.deployment.deployment_id, "x"), clock, TARGET.function, fake.deployment.candidate
        )
    cloud: LocalCloud = request.getfixturevalue("cloud")
    real = SystemClock()
    return DeploymentsCase(
        CodeDeployDeployments(cloud.client("codedeploy"), real), start_deployment(cloud), real, FUNCTION, "2"
    )
