"""Where a module comes from, by what lies beside it in the folders of a function."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cold_imports import Module, cold
from warmgate_ops.cold_starts.importing.origins import Kind, Origin, Places, places_of


def put(folder: Path, **files: str) -> Path:
    """Write files by path, `/` written as `__`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def package(folder: Path, name: str, version: str, *files: str) -> None:
    """Install a package that has some files."""
    about = f"{name}-{version}.dist-info"
    put(
        folder,
        **{f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"},
        **{f"{about}/RECORD": "".join(f"{file},,\n" for file in files)},
        **dict.fromkeys(files, ""),
    )


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Give the places of a function with packages of its own, a layer, and Lambda's packages."""
    task, layer, runtime = tmp_path / "task", tmp_path / "layer", tmp_path / "runtime"
    package(task, "google-cloud-storage", "2.1", "google/cloud/storage/__init__.py")
    package(task, "google-auth", "2.30", "google/auth/__init__.py")
    package(layer / "python", "shared", "1.5", "shared.py")
    package(layer / "python/lib/python3.12/site-packages", "deep", "0.1", "deep/__init__.py")
    package(runtime, "boto3", "1.44.5", "boto3/__init__.py")
    for name, version in (("@scope/part", "3.0.0"), ("plain", "1.0.0")):
        described = json.dumps({"name": name, "version": version})
        put(task, **{f"node_modules/{name}/package.json": described})
    put(task, **{"node_modules/broken/package.json": "{"})
    return places_of(("/var/task", task), ("/opt", layer), ("/var/runtime", runtime), "app.main")


@pytest.mark.parametrize(
    ("name", "path", "origin"),
    [
        ("app.main", "/var/task/app/main.py", Origin(Kind.OWN, "app.main")),
        ("helpers", "/var/task/helpers.py", Origin(Kind.OWN, "helpers")),
        ("vendored.part.deep", "/var/task/vendored/part/deep.py", Origin(Kind.OWN, "vendored")),
        (
            "google.cloud.storage",
            "/var/task/google/cloud/storage/__init__.py",
            Origin(Kind.PACKAGE, "google-cloud-storage"),
        ),
        ("google.auth", "/var/task/google/auth/__init__.py", Origin(Kind.PACKAGE, "google-auth")),
        ("shared", "/opt/python/shared.py", Origin(Kind.LAYER, "shared")),
        ("deep", "/opt/python/lib/python3.12/site-packages/deep/__init__.py", Origin(Kind.LAYER, "deep")),
        ("unknown.x", "/opt/python/unknown/x.py", Origin(Kind.LAYER, "unknown")),
        ("boto3", "/var/runtime/boto3/__init__.py", Origin(Kind.LAMBDA, "boto3")),
        ("json.decoder", "/var/lang/lib/python3.12/json/decoder.py", Origin(Kind.STANDARD, "json")),
        ("_json", "built-in", Origin(Kind.STANDARD, "_json")),
        ("node:crypto", "", Origin(Kind.STANDARD, "crypto")),
        ("fs/promises", "", Origin(Kind.STANDARD, "fs")),
        ("./x", "/var/task/node_modules/@scope/part/x.js", Origin(Kind.PACKAGE, "@scope/part")),
        ("x", "/var/task/node_modules/plain/node_modules/inner/x.js", Origin(Kind.PACKAGE, "plain")),
        ("x", "/opt/nodejs/node_modules/plain/x.js", Origin(Kind.LAYER, "plain")),
        ("x", "/var/task/lib/x.mjs", Origin(Kind.OWN, "lib/x.mjs")),
    ],
)
def test_a_module_is_known_by_its_file(places: Places, name: str, path: str, origin: Origin) -> None:
    """Own code by module or file, what is installed by the name of its package, else the language."""
    module = cold(Module(name=name, path=path), init_ms=1).modules[0]

    assert places.of(module) == origin


def test_versions_are_those_of_the_metadata(places: Places) -> None:
    """A description that cannot be read names none."""
    assert places.versions == {
        "google-cloud-storage": "2.1",
        "google-auth": "2.30",
        "shared": "1.5",
        "deep": "0.1",
        "boto3": "1.44.5",
        "@scope/part": "3.0.0",
        "plain": "1.0.0",
    }
    assert places.file_of("/var/task/app/main.py") == "app/main.py"
