"""`warmgate cold find` on a local cloud: both ways give the cold starts that happened, by calls of its policy alone."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.fakes.lambda_calls import Install, packed
from support.permissions.audit import audit
from support.permissions.grants import Grant
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]
POLICY = ROOT / "docs" / "reference" / "cold-start-policy.json"
AS_JSON = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
CODE = """import time
time.sleep({init_s})
def handler(event, context):
    time.sleep(0.02 if event == "first" else 0)
    return event
"""
FAILS_ONCE = """import pathlib
mark = pathlib.Path("/tmp/mark")
if not mark.exists():
    mark.touch()
    raise RuntimeError("not yet")
def handler(event, context):
    return event
"""
_INIT = re.compile(r"Init Duration: ([\d.]+) ms")
READER, ELSEWHERE = "cold-start-reader", "AKIDNOBODY"


@dataclass(slots=True)
class Truth:
    """What the answers of Lambda told of one function."""

    function: str
    calls: int = 0
    inits: dict[str, list[float]] | None = None
    """Init durations of cold starts by version."""


def called(cloud: LocalCloud, truth: Truth, version: str, event: str, times: int) -> None:
    """Call a version so many times at once, and note the inits that the log tails tell."""

    def one(_: int) -> str:
        client = cloud.client("lambda")
        asked: dict[str, Any] = {"FunctionName": truth.function, "Qualifier": version, "LogType": "Tail"}
        found = client.invoke(**asked, Payload=json.dumps(event).encode())
        return base64.b64decode(found["LogResult"]).decode()

    with ThreadPoolExecutor(times) as pool:
        tails = list(pool.map(one, range(times)))
    truth.calls += times
    assert truth.inits is not None
    found = [float(init[1]) for tail in tails for init in [init_in(tail)] if init]
    truth.inits.setdefault(version, []).extend(found)


def init_in(tail: str) -> re.Match[str] | None:
    """Return the init that the report of a log tail tells, in either format."""
    report = tail[max(tail.rfind("REPORT RequestId"), tail.rfind('"platform.report"')) :]
    return _INIT.search(report) or re.search(r'"initDurationMs":\s*([\d.]+)', report)


def used(cloud: LocalCloud, install: Install, **settings: Any) -> Truth:
    """Return a function with three versions that were called: quick, slow to start, and one whose first init fails."""
    client = cloud.client("lambda")
    name = install(CODE.format(init_s=0.0), **settings)
    truth = Truth(name, inits={})
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for code in (CODE.format(init_s=0.5), FAILS_ONCE):
        client.update_function_code(FunctionName=name, ZipFile=packed(code))
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        client.publish_version(FunctionName=name)
    for version, event, times in (("1", "first", 5), ("1", "again", 1), ("2", "first", 5), ("2", "again", 2)):
        called(cloud, truth, version, event, times)
    called(cloud, truth, "3", "first", 1)
    cloud.flush_logs()
    return truth


def find(cloud: LocalCloud, *words: str, folder: Path, key: str = READER) -> subprocess.CompletedProcess[str]:
    """Run the command with credentials of the local cloud alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "none", "XDG_CACHE_HOME": str(folder)}
    line = [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "cold", "find", *words]
    line += ["--endpoint-url", cloud.endpoint_url, "--region", cloud.region]
    return subprocess.run(line, env=environment, cwd=folder, check=False, capture_output=True, text=True, timeout=120)


def functions_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return what was found, function by function."""
    assert done.returncode in {0, 1}, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["functions"]
    return found


@pytest.mark.parametrize(
    "settings",
    [{}, {"LoggingConfig": AS_JSON}, {"LoggingConfig": {"LogGroup": "/shop/cold"}}],
    ids=["text", "JSON", "shared log group"],
)
def test_both_ways_find_the_cold_starts_that_happened(
    local_cloud: LocalCloud, install: Install, tmp_path: Path, settings: dict[str, Any]
) -> None:
    """Every cold start that Lambda told its caller, none more, by version; both ways print the same."""
    truth = used(local_cloud, install, **settings)
    words = ("--function", truth.function, "--since", "1h", "--until", _soon(), "--over", "300ms", "--json")

    by_filter = functions_of(find(local_cloud, *words, "--way", "filter", folder=tmp_path))
    by_insights = functions_of(find(local_cloud, *words, "--way", "insights", folder=tmp_path))

    assert by_filter == by_insights
    (found,) = by_filter
    assert found["calls"] == truth.calls
    assert {each["version"]: each["cold"] for each in found["versions"]} == {
        version: len(inits) for version, inits in (truth.inits or {}).items()
    }
    told = sorted(round(init, 3) for init in (truth.inits or {})["2"])
    assert sorted(call["init_ms"] for call in found["slowest"] if call["version"] == "2") == told
    assert found["suppressed"]["count"] == 1
    assert found["over"] >= 5
    (change,) = [each for each in found["changes"] if each["before_version"] != each["version"]]
    assert (change["before_version"], change["version"]) == ("1", "2")


def _soon() -> str:
    """Return an end that is the same for two commands."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))


def test_an_account_is_read_the_worst_function_first(local_cloud: LocalCloud, install: Install, tmp_path: Path) -> None:
    """One line a function; a price of nothing asks for estimates alone, and all calls are in the documented policy."""
    one, two = (used(local_cloud, install, prefix="waits") for _ in range(2))
    called(local_cloud, two, "2", "first", 8)
    local_cloud.flush_logs()
    before = len(local_cloud.calls_of(READER))
    asked = ("--match", "waits-*", "--since", "1h", "--over", "300ms")
    estimated = find(local_cloud, *asked, "--max-usd", "0", folder=tmp_path)
    named = {call.action for call in local_cloud.calls_of(READER)[before:]}

    assert estimated.returncode == 0, estimated.stderr
    assert "2 functions, 2 log groups" in estimated.stderr
    assert named == {"lambda:ListFunctions", "logs:DescribeLogGroups", "cloudwatch:GetMetricData"}

    done = find(local_cloud, *asked, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].split()[:3] == ["waited", "function", "cold"]
    assert [two.function in lines[2], one.function in lines[3]] == [True, True]
    assert lines[-1].startswith(f"next: warmgate cold explain --function {two.function}")
    queried = find(local_cloud, *asked, "--way", "insights", "--json", folder=tmp_path)
    assert [each["function"] for each in functions_of(queried)] == [two.function, one.function]
    tagged = find(local_cloud, "--tag", "team=none", folder=tmp_path)
    assert (tagged.returncode, "found no function" in tagged.stderr) == (3, True)
    aliased = find(local_cloud, "--function", one.function, "--alias", "live", folder=tmp_path)
    assert aliased.stdout.startswith(f"{one.function}:live, 7 days to ")

    calls = local_cloud.calls_of(READER)
    assert audit(_grants(), calls).denied == ()
    never = {grant.action for grant in audit(_grants(), calls).unused}
    assert never <= {"logs:StopQuery"}, "stopped only where nobody waits any more"


def _grants() -> list[Grant]:
    """Return what finding needs; statements of the other commands are named after them."""
    statements = json.loads(POLICY.read_text())["Statement"]
    return [
        Grant(sid=each["Sid"], action=action, resources=(each["Resource"],))
        for each in statements
        for action in each["Action"]
        if not each["Sid"].startswith(("Explain", "Advise"))
    ]


def test_calls_of_latest_and_logs_without_reports_are_said(
    local_cloud: LocalCloud, install: Install, tmp_path: Path
) -> None:
    """$LATEST is read where it is asked for; a log level that hides reports is named."""
    truth = Truth(install(CODE.format(init_s=0.0)), inits={})
    called(local_cloud, truth, "$LATEST", "first", 2)
    quiet = install(CODE.format(init_s=0.0), LoggingConfig={**AS_JSON, "SystemLogLevel": "WARN"})
    local_cloud.flush_logs()

    without = find(local_cloud, "--function", truth.function, folder=tmp_path)
    latest = find(local_cloud, "--function", truth.function, "--version", "$LATEST", "--json", folder=tmp_path)
    hidden = find(local_cloud, "--function", quiet, folder=tmp_path)

    assert "left out: 2 calls of $LATEST: read them with --latest" in without.stdout
    (found,) = functions_of(latest)
    assert (found["calls"], found["cold"], found["versions"][0]["too_few"]) == (2, 2, True)
    assert hidden.returncode == 3
    assert "its log hides reports (system log level WARN)" in hidden.stderr
