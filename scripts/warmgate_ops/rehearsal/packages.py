"""Deployment packages: folders of code as a zip whose bytes depend on the files alone."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_DEPLOYED = Path(__file__).resolve().parents[1] / "deployed"
IN_CHECKOUT = not _DEPLOYED.is_dir()
"""Whether this runs from a checkout; a wheel carries what is deployed and the locks of the tools."""
TOP = Path(__file__).resolve().parents[3] if IN_CHECKOUT else _DEPLOYED
HOOKS = TOP / "hooks"
"""What is deployed as the hooks, and nothing else."""
POLICIES = TOP / "policies"

_LEFT_OUT = ("__pycache__", ".DS_Store", ".git")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
DEPLOYED = ("aws-lambda-powertools", "jmespath", "pyyaml", "tenacity")
"""What is packed beside the hooks (requirements/package.in)."""


def zip_code(folders: Iterable[Path], *, minute: int = 0) -> bytes:
    """Return a zip of the files of folders; a file of a later folder replaces the same file of an earlier one.

    Args:
        folders: of the code.
        minute: when it was built. As in real builds another time is another CodeSha256, and without one PublishVersion
            makes no new version of the same code.
    """
    return _zip({name: path for folder in folders for name, path in _files_of(folder)}, minute)


@lru_cache(maxsize=4)
def zip_hooks(*folders: Path) -> bytes:
    """Return a zip of what is deployed with the packages that its functions need beside boto3, and bundled policies.

    Args:
        folders: instead of the checkout's; one that `make package` built has them already, and its own files win.
    """
    packed = {name: path for each in installed(DEPLOYED) for name, path in files_of(each)}
    # Where a stack has a layer of them; in the package they are found beside the hooks.
    packed |= {f"policies/{name}": path for name, path in _files_of(POLICIES)}
    return _zip({**packed, **{name: path for each in folders or (HOOKS,) for name, path in _files_of(each)}})


def installed(roots: Iterable[str]) -> tuple[Distribution, ...]:
    """Return installed packages with all that they require, extras left out; what is not installed is left out too."""
    found: dict[str, Distribution] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            with suppress(PackageNotFoundError):
                found[name] = distribution(name)
                required = [text for text in found[name].requires or () if "extra ==" not in text]
                waiting += [match[0].lower() for text in required if (match := _NAME.match(text))]
    return tuple(found[name] for name in sorted(found))


def files_of(package: Distribution) -> Iterator[tuple[str, Path]]:
    """Yield the files of an installed package by their place in site-packages; scripts lie outside and are left out."""
    for file in package.files or ():
        if not {"..", *_LEFT_OUT} & set(file.parts):
            yield file.as_posix(), Path(str(file.locate()))


def _files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part in _LEFT_OUT for part in inside.parts):
            yield inside.as_posix(), path


def _zip(files: Mapping[str, Path], minute: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, minute, 0))
            # Lambda runs code as another user than the one who packed it.
            member.external_attr = (0o755 if os.access(files[name], os.X_OK) else 0o644) << 16
            archive.writestr(member, files[name].read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
