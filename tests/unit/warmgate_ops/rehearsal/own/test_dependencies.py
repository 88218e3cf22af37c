"""Packages that a user's folder asks for and does not hold, before anything is started."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.rehearsal.own.dependencies import missing_in, with_dependencies
from warmgate_ops.rehearsal.stage import RUNTIME as OWN


def put(path: Path, text: str = "") -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


REQUIREMENTS = """
# comments, and what Lambda's own runtimes bring, ask for nothing
boto3
-r other.txt
Typing_Extensions>=4 ; python_version >= "3.8"
requests[socks]==2.32 --hash=sha256:aa
pywin32; sys_platform == "win32"
"""


def test_requirements_that_are_not_installed_are_named_with_the_way_to_install_them(tmp_path: Path) -> None:
    """A folder without its packages would fail at import: it is said before, with file and command."""
    put(tmp_path / "requirements.txt", REQUIREMENTS)

    with pytest.raises(
        SettingsError, match=r"requirements\.txt: found Typing_Extensions, requests, expected"
    ) as raised:
        with_dependencies(tmp_path, OWN, (), install=False)
    assert f" -r {tmp_path / 'requirements.txt'} --target {tmp_path}" in raised.value.hint
    assert "--install" in raised.value.hint


@pytest.mark.parametrize("where", ["", "layer/python/", "layer/python/lib/python3.12/site-packages/"])
def test_a_package_in_the_folder_or_in_a_layer_is_there(tmp_path: Path, where: str) -> None:
    """Names are compared as pip does: dots, dashes and letters of either case."""
    code, layer = tmp_path / "code", tmp_path / "layer"
    put(code / "requirements.txt", "Typing.Extensions\n")
    put((tmp_path / where if where else code) / "typing_extensions-4.12.2.dist-info" / "METADATA")

    assert missing_in(code, OWN, (layer,) if where else ())[0] == []
    assert missing_in(code, OWN)[0] == ([] if not where else ["Typing.Extensions"])


def test_a_layer_may_be_a_zip(tmp_path: Path) -> None:
    """What a zip holds counts as what a folder holds."""
    put(tmp_path / "code" / "package.json", json.dumps({"dependencies": {"@aws-sdk/client-s3": "3", "uuid": "9"}}))
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as packed:
        packed.writestr("nodejs/node_modules/@aws-sdk/client-s3/package.json", "{}")

    missing, listed = missing_in(tmp_path / "code", "nodejs20.x", (tmp_path / "layer.zip",))

    assert (missing, listed.name) == (["uuid"], "package.json")


def test_node_modules_are_dependencies_and_not_development_ones(tmp_path: Path) -> None:
    """Only what `dependencies` names is deployed."""
    put(tmp_path / "package.json", json.dumps({"dependencies": {"uuid": "9"}, "devDependencies": {"jest": "29"}}))
    put(tmp_path / "node_modules" / "uuid" / "package.json", "{}")

    assert with_dependencies(tmp_path, "nodejs20.x", (), install=False) == (tmp_path,)


def test_the_sdk_of_lambda_is_needed_here_although_only_development_names_it(tmp_path: Path) -> None:
    """Lambda's Node.js brings it, a Node.js of this machine does not."""
    said = {"dependencies": {"uuid": "9"}, "devDependencies": {"jest": "29", "@aws-sdk/client-s3": "3"}}
    put(tmp_path / "package.json", json.dumps(said))
    put(tmp_path / "node_modules" / "uuid" / "package.json", "{}")

    with pytest.raises(SettingsError, match=r"package\.json: found @aws-sdk/client-s3, expected") as refused:
        with_dependencies(tmp_path, "nodejs20.x", (), install=False)

    assert refused.value.hint.startswith("run `npm ")
    assert "--omit=dev" not in refused.value.hint


def test_a_description_that_is_no_json_is_said(tmp_path: Path) -> None:
    """A broken package.json is the user's to mend."""
    put(tmp_path / "package.json", "[")

    with pytest.raises(SettingsError, match=r"package\.json: found what is no package description"):
        missing_in(tmp_path, "nodejs20.x")


@pytest.mark.slow
def test_a_failed_install_tells_what_pip_said_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-installed folder must never be taken for a whole one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    put(tmp_path / "code" / "requirements.txt", "no-such-package-here\n")

    with pytest.raises(SettingsError, match=r"could not be installed: .*no-such-package-here"):
        with_dependencies(tmp_path / "code", OWN, (), install=True)
    assert list((tmp_path / "cache" / "warmgate" / "packages").iterdir()) == []
