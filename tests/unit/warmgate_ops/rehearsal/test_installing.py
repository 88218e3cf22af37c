"""The tools of the local cloud are installed as pinned, once, and again when their lock has changed."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.cloud import installing, tools
from warmgate_ops.rehearsal.cloud.installing import InstallError, install_tools

pytestmark = pytest.mark.slow
EMULATOR = "samcli/local/rapid/aws-lambda-rie-x86_64"


def wheel(folder: Path, name: str, files: dict[str, str]) -> str:
    """Write a wheel and return the line of a lock that pins it."""
    info = f"{name}-1.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    hashes = {at: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for at, text in files.items()}
    record = [f"{at},sha256={hashes[at].decode().rstrip('=')},{len(text)}" for at, text in files.items()]
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for at, text in {**files, f"{info}/RECORD": "\n".join([*record, f"{info}/RECORD,,"])}.items():
            archive.writestr(at, text)
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder of tools, whose locks pin two small wheels that pip finds without an index."""
    locks, packages, place = (tmp_path / name for name in ("locks", "packages", "tools"))
    locks.mkdir()
    packages.mkdir()
    ministack = wheel(packages, "ministack", {"ministack.py": "HERE = True\n"})
    (locks / "ministack.txt").write_text(ministack)
    (locks / "sam.txt").write_text(wheel(packages, "aws_sam_cli", {EMULATOR: "#!/bin/sh\n", "samcli/more.py": ""}))
    for module in (tools, installing):
        monkeypatch.setattr(module, "lock_file", lambda name: locks / f"{name}.txt")
    monkeypatch.setattr(installing, "_runtime", lambda: place / "runtimes")
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages), "WARMGATE_TOOLS": str(place)}.items():
        monkeypatch.setenv(name, value)
    return place


def test_tools_are_installed_once(place: Path) -> None:
    """Of the wheel of aws-sam-cli only the emulators stay, and they can be run; a changed lock is installed again."""
    first = list(install_tools())
    emulator = place / "rie" / EMULATOR

    assert [line.rpartition(": ")[2] for line in first] == ["installed", "installed", "ready"]
    assert list((place / "ministack").glob("lib/python*/site-packages/ministack.py"))
    assert os.access(emulator, os.X_OK)
    assert {path for path in (place / "rie").rglob("*") if path.is_file()} == {emulator, place / "rie" / tools.READY}
    assert [line.rpartition(": ")[2] for line in install_tools()] == ["there already", "there already", "ready"]

    with tools.lock_file("sam").open("a") as lock:
        lock.write("# renewed\n")
    assert [line.rpartition(": ")[2] for line in install_tools()] == ["there already", "installed", "ready"]


def test_a_wheel_of_another_hash_is_refused(place: Path) -> None:
    """What the index has is compared with the lock; nothing half installed counts as ready."""
    lock = tools.lock_file("ministack")
    lock.write_text(lock.read_text()[:-9] + "00000000\n")

    with pytest.raises(InstallError, match="Expected sha256"):
        list(install_tools())
    assert not (place / "ministack" / tools.READY).exists()


def test_a_tool_of_another_release_is_not_run(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade of Warmgate an installed one says which command brings the tools in line."""
    monkeypatch.setattr(tools, "IN_CHECKOUT", False)
    (place / "ministack" / "bin").mkdir(parents=True)
    (place / "ministack" / "bin" / "ministack").touch()
    (place / "ministack" / tools.READY).write_text("of another lock")

    with pytest.raises(SettingsError, match="run: warmgate rehearse --install-tools"):
        tools.ministack_command()
    (place / "ministack" / tools.READY).write_text(tools.mark_of("ministack"))
    assert tools.ministack_command().name == "ministack"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that is a file is the user's to change."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("WARMGATE_TOOLS", str(tmp_path / "file" / "tools"))

    with pytest.raises(SettingsError, match="set WARMGATE_TOOLS"):
        list(install_tools())
