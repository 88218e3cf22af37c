"""What functions pack to defer their initialisation: an npm package, a layer, and the sources of a wheel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from bundle import parts
from bundle.ready import pack

NAME = f"warmgate-ready-{parts.version()}"
DIST = Path(__file__).parents[4] / "build" / "env" / "dist" / "bin"
NPM = shutil.which("npm")
QUICK = "import warmgate_ready as w; print(w.deferred.module('json').dumps([w.__version__]))"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of packed packages, with their sources in `source`."""
    folder = tmp_path_factory.mktemp("ready")
    pack(folder / "out", folder / "source")
    return folder / "out"


def test_the_bytes_depend_on_the_files_alone(out: Path, tmp_path: Path) -> None:
    """A second run writes the same."""
    pack(tmp_path / "out", tmp_path / "source")

    assert {path.name for path in out.iterdir()} == {f"{NAME}.tgz", f"{NAME}-layer.zip"}
    assert all(path.read_bytes() == (tmp_path / "out" / path.name).read_bytes() for path in out.iterdir())


def test_the_npm_package_holds_what_it_says(out: Path) -> None:
    """Every file that package.json names, and no other, each readable by all."""
    with tarfile.open(out / f"{NAME}.tgz") as archive:
        names = {member.name for member in archive.getmembers()}
        package = json.load(archive.extractfile("package/package.json"))  # type: ignore[arg-type]
        assert {member.mode for member in archive.getmembers()} == {0o644}

    assert names == {f"package/{name}" for name in ("package.json", *package["files"])}


@pytest.mark.slow
@pytest.mark.skipif(NPM is None, reason="no npm on PATH: that npm installs the package is NOT tested")
def test_npm_installs_it(out: Path, tmp_path: Path) -> None:
    """Without asking a registry; both forms can be imported from it."""
    (tmp_path / "package.json").write_text('{"private": true}')
    install = [NPM or "", "install", "--offline", "--no-audit", "--no-fund", str(out / f"{NAME}.tgz")]
    subprocess.run(install, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    script = (
        "import { deferred } from 'warmgate-ready'; import { createRequire } from 'node:module';"
        "const it = createRequire(process.cwd() + '/')('warmgate-ready'); console.log(it.deferred === deferred)"
    )
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )

    assert ran.stdout == "true\n"


def test_the_layer_is_where_lambda_looks_for_it(out: Path, tmp_path: Path) -> None:
    """Python imports it from `python`; Node.js finds it in `nodejs/node_modules`."""
    zipfile.ZipFile(out / f"{NAME}-layer.zip").extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-S", "-c", QUICK],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "python"), "WARMGATE_READY_LOG": "0"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f'["{parts.version()}"]\n'
    assert (tmp_path / "nodejs" / "node_modules" / "warmgate-ready" / "index.mjs").is_file()


@pytest.mark.slow
@pytest.mark.skipif(not DIST.exists(), reason="make build/env/dist/.ready installs what builds a wheel")
def test_a_wheel_is_built_from_the_copy(out: Path, tmp_path: Path) -> None:
    """For every Python from 3.9 on, with its types, its licence and no requirement."""
    source = out.parent / "source" / "python"
    build = [str(DIST / "python"), "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    subprocess.run(build, check=True, capture_output=True, timeout=100)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        about = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata, names = archive.read(about).decode(), set(archive.namelist())

    assert wheel.name == f"warmgate_ready-{parts.version()}-py3-none-any.whl"
    assert "Requires-Python: >=3.9\n" in metadata
    assert "Requires-Dist" not in metadata
    assert "warmgate_ready/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)
