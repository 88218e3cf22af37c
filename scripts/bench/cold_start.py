"""Init of the packaged hook and its way to the first probe, against a hook written by hand, both on AWS's runtime."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.packages import zip_code, zip_hooks

ROLE = "arn:aws:iam::123456789012:role/bench"
TARGET = "bench-target"
OURS = "CodeDeployHook_warmgate-before"
BARE = "CodeDeployHook_bare"
APP = 'import time\n\n\ndef handler(event, context):\n    print("served %.6f" % time.time())\n    return {}\n'
_SERVED = re.compile(r"served ([0-9.]+)")


def measure_cold_start(turns: int = 8) -> list[tuple[str, str, str]]:
    """Return rows (what, measured, goal); both hooks take turns and the medians count."""
    inits: dict[str, list[float]] = {OURS: [], BARE: []}
    ways: dict[str, list[float]] = {OURS: [], BARE: []}
    with tempfile.TemporaryDirectory() as work, LocalCloud.start(Path(work), time_scale=1.0) as cloud:
        _install(cloud)
        for _ in range(turns):
            for hook in (OURS, BARE):
                init_ms, way_ms = _release(cloud, hook)
                inits[hook].append(init_ms)
                ways[hook].append(way_ms)
    return [
        _row("init of the packaged hook", inits, "<= 1.0x"),
        _row("hook event to first candidate invocation", ways, "<= 1.3x"),
    ]


def _row(what: str, measured: dict[str, list[float]], goal: str) -> tuple[str, str, str]:
    ours, bare = statistics.median(measured[OURS]), statistics.median(measured[BARE])
    return what, f"{ours:.0f} ms, {ours / bare:.2f}x of a bare boto3 hook ({bare:.0f} ms)", goal


def _install(cloud: LocalCloud) -> None:
    here = Path(__file__).parent
    bare = {"bare_hook.py": (here / "bare_hook.py").read_text()}
    _create(cloud, OURS, "before_allow_traffic.handler", zip_hooks(), {})
    _create(cloud, BARE, "bare_hook.handler", _zipped(bare), {})
    _create(cloud, TARGET, "app.handler", _zipped({"app.py": APP}), {}, {"warmgate:policy": "bundled:smoke-only"})
    client = cloud.client("lambda")
    client.publish_version(FunctionName=TARGET)
    client.create_alias(FunctionName=TARGET, Name="live", FunctionVersion="1")
    client.update_function_code(FunctionName=TARGET, ZipFile=_zipped({"app.py": APP + "# two\n"}))
    client.publish_version(FunctionName=TARGET)
    client.get_waiter("published_version_active").wait(FunctionName=TARGET, Qualifier="2", WaiterConfig={"Delay": 1})
    deploy = cloud.client("codedeploy")
    deploy.create_application(applicationName="bench", computePlatform="Lambda")
    deploy.create_deployment_group(
        applicationName="bench",
        deploymentGroupName="live",
        serviceRoleArn=ROLE,
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    )


def _zipped(files: dict[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        return zip_code([Path(folder)])


def _create(
    cloud: LocalCloud,
    name: str,
    handler: str,
    code: bytes,
    variables: dict[str, str],
    tags: dict[str, str] | None = None,
) -> None:
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler=handler,
        Code={"ZipFile": code},
        Timeout=300,
        MemorySize=1769,
        Environment={"Variables": variables},
        Tags=tags or {},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def _release(cloud: LocalCloud, hook: str) -> tuple[float, float]:
    """Release the version that does not serve; return the hook's init and its way to the first call, in ms."""
    client, deploy = cloud.client("lambda"), cloud.client("codedeploy")
    current = client.get_alias(FunctionName=TARGET, Name="live")["FunctionVersion"]
    other = "2" if current == "1" else "1"
    cloud.retire(hook)
    # A warm target answers at once: what is measured is the hook's way, not the target's cold start.
    client.invoke(FunctionName=TARGET, Qualifier=other, Payload=b"{}")["Payload"].read()
    hooks = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: hook}
    spec = AppSpec(target=Target(TARGET, "live"), baseline=current, candidate=other, hooks=hooks)
    began = time.time()
    made = deploy.create_deployment(applicationName="bench", deploymentGroupName="live", revision=revision_of(spec))
    _wait(deploy, made["deploymentId"])
    event_s = next(call.started_s for call in reversed(cloud.async_invocations) if call.function == hook)
    init_ms = [init for function, _, init in cloud.init_reports if function == hook][-1]
    return init_ms, (_first_served(cloud, max(began, event_s)) - event_s) * 1000


def _wait(deploy: Any, deployment_id: str) -> None:
    for _ in range(600):
        status = deploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]["status"]
        if status in {"Succeeded", "Failed", "Stopped"}:
            time.sleep(0.3)
            return
        time.sleep(0.05)
    raise TimeoutError(f"{deployment_id} did not end within 30 s")


def _first_served(cloud: LocalCloud, after_s: float) -> float:
    cloud.flush_logs()
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{TARGET}")
    times = [float(m[1]) for page in pages for event in page["events"] if (m := _SERVED.search(event["message"]))]
    return min(at for at in times if at >= after_s)
