"""Cold starts from finding to proof, by the commands that the how-to shows, on functions that really start cold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_code
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME, SHORT_WAITS

pytestmark = pytest.mark.local_cloud

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "cold-starts"
FUNCTION, ALIAS = "checkout-api", "live"
RUN = "from warmgate_ops.cli.main import run; run()"
IDLE_S = 5.0
QUOTE = {"basket": [{"sku": "bread", "count": 2}]}


@dataclass(slots=True)
class Account:
    """A cloud with one function."""

    cloud: LocalCloud

    def warmgate(self, line: str, *codes: int) -> str:
        """Return what a command of the how-to prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {
            **kept,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_ACCESS_KEY_ID": self.cloud.account,
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_REGION": self.cloud.region,
            "AWS_ENDPOINT_URL": self.cloud.endpoint_url,
            "COLUMNS": "120",
        }
        done = subprocess.run(
            [sys.executable, "-c", RUN, *line.split()],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode in (codes or (0,)), f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def publish(self, version: str, memory_mb: int = 512) -> str:
        """Deploy a folder of the example and return the version's number."""
        client, code = (
            self.cloud.client("lambda"),
            [EXAMPLE / version, *([ROOT / "ready" / "python"] * (version == "after"))],
        )
        archive = zip_code(code)
        try:
            client.update_function_code(FunctionName=FUNCTION, ZipFile=archive)
        except client.exceptions.ResourceNotFoundException:
            client.create_function(
                FunctionName=FUNCTION,
                Runtime=RUNTIME,
                Role=ROLE,
                Handler="app.handler",
                Code={"ZipFile": archive},
                MemorySize=memory_mb,
                Timeout=3,
                Tags={"warmgate:allow": "true"},
            )
        client.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION, WaiterConfig=SHORT_WAITS)
        published = str(client.publish_version(FunctionName=FUNCTION)["Version"])
        client.get_waiter("published_version_active").wait(
            FunctionName=FUNCTION, Qualifier=published, WaiterConfig=SHORT_WAITS
        )
        return published

    def call(self, payload: dict[str, Any], at_once: int = 1) -> None:
        """Call the alias."""
        client = self.cloud.client("lambda")

        def one(_place: int) -> None:
            client.invoke(FunctionName=FUNCTION, Qualifier=ALIAS, Payload=json.dumps(payload).encode())

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, range(at_once)))

    def deploy(self, old: str, new: str) -> str:
        """Let CodeDeploy move the alias, with no hook."""
        client = self.cloud.client("codedeploy")
        target = {"Name": FUNCTION, "Alias": ALIAS, "CurrentVersion": old, "TargetVersion": new}
        resource = {FUNCTION: {"Type": "AWS::Lambda::Function", "Properties": target}}
        content = json.dumps({"version": 0.0, "Resources": [resource]})
        deployment_id = str(
            client.create_deployment(
                applicationName="checkout",
                deploymentGroupName="live",
                revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
            )["deploymentId"]
        )
        for _ in range(300):
            status = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]["status"]
            if status in {"Succeeded", "Failed", "Stopped"}:
                break
            time.sleep(0.1)
        assert status == "Succeeded"
        return deployment_id


def steady(account: Account, seconds: float) -> None:
    """Call one after the other, so that one environment is kept."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        account.call(QUOTE)
        time.sleep(0.4)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Give an account in which five things made environments start cold, one after the other."""
    conditions = Conditions(idle_s=IDLE_S)
    with LocalCloud.start(tmp_path_factory.mktemp("story"), conditions=conditions, time_scale=600.0) as cloud:
        made = Account(cloud)
        first = made.publish("first")
        cloud.client("lambda").create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=first)
        group(cloud)
        steady(made, 3.0)
        slow = made.publish("before")
        made.deploy(first, slow)  # 1: a release
        steady(made, 3.0)
        made.call({"report": {"days": 5}}, at_once=5)  # 2: more at once than environments
        steady(made, 4.0)
        time.sleep(IDLE_S + 2)
        made.call(QUOTE)  # 3: nobody called for longer than environments live
        steady(made, 2.0)
        made.call({"report": {"days": 40}})  # a time-out
        made.call(QUOTE)  # 4: after it
        steady(made, 2.0)
        cloud.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=first)
        made.call(QUOTE)  # 5: moved back by hand
        cloud.client("lambda").update_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=slow)
        steady(made, 1.0)
        cloud.flush_logs()
        yield made


def group(cloud: LocalCloud) -> None:
    """Create the application and its group."""
    client = cloud.client("codedeploy")
    client.create_application(applicationName="checkout", computePlatform="Lambda")
    client.create_deployment_group(
        applicationName="checkout",
        deploymentGroupName="live",
        serviceRoleArn=ROLE,
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    )


def test_what_made_environments_is_found_and_named(account: Account) -> None:
    """Every environment that was made is counted; a release, moves by hand and a failure are named."""
    found = json.loads(account.warmgate(f"cold find --function {FUNCTION} --alias {ALIAS} --since 1h --json", 0, 1))
    explained = account.warmgate(f"cold explain --function {FUNCTION} --alias {ALIAS} --since 1h")

    (counts,) = found["functions"]
    again, made = counts["suppressed"]["count"], len(account.cloud.environments)
    # An init that ran again is a cold start in an environment that was there.
    assert counts["cold"] - again <= made <= counts["cold"], explained
    assert "deployment" in explained
    assert "alias moved" in explained
    assert "after failure" in explained


def test_slow_imports_are_named_and_their_cure_is_proven(account: Account) -> None:
    """Both modules by their lines; the judge refuses the slow release, and lets the one through that defers."""
    imports = account.warmgate(f"cold imports --function {FUNCTION} --old 1 --new 2 --runs 3", 1)
    cured = account.publish("after")
    policy = "--policy examples/cold-starts/policy.yaml"
    refused = account.warmgate(f"check --function {FUNCTION} --baseline 1 --candidate 2 {policy}", 1)
    passed = account.warmgate(f"check --function {FUNCTION} --baseline 2 --candidate {cured} {policy}", 0)

    lines = [line for line in imports.splitlines() if " new " in line]
    assert [name for line in lines for name in ("tax_rules", "catalogue") if f"own code {name}" in line] == [
        "tax_rules",
        "catalogue",
    ]
    assert "compare.first_response.median" in refused
    assert "compare.first_response.median" in passed
