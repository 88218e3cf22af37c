"""A fleet of twenty functions in a local cloud: refused in its third wave, killed, interrupted, and resumed."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from support.fleet_stage import command, environment_of, fleet_file, install_fleet
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import ALIAS, APPLICATION, BUCKET, Installed, install_hook

pytestmark = pytest.mark.local_cloud
COUNT, WAVE, BAD = 20, 5, 12
"""The twelfth stands in wave 3."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A cloud with functions."""

    cloud: LocalCloud
    installed: list[Installed]

    def deployments(self) -> Counter[str]:
        """Return how many deployments each group has had, without rollbacks."""
        client = self.cloud.client("codedeploy")
        found: Counter[str] = Counter()
        for one in self.installed:
            ids = client.list_deployments(applicationName=APPLICATION, deploymentGroupName=one.group)["deployments"]
            about = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
            found[one.group] = sum(
                "rollbackInfo" not in each or not each["rollbackInfo"].get("rollbackTriggeringDeploymentId")
                for each in about
            )
        return found

    def serves(self, one: Installed) -> str:
        """Return what an alias serves."""
        return str(self.cloud.client("lambda").get_alias(FunctionName=one.function, Name=ALIAS)["FunctionVersion"])

    def release(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `warmgate release`."""
        return subprocess.run(
            command("release", *words),
            env=environment_of(self.cloud),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a cloud with the first hook and twenty functions."""
    folder = tmp_path_factory.mktemp("fleet")
    with LocalCloud.start(folder / "cloud") as cloud:
        install_hook(cloud)
        yield Stage(cloud, install_fleet(cloud, folder / "functions", COUNT, {BAD}))


def states_in(folder: Path) -> Counter[str]:
    """Return how many releases of a report came how far."""
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return Counter(row["state"] for row in report["releases"])


def test_a_refusal_in_wave_3_stops_the_fleet_and_go_on_ends_it(stage: Stage, tmp_path: Path) -> None:
    """Checked, refused, resumed: each release has one deployment, and every form of the report says the same."""
    file = fleet_file(tmp_path / "shop.yaml", stage.installed, WAVE)
    checked = stage.release("--all", str(file), "--check")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.count(" -> 2 (") == COUNT
    assert sum(stage.deployments().values()) == 0
    assert not (tmp_path / "shop.fleet").exists()

    stopped = stage.release("--all", str(file), "--bucket", BUCKET, "--junit", str(tmp_path / "j.xml"))
    assert stopped.returncode == 1, stopped.stderr
    assert stopped.stdout.startswith(
        "REFUSED: 20 releases: 14 released, 1 rolled back, 5 not begun; 5 not begun because on_refusal is stop"
    )
    assert sum(stage.deployments().values()) == 15
    refused = stage.installed[BAD - 1]
    assert f"{refused.function}:live -> 2 rolled back d-" in stopped.stderr
    assert "limits.errors" in stopped.stderr
    suite = ET.parse(tmp_path / "j.xml").getroot()
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["20", "1", "0", "5"]
    for name in ("report.md", "report.html"):
        assert "limits.errors" in (tmp_path / "shop.fleet" / name).read_text()

    ended = stage.release("--all", str(file), "--bucket", BUCKET, "--on-refusal", "go_on")
    assert ended.returncode == 1, ended.stderr
    assert states_in(tmp_path / "shop.fleet") == {"released": 19, "rolled_back": 1}
    assert set(stage.deployments().values()) == {1}
    assert {stage.serves(one) for one in stage.installed if one is not refused} == {"2"}
    assert stage.serves(refused) == refused.baseline


def test_a_run_that_is_killed_is_resumed_with_and_without_its_progress(stage: Stage, tmp_path: Path) -> None:
    """SIGKILL in the midst of things; then its folder is lost too, and its ID alone finds what it has made."""
    fresh = install_fleet(stage.cloud, tmp_path / "functions", 4, set(), names="killed")
    own = Stage(stage.cloud, fresh)
    file = fleet_file(tmp_path / "shop.yaml", fresh, 2, at_once=2)
    line = ["release", "--all", str(file), "--fleet-id", "build-17"]
    with subprocess.Popen(
        command(*line), env=environment_of(stage.cloud), stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        next(each for each in running.stderr if " running d-" in each)
        running.kill()
    (tmp_path / "shop.fleet" / "progress.json").unlink()

    resumed = own.release(*line[1:])

    assert resumed.returncode == 0, resumed.stderr
    assert set(own.deployments().values()) == {1}
    assert states_in(tmp_path / "shop.fleet") == {"released": 4}


def test_ctrl_c_follows_what_runs_and_begins_nothing_new(stage: Stage, tmp_path: Path) -> None:
    """The first Ctrl-C; a later run ends the rest."""
    fresh = install_fleet(stage.cloud, tmp_path / "functions", 2, set(), names="interrupted")
    own = Stage(stage.cloud, fresh)
    file = fleet_file(tmp_path / "shop.yaml", fresh, 2, at_once=1)
    with subprocess.Popen(
        command("release", "--all", str(file)),
        env=environment_of(stage.cloud),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        assert running.stdout is not None
        next(each for each in running.stderr if " running d-" in each)
        running.send_signal(signal.SIGINT)
        said = running.stdout.read()
    assert running.returncode == 3
    assert said.startswith("UNKNOWN: 2 releases: 1 released, 1 not begun")
    assert "resume it with --resume" in said
    assert sum(own.deployments().values()) == 1

    assert own.release("--all", str(file)).returncode == 0
    assert set(own.deployments().values()) == {1}
