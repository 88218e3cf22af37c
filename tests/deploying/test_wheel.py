"""A wheel is enough to rehearse: it carries the hooks, the policies and the locks of the tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.cloud.tools import tools_folder

ROOT = Path(__file__).parents[2]
RUN = "from warmgate_ops.cli.main import run; run()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of installed packages that holds this project's wheel and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("hooks", "scripts", "policies", "requirements"):
        shutil.copytree(
            ROOT / name, folder / "project" / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "project")
    quiet = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run(
        [*quiet, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "project"],
        check=True,
        cwd=folder,
    )
    (wheel,) = folder.glob("warmgate-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def _warmgate(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env={**os.environ, "PYTHONPATH": str(site), **environment},
        cwd=site.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_wheel_holds_two_packages(site: Path) -> None:
    """Names of ours at the top of site-packages are the product's two, and what is deployed is as it lies here."""
    names = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    carried = {
        path.relative_to(site / "warmgate_ops/deployed") for path in (site / "warmgate_ops/deployed").rglob("*.py")
    }

    assert names == {"warmgate", "warmgate_ops"}
    assert carried == {path.relative_to(ROOT) for path in (ROOT / "hooks").rglob("*.py")}


@pytest.mark.slow
@pytest.mark.local_cloud
def test_an_installed_rehearsal_runs_the_real_hooks(site: Path) -> None:
    """A release is refused by hooks that came out of the wheel, with no checkout in sight."""
    done = _warmgate(site, "rehearse", "--only", "broken", WARMGATE_TOOLS=str(tools_folder().resolve()))

    assert done.returncode == 0, done.stderr
    assert "1 of 1 releases ended as expected" in done.stdout


@pytest.mark.slow
def test_an_installed_rehearsal_says_how_to_get_its_tools(site: Path, tmp_path: Path) -> None:
    """Without its tools it names the command that installs the pinned ones."""
    done = _warmgate(site, "rehearse", "--only", "broken", XDG_CACHE_HOME=str(tmp_path), WARMGATE_TOOLS="")

    assert done.returncode == 3
    assert f"{site}/warmgate_ops/deployed/requirements/" in done.stderr
