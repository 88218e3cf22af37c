"""Packages that a folder of code asks for: whether they lie in it, and a cached folder with them where they do not."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from warmgate.errors import SettingsError
from warmgate.visible import one_line

ON_LAMBDA = frozenset({"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "urllib3", "six", "pip"})
"""Distributions that Lambda's own Python runtimes bring."""
NODE_SDK = ("@aws-sdk/", "@smithy/")
"""Packages that Lambda's own Node.js runtimes bring and a Node.js of this machine does not.

Where a package.json names them for development alone, they are needed here.
"""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DIST_INFO = re.compile(r"(?:^|/)(?P<name>[^/]+?)-[^/-]+\.dist-info/")
_NODE_MODULE = re.compile(r"(?:^|/)node_modules/(?P<name>(?:@[^/]+/)?[^/]+)/package\.json$")
_PATIENCE_S = 480


def with_dependencies(folder: Path, runtime: str, layers: Sequence[Path], *, install: bool) -> tuple[Path, ...]:
    """Return the folders that make a deployment package: the code alone, or installed packages below it.

    Args:
        folder: the code.
        runtime: its runtime identifier.
        layers: folders and zips whose packages count too.
        install: whether missing packages are installed into a cached folder.

    Raises:
        SettingsError: packages are missing, or cannot be installed.
    """
    missing, listed_in = missing_in(folder, runtime, layers)
    if not missing:
        return (folder,)
    if install:
        return (installed(listed_in, runtime), folder)
    into = f"python3 -m pip install -r {listed_in} --target {folder}"
    # What Lambda brings may be named for development alone, and is needed here.
    production = "" if any(each.startswith(NODE_SDK) for each in missing) else " --omit=dev"
    command = into if listed_in.suffix == ".txt" else f"npm install{production} --prefix {folder}"
    raise SettingsError(
        f"{listed_in}: found {', '.join(missing)}, expected each of them installed in {folder} or in a layer, "
        "as a deployment package holds them",
        hint=f"run `{command}`, or pass --install",
    )


def missing_in(folder: Path, runtime: str, layers: Sequence[Path] = ()) -> tuple[list[str], Path]:
    """Return what a folder of code asks for and does not hold, and the file that asks."""
    names = [name for place in (folder, *layers) for name in _files(place)]
    if runtime.startswith("nodejs"):
        listed = folder / "package.json"
        modules = {found["name"] for name in names if (found := _NODE_MODULE.search(name))}
        return [name for name in _node_wanted(listed) if name not in modules], listed
    listed = folder / "requirements.txt"
    there = {_plain(found["name"]) for name in names if (found := _DIST_INFO.search(name))}
    return [name for name in _python_wanted(listed) if _plain(name) not in there | ON_LAMBDA], listed


def installed(listed: Path, runtime: str) -> Path:
    """Return a cached folder with the packages that a file asks for; raises SettingsError where they do not install."""
    beside = [listed, *(path for path in (listed.with_name("package-lock.json"),) if path.is_file())]
    known = hashlib.sha256("\0".join([runtime, *(path.read_text("utf-8") for path in beside)]).encode()).hexdigest()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "warmgate" / "packages"
    folder = cache / known[:20]
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=cache))
    try:
        for command in _npm(making, beside) if listed.suffix == ".json" else [_pip(making, listed, runtime)]:
            _run(command, making, listed)
        if not folder.is_dir():
            making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def _pip(folder: Path, listed: Path, runtime: str) -> list[str]:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--target", str(folder), "--requirement", str(listed.resolve())]
    version = runtime.removeprefix("python")
    if version == "{}.{}".format(*sys.version_info[:2]):
        return command
    return [*command, "--only-binary=:all:", "--python-version", version, "--implementation", "cp"]


def _npm(folder: Path, files: Iterable[Path]) -> Iterator[list[str]]:
    """Yield what installs a package.json, and then what Lambda brings, which it may name for development alone."""
    npm = shutil.which("npm")
    if npm is None:
        raise SettingsError("npm: not found, expected what installs a package.json", hint="install Node.js with npm")
    copied = [shutil.copy(path, folder) for path in files]
    way = "ci" if len(copied) > 1 else "install"
    plain = ["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
    yield [npm, way, *plain]
    said = _described(folder / "package.json")
    if brought := [f"{name}@{version}" for name, version in _node_sdk(said).items()]:
        # npm leaves out what is named for development, even where it is told to install it.
        (folder / "package.json").write_text(json.dumps({**said, "devDependencies": {}}), encoding="utf-8")
        yield [npm, "install", "--no-save", *plain, *brought]


def _run(command: list[str], folder: Path, listed: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SettingsError(f"{listed}: not installed within {_PATIENCE_S} s", hint="install it by hand") from error
    if done.returncode != 0:
        said = one_line((done.stderr or done.stdout).strip()[-600:])
        raise SettingsError(f"{listed}: could not be installed: {said}", hint=f"run it by hand: {' '.join(command)}")


def _python_wanted(listed: Path) -> Iterator[str]:
    """Yield the distributions that a requirements file names for this platform; what a `-r` includes is not read."""
    if not listed.is_file():
        return
    text = listed.read_text("utf-8", "replace").replace("\\\n", " ")
    for line in (each.partition("#")[0].strip() for each in text.splitlines()):
        found = _NAME.match(line)
        is_elsewhere = "platform" in line and "linux" not in line.lower()
        if found and "://" not in line.partition(" ")[0] and not is_elsewhere:
            yield found[0]


def _node_wanted(listed: Path) -> list[str]:
    if not listed.is_file():
        return []
    said = _described(listed)
    return [*_section(said, "dependencies"), *_node_sdk(said)]


def _described(listed: Path) -> dict[str, Any]:
    try:
        said = json.loads(listed.read_text("utf-8"))
        _section(said, "dependencies")
    except (ValueError, AttributeError, TypeError) as error:
        raise SettingsError(f"{listed}: found what is no package description ({error})", hint="mend it") from error
    return dict(said)


def _section(said: dict[str, Any], name: str) -> dict[str, str]:
    return dict(said.get(name) or {})


def _node_sdk(said: dict[str, Any]) -> dict[str, str]:
    """Return what of Lambda's own packages is named for development alone, with its version."""
    listed, needed = _section(said, "devDependencies"), _section(said, "dependencies")
    return {each: listed[each] for each in listed if each.startswith(NODE_SDK) and each not in needed}


def _files(place: Path) -> Iterator[str]:
    """Yield the names in a folder or a zip."""
    if place.is_dir():
        for pattern in ("*.dist-info/*", "python/**/*.dist-info/*", "**/node_modules/*/package.json"):
            yield from (path.relative_to(place).as_posix() for path in place.glob(pattern))
        yield from (path.relative_to(place).as_posix() for path in place.glob("**/node_modules/@*/*/package.json"))
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as packed:
            yield from packed.namelist()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
