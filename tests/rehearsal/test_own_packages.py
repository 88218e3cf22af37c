"""A function finds what `--install` installed and what a `--layer` brings, in Python and in Node.js."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.fakes.lambda_calls import call
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import RUNTIMES
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.registry import why_not_here
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.own.dependencies import with_dependencies
from warmgate_ops.rehearsal.packages import zip_code
from warmgate_ops.rehearsal.stage import ROLE, RUNTIME

pytestmark = [
    pytest.mark.local_cloud,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts"),
]
NODE = next((each for each in RUNTIMES if why_not_here(each) is None), "")
PYTHON = "import from_index, from_layer\ndef handler(event, context): return [from_index.NAME, from_layer.NAME]\n"
MODULE = """
import { name as index } from "from-index";
import { name as sdk } from "@aws-sdk/from-index";
import { name as layer } from "from-layer";
export const handler = async () => [index === sdk ? index : sdk, layer];
"""


def put(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def python_function(folder: Path) -> None:
    """Write a function, the wheel that it asks for, and a layer."""
    put(folder / "code" / "app.py", PYTHON)
    put(folder / "code" / "requirements.txt", "from-index==1.0\n")
    put(folder / "layer" / "python" / "from_layer.py", "NAME = 'layer'\n")
    about = "from_index-1.0.dist-info"
    with zipfile.ZipFile(folder / "from_index-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("from_index.py", "NAME = 'index'\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: from-index\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def node_function(folder: Path) -> None:
    """Write a function, the archives that it asks for, one of them as part of Lambda's own SDK, and a layer."""
    wanted = {"from-index": folder / "one.tgz", "@aws-sdk/from-index": folder / "two.tgz"}
    for name, archive in wanted.items():
        write_archive(archive, name)
    needed, brought = ({name: f"file:{archive}"} for name, archive in wanted.items())
    put(folder / "code" / "app.mjs", MODULE)
    put(folder / "code" / "package.json", json.dumps({"dependencies": needed, "devDependencies": brought}))
    at = folder / "layer" / "nodejs" / "node_modules" / "from-layer"
    put(at / "package.json", described("from-layer"))
    put(at / "index.js", "export const name = 'layer';\n")


def write_archive(place: Path, name: str) -> None:
    """Write a package as npm packs one."""
    texts = {"package.json": described(name), "index.js": "export const name = 'index';\n"}
    with tarfile.open(place, "w:gz") as packed:
        for file, text in texts.items():
            member = tarfile.TarInfo(f"package/{file}")
            member.size = len(text)
            packed.addfile(member, io.BytesIO(text.encode()))


def described(name: str) -> str:
    """Return the package.json of an ES module."""
    return json.dumps({"name": name, "version": "1.0.0", "type": "module", "exports": "./index.js"})


@pytest.mark.parametrize(
    ("runtime", "write"),
    [
        (RUNTIME, python_function),
        pytest.param(NODE, node_function, marks=pytest.mark.skipif(not NODE, reason="no Node.js is installed")),
    ],
)
def test_installed_packages_and_layers_are_found(
    local_cloud: LocalCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    runtime: str,
    write: Callable[[Path], None],
) -> None:
    """No index is asked: the packages lie beside the function."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_offline", "true")
    write(tmp_path)
    folders = with_dependencies(tmp_path / "code", runtime, (tmp_path / "layer",), install=True)

    client, name = local_cloud.client("lambda"), f"packages-{runtime.partition('.')[0]}"
    layer = client.publish_layer_version(LayerName=name, Content={"ZipFile": zip_code([tmp_path / "layer"])})
    client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": zip_code(folders)},
        Layers=[layer["LayerVersionArn"]],
        Timeout=10,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})

    assert call(local_cloud, name).payload == ["index", "layer"]
