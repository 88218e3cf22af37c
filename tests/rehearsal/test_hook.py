"""The deployed hook on real runtimes: its promises where CodeDeploy, Lambda's retries and bad settings meet it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from warmgate.adapters.policies import TAG
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.catalogue import chosen
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, BUCKET, HOOK, Installed, install_function, install_hook

pytestmark = pytest.mark.local_cloud
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Give a cloud with the hook installed."""
    harder = Conditions(hooks_on_rollback=True)
    with LocalCloud.start(tmp_path_factory.mktemp("hook-cloud"), time_scale=60.0, conditions=harder) as found:
        install_hook(found)
        yield found


@pytest.fixture(scope="module")
def healthy(cloud: LocalCloud) -> Installed:
    """Give a function with two good versions; each test releases the one that does not serve."""
    return install_function(cloud, chosen(["healthy"])[0])


@pytest.fixture(scope="module")
def broken(cloud: LocalCloud) -> Installed:
    """Give a function whose second version raises."""
    return install_function(cloud, chosen(["broken"])[0])


def deploy(cloud: LocalCloud, installed: Installed, *, description: str = "") -> str:
    """Create a deployment to the version that does not serve and return its id."""
    serving = cloud.client("lambda").get_alias(FunctionName=installed.function, Name=ALIAS)["FunctionVersion"]
    other = installed.candidate if serving == installed.baseline else installed.baseline
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: HOOK}
    spec = AppSpec(target=Target(installed.function, ALIAS), baseline=serving, candidate=other, hooks=hooks)
    made = cloud.client("codedeploy").create_deployment(
        applicationName=APPLICATION,
        deploymentGroupName=installed.group,
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        description=description,
        revision=revision_of(spec),
    )
    return str(made["deploymentId"])


def ended(cloud: LocalCloud, deployment_id: str) -> dict[str, Any]:
    """Return a deployment at its end, its rollback ended as well."""
    for _ in range(300):
        found: dict[str, Any] = cloud.client("codedeploy").get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        if found["status"] in {"Succeeded", "Failed", "Stopped"}:
            rollback = found.get("rollbackInfo", {}).get("rollbackDeploymentId")
            if rollback:
                ended(cloud, rollback)
            return found
        time.sleep(0.1)
    raise AssertionError(f"{deployment_id} did not end within 30 s")


def report(cloud: LocalCloud, deployment_id: str) -> dict[str, Any]:
    """Return the stored report of a deployment."""
    client = cloud.client("s3")
    for _ in range(100):
        try:
            body = client.get_object(Bucket=BUCKET, Key=f"{deployment_id}/report.json")["Body"]
        except client.exceptions.NoSuchKey:
            time.sleep(0.1)
            continue
        found: dict[str, Any] = json.loads(body.read())
        return found
    raise AssertionError(f"{deployment_id}: no report within 10 s")


def test_the_escape_hatch_passes_a_broken_version_and_says_so(cloud: LocalCloud, broken: Installed) -> None:
    """A skip in the description moves the alias without a probe; the report says SKIPPED and why."""
    deployment_id = deploy(cloud, broken, description="[warmgate skip: incident bridge agreed]")

    assert ended(cloud, deployment_id)["status"] == "Succeeded"
    found = report(cloud, deployment_id)
    assert (found["outcome"], found["unjudged"]) == ("skipped", "skip")
    assert "SKIPPED" in found["reason"]
    assert "incident bridge agreed" in found["reason"]
    assert found["spending"]["invocations"] == 0


def test_a_description_lets_no_broken_version_through(cloud: LocalCloud, broken: Installed) -> None:
    """Refused once, it is refused again under the mark of a rollback of the first refusal; the alias stays."""
    client = cloud.client("lambda")
    client.update_alias(FunctionName=broken.function, Name=ALIAS, FunctionVersion=broken.baseline, RoutingConfig={})
    first = deploy(cloud, broken)
    assert ended(cloud, first)["status"] == "Failed"

    forged = deploy(cloud, broken, description=f"hotfix [warmgate rollback of {first}]")

    assert ended(cloud, forged)["status"] == "Failed"
    assert client.get_alias(FunctionName=broken.function, Name=ALIAS)["FunctionVersion"] == broken.baseline
    found = report(cloud, forged)
    assert (found["status"], found["is_rollback"]) == ("Failed", False)
    assert any("NOT A ROLLBACK" in warning for warning in found["warnings"])


def test_a_rollback_deployment_passes_at_once(cloud: LocalCloud, broken: Installed) -> None:
    """After a refusal the rollback's own hook says Succeeded without judging; the alias never moved."""
    client = cloud.client("lambda")
    client.update_alias(FunctionName=broken.function, Name=ALIAS, FunctionVersion=broken.baseline, RoutingConfig={})
    deployment_id = deploy(cloud, broken)

    found = ended(cloud, deployment_id)
    assert found["status"] == "Failed"
    rollback = report(cloud, found["rollbackInfo"]["rollbackDeploymentId"])
    assert (rollback["status"], rollback["is_rollback"]) == ("Succeeded", True)
    assert client.get_alias(FunctionName=broken.function, Name=ALIAS)["FunctionVersion"] == broken.baseline


def test_an_event_delivered_twice_has_the_effect_of_one(cloud: LocalCloud, healthy: Installed) -> None:
    """A second delivery of the same ids finds the status told: one accepted status, one report."""
    deployment_id = deploy(cloud, healthy)
    assert ended(cloud, deployment_id)["status"] == "Succeeded"
    first = report(cloud, deployment_id)
    event = {"DeploymentId": deployment_id, "LifecycleEventHookExecutionId": first["hook_execution_id"]}
    answer = cloud.client("lambda").invoke(FunctionName=HOOK, Payload=json.dumps(event).encode())

    assert json.loads(answer["Payload"].read()) == {"status": None, "reported": False}
    assert [
        reported.status for reported in cloud.codedeploy.reported(first["hook_execution_id"]) if reported.accepted
    ] == ["Succeeded"]
    assert report(cloud, deployment_id) == first


def test_a_faulty_policy_is_refused_with_every_fault(cloud: LocalCloud, healthy: Installed) -> None:
    """An unreadable policy is told as Failed, and the reason names file, line and fix of each fault."""
    text = "policy: broken\nlimits:\n  duration: {p95: 400}\nprobs: []\n"
    cloud.client("s3").put_object(Bucket=BUCKET, Key="policies/faulty.yaml", Body=text.encode())
    client = cloud.client("lambda")
    arn = client.get_function_configuration(FunctionName=healthy.function)["FunctionArn"]
    before = client.list_tags(Resource=arn)["Tags"]
    client.tag_resource(Resource=arn, Tags={TAG: f"s3://{BUCKET}/policies/faulty.yaml"})
    try:
        deployment_id = deploy(cloud, healthy)
        assert ended(cloud, deployment_id)["status"] == "Failed"
    finally:
        client.tag_resource(Resource=arn, Tags=before)

    reason = report(cloud, deployment_id)["reason"]
    assert "faulty.yaml:3 limits.duration.p95" in reason
    assert "faulty.yaml:4 probs" in reason


def set_timeout(cloud: LocalCloud, timeout_s: int) -> None:
    """Change the hook's timeout; it is called as it was before until the update is over."""
    client = cloud.client("lambda")
    client.update_function_configuration(FunctionName=HOOK, Timeout=timeout_s)
    client.get_waiter("function_updated_v2").wait(FunctionName=HOOK, WaiterConfig={"Delay": 0.05})
    cloud.retire(HOOK)


def test_a_hook_with_a_short_timeout_still_tells(cloud: LocalCloud, healthy: Installed) -> None:
    """A hook whose timeout is below the reserve says Failed within its time instead of an hour of silence."""
    set_timeout(cloud, 20)
    try:
        deployment_id = deploy(cloud, healthy)
        found = ended(cloud, deployment_id)
    finally:
        set_timeout(cloud, 300)

    assert found["status"] == "Failed"
    assert found["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    assert "no data" in report(cloud, deployment_id)["reason"] or "deadline" in report(cloud, deployment_id)["reason"]


def check(cloud: LocalCloud, installed: Installed, version: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `warmgate check` as a user would."""
    policy = ROOT / "scripts" / "warmgate_ops" / "rehearsal" / "scenarios" / "quotes.yaml"
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "check"]
    command += ["--function", installed.function, "--candidate", version, "--policy", str(policy)]
    command += ["--endpoint-url", cloud.endpoint_url, "--region", cloud.region, *options]
    credentials = {"AWS_ACCESS_KEY_ID": cloud.account, "AWS_SECRET_ACCESS_KEY": "none"}
    environment = {**_environment(), **credentials}
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)


def _environment() -> dict[str, str]:
    import os

    return {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}


def test_the_gate_works_without_codedeploy(cloud: LocalCloud) -> None:
    """`warmgate check` lets a good version pass with exit code 0; again, no cold start is left: exit code 3."""
    fresh = install_function(cloud, replace(chosen(["healthy"])[0], name="fresh"))
    done = check(cloud, fresh, fresh.candidate, "--baseline", fresh.baseline, "--json")

    assert done.returncode == 0, done.stderr or json.loads(done.stdout)["reason"]
    assert json.loads(done.stdout)["status"] == "Succeeded"

    again = check(cloud, fresh, fresh.candidate)
    assert again.returncode == 3
    assert again.stdout.startswith("INCONCLUSIVE: quotes-fresh version 2")


def test_the_gate_without_codedeploy_refuses(cloud: LocalCloud, broken: Installed) -> None:
    """A version that raises exits 1 and names the check on one line."""
    done = check(cloud, broken, broken.candidate)

    assert done.returncode == 1
    assert "limits.errors.rate" in done.stdout


def test_a_version_that_is_not_there_could_not_be_judged(cloud: LocalCloud, healthy: Installed) -> None:
    """An unknown version exits 3: nothing was found out."""
    done = check(cloud, healthy, "99")

    assert done.returncode == 3
    assert "99 could not be read" in done.stdout


def test_a_users_own_two_folders_can_be_rehearsed(tmp_path: Path) -> None:
    """The example of the documentation is refused for its init, with exit code 1 and a report."""
    prints = ROOT / "examples" / "prints"
    command = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "rehearse"]
    command += ["--function", str(prints / "v1"), "--candidate", str(prints / "v2")]
    command += ["--policy", str(prints / "policy.yaml"), "--report-dir", str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)

    assert done.returncode == 1, done.stderr
    assert "limits.init.p95" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["status"] == "Failed"
