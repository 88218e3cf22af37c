"""The parts of a release that nothing else builds, each from what lies on disk."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from pathlib import Path

from warmgate_ops.rehearsal.packages import zip_code

ROOT = Path(__file__).parents[2]
_PUBLISHED = re.compile(r"^(  AWS::ServerlessRepo::Application:\n)", re.MULTILINE)
_BESIDE = re.compile(r"^( +(?:LicenseUrl|ReadmeUrl): ).*?([^/\n]+)$", re.MULTILINE)


class BundleError(Exception):
    """What was built is not what a release consists of."""


def version() -> str:
    """Return the version that pyproject.toml names, from which all others come."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def locked(wheel: Path, lock: str) -> str:
    """Return what pip installs Warmgate from: the wheel by its hash, and all that it needs by theirs."""
    return f"warmgate=={version()} \\\n    --hash=sha256:{digest(wheel)}\n{lock}"


def published(template: str) -> str:
    """Return a built template as an application repository takes it: with a version, and its texts beside it."""
    found, count = _PUBLISHED.subn(rf"\1    SemanticVersion: {version()}\n", _BESIDE.sub(r"\1\2", template))
    if count != 1:
        raise BundleError("template.yaml: no AWS::ServerlessRepo::Application in its Metadata")
    return found


def application(built: Path, into: Path) -> bytes:
    """Return the zip of what `sam build` made, which `sam deploy` and `sam package` take as it is unpacked."""
    shutil.copytree(built, into)
    for name in ("README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, into / name)
    (into / "template.yaml").write_text(published((into / "template.yaml").read_text()))
    settings = (ROOT / "samconfig.toml").read_text().replace("build/package/template.yaml", "template.yaml")
    (into / "samconfig.toml").write_text(settings)
    return zip_code([into])


def checksums(folder: Path) -> str:
    """Return a line for each file of a folder, as `sha256sum --check` reads them."""
    return "".join(f"{digest(path)}  {path.name}\n" for path in sorted(folder.iterdir()))
