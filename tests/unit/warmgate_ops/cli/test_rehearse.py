"""The command `warmgate rehearse` where nothing is run: wrong usage, a bad policy, a cloud that is not there."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.catalogue import FOLDER
from warmgate_ops.rehearsal.stage import RUNTIME

ROOT = Path(__file__).parents[4]
OWN = ["--function", str(FOLDER / "baseline"), "--candidate", str(FOLDER / "baseline")]

pytestmark = pytest.mark.slow


def rehearse(*arguments: str, tools: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command with tools that are not installed, so that no cloud can start."""
    return subprocess.run(
        [sys.executable, "-c", "from warmgate_ops.cli.main import run; run()", "rehearse", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}/hooks:{ROOT}/scripts",
            "WARMGATE_TOOLS": str(tools),
            "COLUMNS": "300",
        },
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "heathy"], "found heathy, expected some of healthy, slow_init"),
        (["--policy", str(FOLDER / "quotes.yaml")], "found --policy, expected --function and --candidate"),
        (OWN[:2], "found --function, expected --function and --candidate"),
        (["--function", str(FOLDER / "nowhere")], "nowhere: No such file or directory"),
        (["--memory", "64"], "Invalid value for '--memory'"),
        (["--handler", "app.run", "--memory", "512"], "found --handler, --memory, expected --function and --candidate"),
        ([*OWN, "--only", "healthy"], "--only and --all choose scenarios"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(arguments: list[str], said: str) -> None:
    """What cannot be run is refused with what would be right."""
    done = rehearse(*arguments)

    assert done.returncode == 2
    assert said in done.stderr


def test_a_bad_policy_exits_2_before_anything_starts(tmp_path: Path) -> None:
    """Faults of the user's own policy are told with file and line at once."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: own\nlimits: {init: {p95: 400}}\n", encoding="utf-8")
    done = rehearse(*OWN, "--policy", str(policy))

    assert done.returncode == 2
    assert f"{policy}:2 limits.init.p95: found" in done.stderr


def test_another_architecture_is_said_before_anything_else(tmp_path: Path) -> None:
    """Whoever reads the figures knows from the first line where they were measured."""
    other = "x86_64" if platform.machine() == "aarch64" else "arm64"
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  Own:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        f"      Handler: app.handler\n      Runtime: {RUNTIME}\n      Architectures: [{other}]\n",
        encoding="utf-8",
    )
    policy = ("--policy", str(FOLDER / "quotes.yaml"), "--template", str(template))
    done = rehearse(*OWN, *policy, tools=tmp_path)

    assert done.returncode == 3, done.stderr
    first = done.stderr.splitlines()[0]
    assert f"the function asks for {other} and is measured on this machine's" in first


def test_the_default_policy_is_named_first(tmp_path: Path) -> None:
    """Neither policy nor event is needed: what judges in an account judges here, and the first line says so."""
    done = rehearse(*OWN, tools=tmp_path)

    assert done.returncode == 3, done.stderr
    assert done.stderr.splitlines()[0].startswith("no --policy: judged by the bundled default policy")


def test_a_cloud_that_is_not_installed_exits_3(tmp_path: Path) -> None:
    """Without its parts nothing can be found out, and the way to install them is told."""
    done = rehearse("--only", "healthy", tools=tmp_path)

    assert done.returncode == 3
    assert "the local cloud did not start" in done.stderr
    assert "run: make" in done.stderr
    assert "Traceback" not in done.stderr
