"""Twenty small functions in a local cloud, ready to be released as a fleet, and the command that does so."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from warmgate_ops.rehearsal.catalogue import ALL_AT_ONCE
from warmgate_ops.rehearsal.cloud.local_cloud import CREDENTIALS, REGION, LocalCloud
from warmgate_ops.rehearsal.scenario import FunctionSettings, Scenario
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, Installed, install_function

RUN = "from warmgate_ops.cli.main import run; run()"
POLICY = """
policy: fleet
warm: {environments: ENVIRONMENTS, rounds: 0, provisioned: ignore}
probes: [{name: default, payload: {}}]
limits: {errors: {rate: 0%}}
when: {inconclusive: pass, no_data: fail, error: fail}
budget: {invocations: 40, seconds: 30}
"""
GOOD = "import time\ndef handler(event, context):\n    time.sleep(HOLD)\n    return {'ok': True}\n"
BAD = "def handler(event, context):\n    raise KeyError('basket')\n"


def install_fleet(
    cloud: LocalCloud,
    folder: Path,
    count: int,
    bad: set[int],
    *,
    environments: int = 1,
    hold_s: float = 0.0,
    names: str = "fleet",
) -> list[Installed]:
    """Install functions; those in `bad`, counted from 1, have a candidate that fails every call."""
    for name, code in {"good": GOOD.replace("HOLD", f"{hold_s}"), "bad": BAD}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(code)
    policy = folder / "fleet.yaml"
    policy.write_text(POLICY.replace("ENVIRONMENTS", str(environments)))

    def install(number: int) -> Installed:
        scenario = Scenario(
            name=f"{names}-{number:02}",
            summary="",
            baseline=(folder / "good",),
            candidate=(folder / ("bad" if number in bad else "good"),),
            policy=policy,
            config=ALL_AT_ONCE,
            settings=FunctionSettings(memory_mb=128, timeout_s=10),
        )
        return install_function(cloud, scenario)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(install, range(1, count + 1)))


def fleet_file(path: Path, installed: list[Installed], wave: int, **more: Any) -> Path:
    """Write a fleet file with waves of so many."""
    each = [{"function": one.function, "version": one.candidate} for one in installed]
    waves = [each[at : at + wave] for at in range(0, len(each), wave)]
    top = {"fleet": "rehearsed", "application": APPLICATION, "deployment_group": "{function}", "alias": ALIAS}
    path.write_text(yaml.safe_dump({**top, "after": "", **more, "waves": waves}, sort_keys=False))
    return path


def environment_of(cloud: LocalCloud) -> dict[str, str]:
    """Return the environment of the command line in a cloud."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_ENDPOINT_URL": cloud.endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
    }


def command(*words: str) -> list[str]:
    """Return the command line as a process of its own."""
    return [sys.executable, "-c", RUN, *words]
