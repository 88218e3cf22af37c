"""What the template's roles allow is what the functions call in whole releases: nothing denied, nothing to spare.

The hook that runs here is the one that `make package` built, attached as an example of examples/attach shows it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from deploying.sam_cli import NEEDS_SAM, build
from rehearsal.catalogue import Scenario, chosen
from rehearsal.local_cloud import LocalCloud
from rehearsal.permissions import audit, grants_of, read_template
from rehearsal.permissions.installed import installed_names
from rehearsal.rehearse import rehearse
from rehearsal.release import Release, row_of
from rehearsal.stage import ALIAS, APPLICATION, BUCKET, HOOK, install_function, install_hook

pytestmark = [pytest.mark.local_cloud, NEEDS_SAM]

ROOT = Path(__file__).parents[2]
TEMPLATE = read_template(ROOT / "template.yaml")
SCENARIOS = chosen(["healthy", "broken"])
UNUSED = {
    ("KeepWhatFailed", "sqs:SendMessage"): "Lambda sends it in the function's name, once every retry has failed",
    ("WriteOwnLog", "logs:CreateLogStream"): "Lambda's own agent writes the log in the function's name",
    ("WriteOwnLog", "logs:PutLogEvents"): "Lambda's own agent writes the log in the function's name",
    ("ReadRevisions", "codedeploy:GetApplicationRevision"): "asked only where CodeDeploy shows no target",
    ("ReadFunctionLogs", "logs:FilterLogEvents"): "reports of calls that the log tail did not hold: to come",
    ("Notify", "sns:Publish"): "notifications: to come",
    ("EncryptNotifications", "kms:Decrypt"): "SNS asks for it in the caller's name",
    ("EncryptNotifications", "kms:GenerateDataKey"): "SNS asks for it in the caller's name",
}
"""Grants that a rehearsal of the BeforeAllowTraffic hook does not use, each with its reason."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with the built hook."""
    package = build(tmp_path_factory.mktemp("package"))
    with LocalCloud.start(tmp_path_factory.mktemp("cloud")) as found:
        install_hook(found, package / "BeforeAllowTraffic")
        yield found


@pytest.fixture(scope="module")
def releases(cloud: LocalCloud) -> dict[str, Release]:
    """Release a good and a bad version."""
    return {scenario.name: rehearse(cloud, scenario, lambda *_: None) for scenario in SCENARIOS}


def test_the_built_package_judges_as_the_checkout_does(releases: dict[str, Release]) -> None:
    """Both releases end as the catalogue says, each with one status."""
    for scenario in SCENARIOS:
        assert row_of(scenario, releases[scenario.name]).differences == ()


def test_the_hook_calls_what_its_role_allows(cloud: LocalCloud, releases: dict[str, Release]) -> None:
    """No call of the hook would be denied in an account, and each grant is used or listed with a reason."""
    assert releases
    names = installed_names(TEMPLATE, BUCKET, PolicyBucket=BUCKET)
    calls = cloud.calls_of(HOOK)
    found = audit(grants_of(TEMPLATE, "BeforeAllowTrafficRole", names), calls)

    assert {call.action for call in calls} >= {"lambda:InvokeFunction", "s3:PutObject"}
    assert found.denied == ()
    assert {(grant.sid, grant.action) for grant in found.unused} == UNUSED.keys()


def test_a_grant_that_is_missing_is_noticed(cloud: LocalCloud, releases: dict[str, Release]) -> None:
    """With a prefix that the functions do not have, every call of theirs would be denied: the check can fail."""
    assert releases
    names = installed_names(TEMPLATE, BUCKET, PolicyBucket=BUCKET, FunctionPrefix="other-")
    found = audit(grants_of(TEMPLATE, "BeforeAllowTrafficRole", names), cloud.calls_of(HOOK))

    assert "lambda:InvokeFunction" in {call.action for call in found.denied}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutApi(Scenario):
    """The good release, of the function that the examples name."""

    @property
    def function(self) -> str:
        """Return the examples' name."""
        return "checkout-api"


def released(cloud: LocalCloud, appspec: str) -> dict[str, Any]:
    """Return a deployment of an AppSpec at its end."""
    client = cloud.client("codedeploy")
    content = {"content": appspec, "sha256": hashlib.sha256(appspec.encode()).hexdigest()}
    deployment_id = client.create_deployment(
        applicationName=APPLICATION,
        deploymentGroupName="checkout-api",
        revision={"revisionType": "AppSpecContent", "appSpecContent": content},
    )["deploymentId"]
    for _ in range(600):
        found: dict[str, Any] = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        if found["status"] in {"Succeeded", "Failed", "Stopped"}:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{deployment_id} did not end within 60 s")


def test_an_attached_application_is_released(cloud: LocalCloud) -> None:
    """The AppSpec of the examples, with versions that exist, moves the alias once the built hook has said so."""
    healthy = SCENARIOS[0]
    installed = install_function(
        cloud, CheckoutApi(**{each.name: getattr(healthy, each.name) for each in fields(healthy)})
    )
    appspec = (ROOT / "examples" / "attach" / "appspec" / "after.yaml").read_text()
    appspec = appspec.replace('"6"', f'"{installed.baseline}"').replace('"7"', f'"{installed.candidate}"')
    if not (ROOT / "hooks" / "after_allow_traffic.py").exists():
        appspec = "".join(line for line in appspec.splitlines(keepends=True) if "AfterAllowTraffic" not in line)

    assert released(cloud, appspec)["status"] == "Succeeded"
    alias = cloud.client("lambda").get_alias(FunctionName="checkout-api", Name=ALIAS)
    assert alias["FunctionVersion"] == installed.candidate
    assert any(call.resource.endswith(":checkout-api:2") for call in cloud.calls_of(HOOK))
