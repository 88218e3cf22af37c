"""Deployment packages: what is in them, and that their bytes depend on the files alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from warmgate_ops.rehearsal.packages import HOOKS, zip_code


def members(packed: bytes) -> dict[str, bytes]:
    """Return the files of a zip."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def folder(root: Path, name: str, **files: str) -> Path:
    """Return a new folder of Python files."""
    for stem, text in files.items():
        path = root / name / f"{stem}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / name


def test_a_later_folder_replaces_files_of_an_earlier_one(tmp_path: Path) -> None:
    """A release is a baseline with the changed files laid over it."""
    baseline, change = folder(tmp_path, "a", app="1", pricing="1"), folder(tmp_path, "b", pricing="2")

    assert members(zip_code([baseline, change])) == {"app.py": b"1", "pricing.py": b"2"}


def test_same_files_same_bytes(tmp_path: Path) -> None:
    """Neither the clock nor the folder's name changes a package, so equal code is seen as equal."""
    one, two = folder(tmp_path, "one", app="1"), folder(tmp_path, "two", app="1")

    assert zip_code([one]) == zip_code([two])


def test_another_time_of_building_is_another_package(tmp_path: Path) -> None:
    """A candidate with the code of the baseline is a version of its own, as a rebuilt zip is on AWS."""
    code = folder(tmp_path, "one", app="1")

    assert members(zip_code([code], minute=1)) == members(zip_code([code]))
    assert zip_code([code], minute=1) != zip_code([code])


def test_compiled_files_stay_out_wherever_the_folder_is(tmp_path: Path) -> None:
    """Caches inside a folder are left out; a cache's name above it changes nothing."""
    code = folder(tmp_path / "__pycache__", "code", app="1")
    folder(code, "__pycache__", app="cached")

    assert list(members(zip_code([code]))) == ["app.py"]


def test_the_hooks_package_holds_entry_point_and_library() -> None:
    """What is installed in a rehearsal is the folder that is deployed."""
    names = members(zip_code([HOOKS])).keys()

    assert {"before_allow_traffic.py", "warmgate/gate/gate.py", "warmgate/report/report.schema.json"} <= names
    assert not any(name.startswith(("rehearsal", "warmgate_cli")) for name in names)
