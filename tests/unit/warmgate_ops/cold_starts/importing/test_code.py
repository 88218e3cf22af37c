"""Code is unpacked as Lambda would take it, and what cannot run here is named."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.importing import code as module
from warmgate_ops.cold_starts.importing.code import HERE, Code, Settings, Source, machine_of, unpacked

OTHER, NUMBER = ("arm64", 183) if HERE == "x86_64" else ("x86_64", 62)


def elf(machine: int, *, order: str = "little") -> bytes:
    """Return the head of a native library."""
    mark = 1 if order == "little" else 2
    return b"\x7fELF\x02" + bytes([mark]) + bytes(10) + bytes(2) + machine.to_bytes(2, "little" if mark == 1 else "big")


def zipped(**files: str) -> bytes:
    """Return a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return packed.getvalue()


def made(tmp_path: Path, *parts: Path | bytes, handler: str = "app.handler", layers: tuple[bytes, ...] = ()) -> Code:
    """Return unpacked code."""
    return unpacked(Source(label="v7", code=parts, layers=layers), Settings(handler=handler), tmp_path / "work")


def test_a_later_part_lies_over_an_earlier_one(tmp_path: Path) -> None:
    """Folders and zips alike; what a cache left is not copied."""
    folder = tmp_path / "folder"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__" / "app.pyc").write_text("stale")
    (folder / "app.py").write_text("one")
    archive = tmp_path / "two.zip"
    archive.write_bytes(zipped(**{"app.py": "two", "more.py": "more"}))

    found = made(tmp_path, folder, archive, layers=(zipped(**{"python/x.py": ""}),))

    assert {path.name: path.read_text() for path in found.folder.iterdir()} == {"app.py": "two", "more.py": "more"}
    assert found.layers is not None
    assert (found.layers / "python" / "x.py").is_file()
    assert (found.label, found.runtime[:6], found.is_node) == ("v7", "python", False)


@pytest.mark.parametrize(
    ("files", "node", "es"),
    [
        ({"app.py": ""}, False, False),
        ({"app.js": ""}, True, False),
        ({"app.mjs": ""}, True, True),
        ({"app.cjs": ""}, True, False),
        ({"app.js": "", "package.json": '{"type": "module"}'}, True, True),
        ({"app.js": "", "package.json": '{"name": "x"}'}, True, False),
    ],
)
def test_the_runtime_is_that_of_the_handlers_file(tmp_path: Path, files: dict[str, str], node: bool, es: bool) -> None:
    """Where nobody names one."""
    found = made(tmp_path, zipped(**files))

    assert (found.is_node, found.is_es_module) == (node, es)


@pytest.mark.parametrize(
    ("part", "said"), [(b"no zip", "no zip archive"), (zipped(a="x" * 2_000_000), "2 MB unzipped")]
)
def test_what_lambda_would_not_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: bytes, said: str
) -> None:
    """Before it is unpacked."""
    monkeypatch.setattr(module, "MOST_MB", 1)

    with pytest.raises(SettingsError, match=said):
        made(tmp_path, part)


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (elf(62), "x86_64"),
        (elf(183), "arm64"),
        (elf(183, order="big"), "arm64"),
        (elf(8), ""),
        (b"\x7fELF", ""),
        (b"MZ" + bytes(30), ""),
    ],
)
def test_the_processor_of_a_library_is_read(head: bytes, machine: str) -> None:
    """What is no ELF file, or is for another one, is unknown."""
    assert machine_of(head) == machine


def test_a_foreign_library_is_the_hint(tmp_path: Path) -> None:
    """It says more than what the loader said."""
    found = made(tmp_path, zipped(**{"app.py": ""}))
    (found.folder / "native.so").write_bytes(elf(NUMBER))

    assert found.hint("cannot open shared object file") == (
        f"native.so is built for {OTHER} and this machine is {HERE}: build the package for {HERE}"
    )


@pytest.mark.parametrize(
    ("why", "hint"),
    [
        ("EndpointConnectionError: Could not connect", "has no network"),
        ("KeyError: 'TABLE'", "--env KEY=VALUE"),
        ("NoCredentialsError", "--env KEY=VALUE"),
        ("SyntaxError", "--runtime"),
    ],
)
def test_a_failed_import_has_a_hint(tmp_path: Path, why: str, hint: str) -> None:
    """By what its error names."""
    assert hint in made(tmp_path, zipped(**{"app.py": ""})).hint(why)
