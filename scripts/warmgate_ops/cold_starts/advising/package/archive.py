"""The files of a deployment package, a zip or a folder, under limits; nothing is written and no code is run."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from warmgate.errors import WarmgateError

MOST_BYTES = 250 * 1024 * 1024
"""Unpacked, as Lambda allows a function with its layers (Lambda quotas)."""
MOST_FILES = 100_000
MOST_SOURCE = 2 * 1024 * 1024
"""Bytes of one source file that is read: what is longer is data."""
IGNORED = frozenset({".git", ".aws-sam", "node_modules", ".venv", "venv", ".mypy_cache", ".pytest_cache"})
"""Folders of a checkout that are built or installed there, and no part of what is written."""


class PackageError(WarmgateError):
    """A package cannot be read, or is larger than Lambda allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A package: unpacked sizes by path, and a way to read one file."""

    source: str
    sizes: Mapping[str, int]
    read: Callable[[str], bytes]

    @property
    def total(self) -> int:
        """Return the unpacked bytes."""
        return sum(self.sizes.values())

    def text(self, name: str) -> str | None:
        """Return a source file; None where it is too long to be one, or cannot be unpacked."""
        if self.sizes[name] > MOST_SOURCE:
            return None
        try:
            return self.read(name)[:MOST_SOURCE].decode("utf-8", "replace")
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
            return None


def archive_of(content: bytes, source: str) -> Archive:
    """Return a zip; raises PackageError where it is none, or unpacks to more than Lambda allows."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise PackageError(f"{source}: found no zip archive ({error}), expected a deployment package") from error
    sizes = {each.filename: each.file_size for each in packed.infolist() if not each.is_dir()}
    _refuse_large(source, sizes)
    return Archive(source=source, sizes=sizes, read=lambda name: _member(packed, name))


def folder_of(folder: Path) -> Archive:
    """Return the files below a folder, links to elsewhere left out; raises PackageError as `archive_of` does."""
    sizes: dict[str, int] = {}
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted(names):
            path = Path(top) / name
            if path.is_file() and not path.is_symlink():
                sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
        _refuse_large(str(folder), sizes)
    return Archive(source=str(folder), sizes=sizes, read=lambda name: (folder / name).read_bytes())


def source_of(text: str, name: str) -> Archive:
    """Return a package of one source, as a template holds it."""
    content = text.encode()
    return Archive(source=name, sizes={name: len(content)}, read=lambda _: content)


def _member(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as member:
        return member.read(MOST_SOURCE)


def _refuse_large(source: str, sizes: Mapping[str, int]) -> None:
    total = sum(sizes.values())
    if total > MOST_BYTES or len(sizes) > MOST_FILES:
        raise PackageError(
            f"{source}: found {total:,} bytes in {len(sizes):,} files,"
            f" expected at most {MOST_BYTES:,} in {MOST_FILES:,}",
            hint="name the package that is deployed",
        )
