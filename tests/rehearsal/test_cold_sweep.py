"""`warmgate cold sweep` and `cold measure` on a local cloud: real runtimes, real clones, a function left as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.fakes.lambda_calls import overlapping, packed, publish
from warmgate_ops.cold_starts.clones.aws_originals import LambdaOriginals
from warmgate_ops.cold_starts.clones.naming import GROUP_PREFIX, PREFIX
from warmgate_ops.rehearsal.cloud.local_cloud import REGION, LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]
RUN = "from warmgate_ops.cli.main import run; run()"
TUNER = "tuner"
"""Who runs the commands: the cloud tells callers apart by their access key."""
FUNCTION = "checkout-api"
POLICY = """
policy: checkout
probes: [{name: quote, payload: {path: quote}}]
"""
BUSY = """
import time
def burn(ms):
    end = time.process_time() + ms / 1000
    while time.process_time() < end:
        pass
"""
PLANTED = (
    BUSY
    + """
burn(400)
first = True
def handler(event, context):
    global first
    burn(220 if first else 20)
    first = False
    return {"path": event.get("path")}
"""
)


@dataclass(frozen=True, slots=True)
class Account:
    """A cloud with a function of two versions, and a folder with a policy."""

    cloud: LocalCloud
    folder: Path

    def warmgate(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command with the rights of the tuner."""
        command, environment = self.command(*words)
        return subprocess.run(
            command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True, timeout=150
        )

    def command(self, *words: str) -> tuple[list[str], dict[str, str]]:
        """Return a command and its environment."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        environment |= {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_ACCESS_KEY_ID": TUNER,
            "AWS_SECRET_ACCESS_KEY": "none",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        place = ("--endpoint-url", self.cloud.endpoint_url, "--region", REGION)
        return [sys.executable, "-c", RUN, *words, *place], environment

    def left(self) -> list[str]:
        """Return the clones and their log groups that are there."""
        functions = self.cloud.client("lambda").get_paginator("list_functions").paginate()
        groups = self.cloud.client("logs").describe_log_groups(logGroupNamePrefix=GROUP_PREFIX)["logGroups"]
        names = [each["FunctionName"] for page in functions for each in page["Functions"]]
        return [name for name in names if name.startswith(PREFIX)] + [each["logGroupName"] for each in groups]

    def state(self) -> dict[str, str]:
        """Return what the function is in all its parts."""
        return dict(LambdaOriginals(self.cloud.client).state(FUNCTION, "1"))


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Give a cloud of its own with the planted function, whose alias serves version 1."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "checkout.yaml").write_text(POLICY)
    with LocalCloud.start(folder / "cloud") as cloud:
        client = cloud.client("lambda")
        settings: dict[str, Any] = {"Runtime": RUNTIME, "Handler": "app.handler", "MemorySize": 512, "Timeout": 10}
        client.create_function(
            FunctionName=FUNCTION,
            Role=f"arn:aws:iam::{cloud.account}:role/checkout",
            Code={"ZipFile": packed(PLANTED)},
            Environment={"Variables": {"PASSWORD": "hunter2-hunter2"}},
            Tags={"warmgate:allow": "true"},
            **settings,
        )
        client.get_waiter("function_active_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 0.05})
        version = publish(cloud, FUNCTION)
        client.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
        overlapping(cloud, FUNCTION, [{}] * 2 + [{}] * 18, 2, version)
        yield Account(cloud, folder)


def test_a_sweep_on_clones(account: Account) -> None:
    """It works."""
    before = account.state()
    began = time.monotonic()
    done = account.warmgate(
        *("cold", "sweep", "--function", FUNCTION, "--alias", "live", "--probes", "checkout.yaml", "--yes"),
        *("--memory", "512,1769", "--cold", "10", "--warm", "10", "--burst", "2", "--seed", "1", "--json"),
    )
    print(done.stderr, done.stdout, time.monotonic() - began)
    document = json.loads(done.stdout)
    assert document
    assert account.left() == []
    assert account.state() == before
    for call in dict.fromkeys(account.cloud.calls_of(TUNER)):
        print(call)
