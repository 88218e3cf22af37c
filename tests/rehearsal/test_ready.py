"""Deferred initialisation on real runtimes: where the time goes that leaves the init, and what the gate says."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bundle.ready import READY, pack
from support.fakes.lambda_calls import Called, call, provision, publish
from warmgate_ops.rehearsal.catalogue import own_release
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import RUNTIMES
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.run import rehearse_all
from warmgate_ops.rehearsal.scenario import FunctionSettings
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(150)]

CPU_S, WAIT_S, ROUNDS = 0.3, 0.4, 3
NODE = next((each for each in RUNTIMES if why_not_here(each) is None), "")
HEAVY = f"import time\nend = time.process_time() + {CPU_S}\nwhile time.process_time() < end: pass\nNAME = 'heavy'\n"
BEGINNING = f"import time\ndef wait():\n    time.sleep({WAIT_S})\n    return 'waited'\n"
EAGER = f"{BEGINNING}import heavy\nvalue = wait()\ndef handler(event, context): return [heavy.NAME, value]\n"
DEFERRED = f"""{BEGINNING}
from warmgate_ready import deferred, warmable
heavy = deferred.module("heavy")
value = deferred.value(wait, name="wait")
@warmable
def handler(event, context): return [heavy.NAME, value()] if event.get("use") else "unused"
"""
OVERLAPPED = f"""{BEGINNING}
from warmgate_ready import deferred, warmable
value = deferred.value(wait, start=True)
import heavy
@warmable
def handler(event, context): return [heavy.NAME, value()]
"""
RENEWED = f"""{BEGINNING}
import os
from warmgate_ready import deferred
value = deferred.value(lambda: os.urandom(8).hex(), name="own", renew_after_restore=True)
before = value()
def handler(event, context): return [before, value()]
"""
NODE_OVERLAPPED = """
import { deferred, join, warmable } from 'warmgate-ready'
const wait = () => new Promise((resolve) => setTimeout(resolve, 400, 'waited'))
const value = deferred(wait, { start: true })
const unused = deferred(() => import('node:crypto'), { name: 'crypto' })
export const handler = warmable(async () => [await value()])
await join()
"""
POLICY = """policy: deferring
warm: {environments: 5, rounds: 0}
probes: [{name: report, payload: {use: true}}]
limits:
  init: {p95: 600ms}
  first_response: {p95: 600ms}
  errors: {rate: any}
"""
Put = Callable[..., str]


def archive(files: dict[str, str]) -> bytes:
    """Return a package of some files, with the helper beside them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
        for path in (READY / "python" / "warmgate_ready").glob("*.py"):
            made.write(path, f"warmgate_ready/{path.name}")
    return packed.getvalue()


@pytest.fixture(scope="module")
def put(local_cloud: LocalCloud) -> Put:
    """Give a way to make an active function of files; it returns its name."""
    client = local_cloud.client("lambda")

    def make(name: str, files: dict[str, str], **settings: Any) -> str:
        chosen = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "app.handler", "MemorySize": 256, "Timeout": 10}
        client.create_function(FunctionName=name, Code={"ZipFile": archive(files)}, **{**chosen, **settings})
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return make


def phases(called: Called) -> list[tuple[str, str]]:
    """Return what the helper printed in a call's log: what was loaded, and when."""
    lines = [json.loads(line)["warmgate_ready"] for line in called.tail.splitlines() if "warmgate_ready" in line]
    return [(line["name"], line["phase"]) for line in lines]


def parts(called: Called) -> tuple[float, float]:
    """Return init and duration of a cold call."""
    assert called.report.init_ms is not None
    return called.report.init_ms, called.report.duration_ms


@pytest.fixture(scope="module")
def cold(local_cloud: LocalCloud, put: Put) -> dict[str, Called]:
    """Give the quickest of some first calls of each variant: what else the machine does only adds to them."""
    events: dict[str, tuple[str, dict[str, bool]]] = {
        "eager": (EAGER, {}),
        "unused": (DEFERRED, {}),
        "used": (DEFERRED, {"use": True}),
        "overlapped": (OVERLAPPED, {}),
    }
    found: dict[str, list[Called]] = {name: [] for name in events}
    for name, (code, _) in events.items():
        put(f"ready-{name}", {"app.py": code, "heavy.py": HEAVY})
    for _ in range(ROUNDS):
        for name, (_, event) in events.items():
            found[name].append(call(local_cloud, f"ready-{name}", event))
            local_cloud.retire(f"ready-{name}")
    return {name: min(calls, key=lambda called: sum(parts(called))) for name, calls in found.items()}


def test_deferring_moves_the_work_into_the_call_that_uses_it(cold: dict[str, Called]) -> None:
    """Init is short, the first call long; together they take as long as before."""
    init, first = parts(cold["used"])
    before = sum(parts(cold["eager"]))

    assert cold["used"].payload == cold["eager"].payload == ["heavy", "waited"]
    assert phases(cold["used"]) == [("heavy", "first_use"), ("wait", "first_use")]
    assert parts(cold["eager"])[0] > 1000 * (CPU_S + WAIT_S) > init + 200
    assert first > 1000 * (CPU_S + WAIT_S)
    assert init + first > before - 200


def test_only_a_call_that_needs_nothing_is_spared_it(cold: dict[str, Called]) -> None:
    """Then init and call are both short."""
    assert phases(cold["unused"]) == []
    assert sum(parts(cold["unused"])) < sum(parts(cold["eager"])) - 400


def test_waiting_overlaps_with_an_import(cold: dict[str, Called]) -> None:
    """A thread that only waits costs the longer of the two, all of it in the init, for the decorator joins it."""
    init, first = parts(cold["overlapped"])

    assert cold["overlapped"].payload == ["heavy", "waited"]
    assert phases(cold["overlapped"]) == [("wait", "background")]
    assert init < parts(cold["eager"])[0] - 100
    assert first < 200


def test_provisioned_environments_load_everything_ahead_of_calls(local_cloud: LocalCloud, put: Put) -> None:
    """The same code: the first caller waits for nothing, and no call loads anything."""
    function = put("ready-provisioned", {"app.py": DEFERRED, "heavy.py": HEAVY})
    version = publish(local_cloud, function)
    provision(local_cloud, function, version, 1)

    called = call(local_cloud, function, {"use": True}, version)

    assert called.payload == ["heavy", "waited"]
    assert called.report.duration_ms < 200
    assert ("heavy", "first_use") not in phases(called)


def test_each_copy_of_a_snapshot_has_a_value_of_its_own(local_cloud: LocalCloud, put: Put) -> None:
    """By the runtime's own hooks: what was loaded before the snapshot is loaded anew in the restore."""
    function = put(
        "ready-restored", {"app.py": RENEWED}, Runtime="python3.13", SnapStart={"ApplyOn": "PublishedVersions"}
    )
    version = publish(local_cloud, function)

    called = call(local_cloud, function, qualifier=version)
    before, after = called.payload

    assert before != after
    assert ("own", "restore") in phases(called)


def test_a_ping_is_answered_and_never_served(local_cloud: LocalCloud, put: Put) -> None:
    """By the environment's name; it loads what the first real call then finds."""
    function = put("ready-pinged", {"app.py": DEFERRED, "heavy.py": HEAVY})
    ping = call(local_cloud, function, {"warmgate": "warm", "hold_ms": 75})
    again = call(local_cloud, function, {"warmgate": "warm"})
    served = call(local_cloud, function, {"use": True})

    assert (ping.payload["warmgate"], ping.payload["cold"], again.payload["cold"]) == ("warm", True, False)
    assert ping.payload["environment"] == again.payload["environment"]
    assert phases(ping) == [("heavy", "warm"), ("wait", "warm")]
    assert (served.payload, phases(served)) == (["heavy", "waited"], [])


@pytest.mark.skipif(not NODE, reason="no Node.js of Lambda's here: warmgate-ready is NOT tried on its runtime")
@pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts")
def test_node_finds_it_in_the_layer(local_cloud: LocalCloud, put: Put, tmp_path: Path) -> None:
    """An ES module waits in its init for what it began, and loads nothing that no call uses."""
    pack(tmp_path / "out", tmp_path / "source")
    content = next((tmp_path / "out").glob("*-layer.zip")).read_bytes()
    arn = local_cloud.client("lambda").publish_layer_version(LayerName="ready", Content={"ZipFile": content})
    function = put("ready-node", {"app.mjs": NODE_OVERLAPPED}, Runtime=NODE, Layers=[arn["LayerVersionArn"]])
    called = call(local_cloud, function)
    init, first = parts(called)

    assert called.payload == ["waited"]
    assert phases(called) == [("wait", "background")]
    assert init > 350
    assert first < 200


def test_the_gate_refuses_what_was_only_moved(tmp_path: Path) -> None:
    """A candidate that defers its work passes the limit on init, and is refused for its first response."""
    for name, code in (("before", EAGER), ("after", DEFERRED)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(code)
        (tmp_path / name / "heavy.py").write_text(HEAVY)
    (tmp_path / "deferring.yaml").write_text(POLICY)
    own = (READY / "python",)
    settings = FunctionSettings()
    scenario = own_release(
        "deferring", (*own, tmp_path / "before"), (*own, tmp_path / "after"), tmp_path / "deferring.yaml", settings
    )
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        ((_, release),) = rehearse_all(cloud, [scenario], lambda *_: None)
    assert release.report is not None
    findings = {each["check"]: each for each in release.report["findings"]}

    assert release.status == "Failed"
    assert findings["limits.init.p95"]["outcome"] == "passed"
    assert findings["limits.first_response.p95"]["outcome"] == "failed"
    assert findings["limits.first_response.p95"]["reason"].startswith("All 5 first responses took longer than 600 ms")
