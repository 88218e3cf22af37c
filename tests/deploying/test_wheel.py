"""A wheel is enough: it installs on every Python, and carries the hooks, the policies and the locks of the tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from locks.targets import PYTHONS
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.interpreters import interpreter
from warmgate_ops.rehearsal.cloud.tools import tools_folder

ROOT = Path(__file__).parents[2]
DIST = ROOT / "build" / "env" / "dist" / "bin"
RUN = "from warmgate_ops.cli.main import run; run()"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DIST.exists(), reason="make build/env/dist/.ready installs what builds a wheel"),
]


def _done(command: Sequence[str | Path], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**os.environ, **more}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist of this project, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    for name in ("hooks", "scripts", "policies", "requirements"):
        shutil.copytree(
            ROOT / name, folder / "project" / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for path in (
        *ROOT.glob("*.md"),
        *(ROOT / name for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "LICENSE")),
    ):
        shutil.copy(path, folder / "project")
    done = _done([DIST / "python", "-m", "build", "--no-isolation", "--outdir", folder / "out", folder / "project"])
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder / "out"


@pytest.fixture(scope="module")
def site(built: Path) -> Path:
    """Return a folder of installed packages that holds this project's wheel and nothing else."""
    (wheel,) = built.glob("warmgate-*.whl")
    zipfile.ZipFile(wheel).extractall(built.parent / "site")
    return built.parent / "site"


def _warmgate(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env={**os.environ, "PYTHONPATH": str(site), **environment},
        cwd=site.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_index_would_take_both(built: Path) -> None:
    """Metadata and the README, as a package index renders it, are whole."""
    done = _done([DIST / "twine", "check", "--strict", *built.iterdir()])

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_a_wheel_holds_two_packages(site: Path) -> None:
    """Names of ours at the top of site-packages are the product's two, and what is deployed is as it lies here."""
    names = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    carried = {
        path.relative_to(site / "warmgate_ops/deployed") for path in (site / "warmgate_ops/deployed").rglob("*.py")
    }

    assert names == {"warmgate", "warmgate_ops"}
    assert carried == {path.relative_to(ROOT) for path in (ROOT / "hooks").rglob("*.py")}


@pytest.mark.parametrize("version", ["{}.{}".format(*each) for each in PYTHONS])
def test_it_installs_on_each_python(version: str, built: Path, tmp_path: Path) -> None:
    """With what its lock names and nothing resolved, the command is on PATH, and the module serves as well."""
    program = interpreter(version)
    if program is None:
        pytest.skip(f"Python {version} is not installed here")
    uv, bin_ = str(DIST / "uv"), tmp_path / "bin"
    lock, (wheel,) = str(ROOT / "requirements" / "install.txt"), built.glob("*.whl")
    into = ["-q", "--python", str(bin_ / "python")]
    for step in (
        [uv, "venv", "-q", "--python", str(program), str(tmp_path)],
        [uv, "pip", "install", "--no-deps", *into, "--require-hashes", "--no-build", "-r", lock],
        [uv, "pip", "install", "--no-deps", *into, str(wheel)],
    ):
        done = _done(step, UV_PYTHON_DOWNLOADS="never")
        assert done.returncode == 0, done.stderr

    said = _done([bin_ / "warmgate", "--version"], PYTHONPATH="")
    bundled = ROOT / "policies" / "default.yaml"
    valid = _done([bin_ / "python", "-m", "warmgate_ops", "policy", "validate", bundled], PYTHONPATH="")

    assert said.stdout == f"warmgate {wheel.name.split('-')[1]}\n"
    assert (valid.returncode, valid.stderr) == (0, "")


@pytest.mark.local_cloud
def test_an_installed_rehearsal_runs_the_real_hooks(site: Path) -> None:
    """A release is refused by hooks that came out of the wheel, with no checkout in sight."""
    done = _warmgate(site, "rehearse", "--only", "broken", WARMGATE_TOOLS=str(tools_folder().resolve()))

    assert done.returncode == 0, done.stderr
    assert "1 of 1 releases ended as expected" in done.stdout


def test_an_installed_rehearsal_says_how_to_get_its_tools(site: Path, tmp_path: Path) -> None:
    """Without its tools it names the command that installs the pinned ones, whose locks it carries."""
    done = _warmgate(site, "rehearse", "--only", "broken", XDG_CACHE_HOME=str(tmp_path), WARMGATE_TOOLS="")
    carried = {path.stem for path in (site / "warmgate_ops/deployed/requirements").iterdir()}

    assert done.returncode == 3
    assert f"{tmp_path}/warmgate/tools/" in done.stderr
    assert "run: warmgate rehearse --install-tools" in done.stderr
    assert carried == {"ministack", "python-runtimes", "sam"}
