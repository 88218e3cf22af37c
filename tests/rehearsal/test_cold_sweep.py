"""`warmgate cold sweep` and `cold measure` on a local cloud: real runtimes, real clones, a function left as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support.fakes.lambda_calls import overlapping, packed, publish, update
from support.permissions import audit, grants_of_document
from warmgate.adapters.sdk import Clients
from warmgate_ops.cli.main import app
from warmgate_ops.cold_starts.clones.aws_originals import LambdaOriginals
from warmgate_ops.cold_starts.clones.aws_world import world_of
from warmgate_ops.cold_starts.clones.cleaning import clean
from warmgate_ops.cold_starts.clones.naming import GROUP_PREFIX, PREFIX
from warmgate_ops.rehearsal.cloud.api_calls import ApiCall
from warmgate_ops.rehearsal.cloud.conditions import Conditions
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


EAGER = (
    BUSY
    + """
burn(200)
def handler(event, context):
    burn(20)
    return {"path": event.get("path")}
"""
)
MOVED = (
    BUSY
    + """
loaded = False
def handler(event, context):
    global loaded
    if not loaded:
        burn(200)
        loaded = True
    burn(20)
    return {"path": event.get("path")}
"""
)
"""The work of EAGER's init waits for the first call."""
REPORT = """
policy: checkout
probes: [{name: report, payload: {path: report}}]
"""
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/reference/cold-start-tuner-policy.json").read_text())
ACCOUNT = "123456789012"
UNUSED = {
    ("ReadTheAccount", "lambda:ListFunctions"): "for --clean alone",
    ("MakeCallAndDeleteClones", "lambda:PublishVersion"): "for --snapstart alone",
    ("MakeCallAndDeleteClones", "lambda:TagResource"): "CreateFunction asks for it in the caller's name",
    ("TheLogsOfClones", "logs:FilterLogEvents"): "where the report is not in the last 4 KB of a call's log",
    ("TheLogsOfClones", "logs:TagResource"): "CreateLogGroup asks for it in the caller's name",
    ("GiveClonesTheRoleOfTheFunction", "iam:PassRole"): "CreateFunction asks for it in the caller's name",
    ("WhereTheFunctionHasLayers", "lambda:GetLayerVersion"): "this one has none",
    ("WhereTheFunctionIsInAVpc", "ec2:DescribeSecurityGroups"): "this one is in none",
    ("WhereTheFunctionIsInAVpc", "ec2:DescribeSubnets"): "this one is in none",
    ("WhereTheFunctionIsInAVpc", "ec2:DescribeVpcs"): "this one is in none",
    ("WhereThePackageIsBeyond50MB", "s3:DeleteObject"): "this one is small",
    ("WhereThePackageIsBeyond50MB", "s3:GetObject"): "this one is small",
    ("WhereThePackageIsBeyond50MB", "s3:PutObject"): "this one is small",
}
"""Grants that a sweep of this function does not use, each with its reason."""
IN_THE_BODY = {
    "lambda:CreateFunction": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}{FUNCTION}",
    "logs:ListTagsForResource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP_PREFIX}{FUNCTION}",
}
"""Calls whose path names no resource: the sweep makes them for its clone alone."""


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
    (folder / "report.yaml").write_text(REPORT)
    with LocalCloud.start(folder / "cloud", conditions=Conditions(cpu_by_memory=True)) as cloud:
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
        for _ in range(3):
            cloud.retire(FUNCTION)
            overlapping(cloud, FUNCTION, [{}] * 2, 2, version)
        overlapping(cloud, FUNCTION, [{}] * 12, 2, version)
        yield Account(cloud, folder)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep that was carried out."""

    document: dict[str, Any]
    said: str
    before: dict[str, str]
    after: dict[str, str]
    left: list[str]
    folder: Path
    calls: tuple[ApiCall, ...]


@pytest.fixture(scope="module")
def sweep(account: Account) -> Sweep:
    """Carry a sweep of two sizes out, whose calls get the CPU of their memory."""
    before = account.state()
    done = account.warmgate(
        *("cold", "sweep", "--function", FUNCTION, "--alias", "live", "--probes", "checkout.yaml", "--yes"),
        *("--memory", "442,884", "--cold", "10", "--warm", "10", "--burst", "4", "--seed", "1", "--within", "5s"),
        *("--json", "--html", "sweep.html", "--png", "sweep.png", "--output", "sweep.jsonl"),
    )
    assert done.stdout, done.stderr
    return Sweep(
        document=json.loads(done.stdout),
        said=done.stderr,
        before=before,
        after=account.state(),
        left=account.left(),
        folder=account.folder,
        calls=tuple(account.cloud.calls_of(TUNER)),
    )


@pytest.mark.quiet
def test_init_is_flat_and_the_first_call_follows_memory(sweep: Sweep) -> None:
    """A quarter of a vCPU leaves init as it is within 15 %; first calls take four times as long, within 25 %."""
    quarter, half = sweep.document["variants"]

    assert quarter["init_ms"]["p50"] == pytest.approx(half["init_ms"]["p50"], rel=0.15)
    assert quarter["first_call_ms"]["p50"] == pytest.approx(220 / 0.25, rel=0.25)
    assert half["first_call_ms"]["p50"] == pytest.approx(220 / 0.5, rel=0.25)
    assert sweep.document["spent"]["usd"] == pytest.approx(sweep.document["estimate"]["expected_usd"], rel=0.2)


@pytest.mark.quiet
def test_each_cold_start_is_one(sweep: Sweep) -> None:
    """Ten new environments a size, ten warm calls in them, none failed, and the cheapest that keeps the limit named."""
    for variant in sweep.document["variants"]:
        assert (variant["cold_starts"], variant["warm_calls"], variant["failures"]) == (10, 10, {})
        assert variant["init_ms"]["p50"] >= 400
    assert sweep.document["recommendation"]["memory_mb"] == 442
    assert sweep.document["recommendation"]["limits"] == "--within"
    assert "hunter2" not in json.dumps(sweep.document) + sweep.said


@pytest.mark.quiet
def test_the_function_that_serves_is_byte_for_byte_what_it_was(sweep: Sweep) -> None:
    """Configuration, versions, aliases, concurrency; and neither a clone nor its log group is left."""
    assert sweep.after == sweep.before
    assert sweep.document["original_changed"] is False
    assert sweep.left == []


@pytest.mark.quiet
def test_what_was_recorded_is_judged_by_replay(sweep: Sweep, account: Account) -> None:
    """Each size is a run, which `warmgate replay` reads; page and picture are there."""
    policy = account.folder / "limits.yaml"
    policy.write_text(POLICY + "limits: {init: {p95: 60s}}\n")
    done = CliRunner().invoke(app, ["replay", "--policy", str(policy), str(sweep.folder / "sweep.jsonl")])

    assert done.exit_code == 0, done.output
    assert "2 runs: 2 Succeeded" in done.output
    assert "442 MB (recommended)" in (sweep.folder / "sweep.html").read_text()
    assert (sweep.folder / "sweep.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.quiet
def test_the_tuner_may_do_what_it_did_and_nothing_to_the_function(sweep: Sweep) -> None:
    """Every call is granted by the reference's policy, each grant is used or listed, and only clones are changed."""
    names = {"REGION": REGION, "ACCOUNT": ACCOUNT, "FUNCTION": FUNCTION, "BUCKET": "mine"}
    calls = [replace(call, resource=IN_THE_BODY.get(call.action, call.resource)) for call in sweep.calls]
    found = audit(grants_of_document(DOCUMENT, **names), calls)

    assert found.denied == ()
    assert {(grant.sid, grant.action) for grant in found.unused} == set(UNUSED)
    reads = ("Get", "List", "Describe", "Filter")
    assert all(PREFIX in each.resource for each in calls if not each.action.partition(":")[2].startswith(reads))


def test_without_the_tag_nothing_is_made(account: Account, sweep: Sweep) -> None:
    """Exit code 2, and no CreateFunction was asked for."""
    client, arn = account.cloud.client("lambda"), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
    asked = len(account.cloud.calls_of(TUNER))
    client.untag_resource(Resource=arn, TagKeys=["warmgate:allow"])
    try:
        done = account.warmgate(
            *("cold", "sweep", "--function", FUNCTION, "--version", "1", "--probes", "checkout.yaml", "--yes")
        )
    finally:
        client.tag_resource(Resource=arn, Tags={"warmgate:allow": "true"})

    assert done.returncode == 2
    assert done.stderr.startswith(f"{FUNCTION}: found no tag warmgate:allow=true")
    assert not any("Create" in call.action for call in account.cloud.calls_of(TUNER)[asked:])


def test_work_that_only_moved_is_slower(account: Account) -> None:
    """Version 3 inits faster than 2, and with an eighth of a vCPU its first caller waits for what init did at once."""
    account.cloud.conditions.cpu_by_memory = True
    eager, moved = (update(account.cloud, FUNCTION, code) for code in (EAGER, MOVED))

    done = account.warmgate(
        *("cold", "measure", "--function", FUNCTION, "--before", eager, "--after", moved),
        *("--probes", "report.yaml", "--yes"),
        *("--memory", "221", "--cold", "5", "--warm", "1", "--burst", "5", "--json"),
    )
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)

    assert [(each["probe"], each["together"]["word"]) for each in document["probes"]] == [("report", "SLOWER")]
    assert document["init"]["word"] == "FASTER"
    assert document["only_moved"] is True
    assert account.left() == []


@pytest.mark.parametrize(
    ("action", "number"),
    [
        ("lambda:CreateFunction", signal.SIGKILL),
        ("lambda:InvokeFunction", signal.SIGKILL),
        ("lambda:InvokeFunction", signal.SIGINT),
    ],
)
def test_a_run_that_dies_leaves_what_clean_deletes(
    account: Account, monkeypatch: pytest.MonkeyPatch, action: str, number: signal.Signals
) -> None:
    """Killed as soon as it asked for something, `--clean` finds the rest; after Ctrl-C a late log at most is left."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    account.cloud.conditions.cpu_by_memory = False
    begun = sum(call.action == action for call in account.cloud.calls_of(TUNER))
    command, environment = account.command(
        *("cold", "sweep", "--function", FUNCTION, "--version", "1", "--probes", "checkout.yaml", "--yes"),
        *("--memory", "512", "--cold", "1", "--warm", "0"),
    )
    with subprocess.Popen(command, cwd=account.folder, env=environment) as run:
        while run.poll() is None and sum(call.action == action for call in account.cloud.calls_of(TUNER)) == begun:
            time.sleep(0.005)
        run.send_signal(number)
        code = run.wait(timeout=60)

    if number is signal.SIGINT:
        assert code == 3
        assert [name for name in account.left() if not name.startswith("/")] == []
    else:
        assert code == -number
    time.sleep(1.5)  # what was asked for last is still carried out, and logged
    world = world_of(Clients(account.cloud.endpoint_url, REGION))
    cleaned = clean(world.clones, account.folder / "cache" / "warmgate" / "sweeps", world.now())
    assert cleaned.faults == ()
    assert account.left() == []
