"""The first commands of the README, run as they stand in the repository of a function."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.first_steps import FIRST_STEPS

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(180)]
FUNCTION = Path(__file__).parents[1] / "data" / "functions" / "http_api"
SOMEBODY = {f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


def shell(folder: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run lines as a reader's shell does, each where the one before it succeeded."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "GIT_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return subprocess.run(
        ["bash", "-euc", "\n".join(lines)],
        cwd=folder,
        env={**kept, **SOMEBODY, "PATH": path},
        check=False,
        capture_output=True,
        text=True,
        timeout=150,
    )


def test_a_newcomers_function_is_released_by_the_commands_of_the_page(tmp_path: Path) -> None:
    """With a working copy that differs from what is released, and nothing prepared but the path."""
    folder = tmp_path / "application"
    shutil.copytree(FUNCTION, folder)
    made = shell(folder, "git init -q -b main", "git add -A", "git commit -q -m released")
    with (folder / "src" / "app.py").open("a") as code:
        code.write("\n# A remark, which no caller notices.\n")
    done = shell(folder, *FIRST_STEPS)

    assert made.returncode == 0, made.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warmgate.yaml: written for Catalogue" in done.stdout
    assert "\nreleased (" in done.stdout
    assert "alias 1 -> 2" in done.stdout
