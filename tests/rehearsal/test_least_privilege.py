"""What the template's roles allow is what the functions call in whole releases: nothing denied, nothing to spare.

The functions that run here are those that `make package` built, attached as examples/attach shows it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from deploying.sam_cli import NEEDS_SAM, build
from deploying.whole_install import install_all
from support.fakes.lambda_calls import packed, publish
from support.permissions import audit, grants_of, read_template
from support.permissions.installed import installed_names
from support.warm_function import ANSWERING
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.expect import RehearsedRelease, row_of
from warmgate_ops.rehearsal.run import rehearse
from warmgate_ops.rehearsal.scenario import Scenario
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, BUCKET, ROLE, RUNTIME, Installed, install_function
from warmgate_ops.rehearsal.traffic import LiveTraffic

pytestmark = [pytest.mark.local_cloud, NEEDS_SAM]

ROOT = Path(__file__).parents[2]
TEMPLATE = read_template(ROOT / "template.yaml")
NAMES = installed_names(TEMPLATE, BUCKET, PolicyBucket=BUCKET)
GOOD, BAD = chosen(["healthy", "broken"])
POLICY = """
policy: checkout-attached
warm: {environments: 6}
probes: [{name: quote, payload: {body: '{"basket": [{"sku": "bread", "count": 2}]}'}}]
limits: {errors: {rate: 0%}}
live: {errors: {rate: 50%}}
when: {inconclusive: pass, no_data: pass, error: fail}
budget: {invocations: 100, seconds: 50}
"""
"""Nothing in it depends on how busy the machine is: the calls are what matters here, not the figures."""
CLAIMED = "asked only where a deployment says that it is a rollback: tests/contract/test_release_ports.py"
EVERYWHERE = {
    ("ReadRollbacks", "dynamodb:GetItem"): CLAIMED,
    ("DescribeDeployments", "codedeploy:ListDeployments"): CLAIMED,
    ("DescribeDeployments", "codedeploy:BatchGetDeployments"): CLAIMED,
    ("KeepWhatFailed", "sqs:SendMessage"): "Lambda sends it in the function's name, once every retry has failed",
    ("WriteOwnLog", "logs:CreateLogStream"): "Lambda's own agent writes the log in the function's name",
    ("WriteOwnLog", "logs:PutLogEvents"): "Lambda's own agent writes the log in the function's name",
    ("ReadRevisions", "codedeploy:GetApplicationRevision"): "asked only where CodeDeploy shows no target",
}
MISSING = {
    ("SeeMissingFromDenied", "s3:ListBucket"): "no call: it changes what S3 answers of an object that is not there"
}
GIVEN_UP = {
    ("DoThingsOnce", "dynamodb:DeleteItem"): "a run that fails, or hands over, gives up its claim; none does here"
}
ENCRYPTED = {
    ("EncryptNotifications", "kms:Decrypt"): "SNS asks for it in the caller's name",
    ("EncryptNotifications", "kms:GenerateDataKey"): "SNS asks for it in the caller's name",
}
FEW = "where too few live calls came for a verdict, calls of its own are added: not in every run"
BACK = "where CodeDeploy made no rollback of its own: tests/rehearsal/test_rollback_controller.py"
UNUSED = {
    "BeforeAllowTraffic": {
        **MISSING,
        ("ReadFunctionLogs", "logs:FilterLogEvents"): "where a log tail was cut, and the history of a warm baseline",
    },
    "AfterAllowTraffic": {
        ("CallVersions", "lambda:InvokeFunction"): FEW,
        ("ReadConcurrency", "lambda:GetFunctionConcurrency"): FEW,
        ("ReadConcurrency", "lambda:GetProvisionedConcurrencyConfig"): FEW,
        ("ReadAccount", "lambda:GetAccountSettings"): FEW,
        ("ShareBudgets", "dynamodb:GetItem"): FEW,
        ("ShareBudgets", "dynamodb:UpdateItem"): FEW,
        ("ReadFunctionLogs", "logs:StartQuery"): "where there are too many calls to read one by one",
        ("ReadQueryResults", "logs:GetQueryResults"): "where there are too many calls to read one by one",
    },
    "TrafficGuard": {
        **GIVEN_UP,
        ("StopDeployments", "codedeploy:StopDeployment"): "only a shift that harms live traffic is stopped",
        ("GoOnInAnotherExecution", "lambda:InvokeFunction"): "these shifts end within one run of the guard",
        ("StoreReports", "s3:PutObject"): "only what the guard stopped is reported",
        ("ReadMetrics", "cloudwatch:GetMetricData"): "only where the log is read seldom, or refused",
    },
    "RollbackController": {
        **MISSING,
        **GIVEN_UP,
        ("ReadPolicyTag", "lambda:GetFunctionConfiguration"): BACK,
        ("ReadPolicyTag", "lambda:ListTags"): BACK,
        ("ReadAlarms", "cloudwatch:DescribeAlarms"): "these groups have no alarms",
        ("RollBack", "codedeploy:CreateDeployment"): BACK,
        ("RegisterRollbackRevisions", "codedeploy:RegisterApplicationRevision"): BACK,
        ("ReadDeploymentConfigs", "codedeploy:GetDeploymentConfig"): BACK,
        ("PutAliasesBack", "lambda:UpdateAlias"): BACK,
        **ENCRYPTED,
    },
    "Keeper": {
        **ENCRYPTED,
        ("Notify", "sns:Publish"): "only three runs in a row that miss more than half are told",
        ("ReadPolicyObjects", "s3:GetObject"): "the policy of the function that is kept warm here is a bundled one",
    },
}
"""Grants that these releases do not use, each with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutApi(Scenario):
    """The good release, of the function that the examples name."""

    @property
    def function(self) -> str:
        """Return the examples' name."""
        return "checkout-api"


@dataclass(frozen=True, slots=True)
class Stage:
    """A cloud with all that the template names, and what was released on it."""

    cloud: LocalCloud
    functions: dict[str, str]
    refused: RehearsedRelease
    attached: Installed
    deployment: dict[str, Any]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Release a bad version, and a good one with live traffic, through every function, and keep another warm."""
    folder = tmp_path_factory.mktemp("least-privilege")
    package = build(folder / "package")
    with LocalCloud.start(folder / "cloud", conditions=Conditions(hooks_on_rollback=True)) as cloud:
        functions = install_all(cloud, TEMPLATE, NAMES, package)
        refused = rehearse(cloud, BAD, lambda *_: None)
        attached = install_function(cloud, checkout_api(folder))
        deployment = released(cloud, attached)
        controller = functions["RollbackController"]
        settled(lambda: sum(call.action == "events:PutEvents" for call in cloud.calls_of(controller)) >= 2)
        keep_warm(cloud, functions["Keeper"])
        yield Stage(cloud, functions, refused, attached, deployment)


def checkout_api(folder: Path) -> Scenario:
    """Return the release of the examples' function, with limits on live traffic."""
    policy = folder / "checkout.yaml"
    policy.write_text(POLICY)
    return CheckoutApi(**{**{each.name: getattr(GOOD, each.name) for each in fields(GOOD)}, "policy": policy})


def keep_warm(cloud: LocalCloud, keeper: str) -> None:
    """Have the keeper look at the policies of a tagged function, and keep two of its environments warm."""
    client, name = cloud.client("lambda"), "kept-warm"
    made = client.create_function(
        FunctionName=name, Runtime=RUNTIME, Role=ROLE, Handler="app.handler", Code={"ZipFile": packed(ANSWERING)}
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    client.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=publish(cloud, name))
    client.tag_resource(Resource=made["FunctionArn"], Tags={"warmgate:warm": "true"})
    for more in ({}, {"function": name, "alias": ALIAS, "environments": 2}):
        answer = client.invoke(FunctionName=keeper, Payload=json.dumps({"warmgate": "keep-warm", **more}))
        said = json.loads(answer["Payload"].read())
    assert said == {"aliases": 1, "warmed": 2}


def released(cloud: LocalCloud, installed: Installed) -> dict[str, Any]:
    """Return the deployment of the examples' AppSpec at its end, live traffic beside it."""
    appspec = (ROOT / "examples" / "attach" / "appspec" / "after.yaml").read_text()
    appspec = appspec.replace('"6"', f'"{installed.baseline}"').replace('"7"', f'"{installed.candidate}"')
    content = {"content": appspec, "sha256": hashlib.sha256(appspec.encode()).hexdigest()}
    traffic = LiveTraffic(cloud, installed.function, ALIAS, 4.0, [probe.payload for probe in installed.policy.probes])
    traffic.start()
    client = cloud.client("codedeploy")
    try:
        deployment_id = client.create_deployment(
            applicationName=APPLICATION,
            deploymentGroupName=installed.group,
            revision={"revisionType": "AppSpecContent", "appSpecContent": content},
        )["deploymentId"]

        def about() -> dict[str, Any]:
            found: dict[str, Any] = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
            return found

        settled(lambda: about()["status"] in {"Succeeded", "Failed", "Stopped"})
        return about()
    finally:
        traffic.stop()


def settled(happened: Callable[[], bool]) -> None:
    """Return once something has happened, or after a minute."""
    for _ in range(300):
        if happened():
            return
        time.sleep(0.2)


def test_the_built_package_judges_as_the_checkout_does(stage: Stage) -> None:
    """The bad release ends as the catalogue says: refused by the check that it must fail, with one status."""
    assert row_of(BAD, stage.refused).differences == ()


def test_an_attached_application_is_released(stage: Stage) -> None:
    """The AppSpec of the examples, with versions that exist, moves the alias once both hooks have said so."""
    assert stage.deployment["status"] == "Succeeded", stage.deployment.get("errorInformation")
    alias = stage.cloud.client("lambda").get_alias(FunctionName="checkout-api", Name=ALIAS)
    assert alias["FunctionVersion"] == stage.attached.candidate


@pytest.mark.parametrize("function", UNUSED)
def test_a_function_calls_what_its_role_allows(stage: Stage, function: str) -> None:
    """No call would be denied in an account, and each grant is used or listed with a reason."""
    calls = stage.cloud.calls_of(stage.functions[function])
    found = audit(grants_of(TEMPLATE, f"{function}Role", NAMES), calls)

    assert calls
    assert found.denied == ()
    unused = {(grant.sid, grant.action) for grant in found.unused}
    assert unused - {*EVERYWHERE, *UNUSED[function]} == set()


def test_a_grant_that_is_missing_is_noticed(stage: Stage) -> None:
    """With a prefix that the functions do not have, every call of theirs would be denied: the check can fail."""
    names = installed_names(TEMPLATE, BUCKET, PolicyBucket=BUCKET, FunctionPrefix="other-")
    hook = stage.functions["BeforeAllowTraffic"]
    found = audit(grants_of(TEMPLATE, "BeforeAllowTrafficRole", names), stage.cloud.calls_of(hook))

    assert "lambda:InvokeFunction" in {call.action for call in found.denied}
