"""Deployment packages: folders of code as a zip whose bytes depend on the files alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

HOOKS = Path(__file__).resolve().parents[3] / "hooks"
"""What is deployed as the hooks, and nothing else."""

_LEFT_OUT = ("__pycache__", ".DS_Store", ".git")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_code(folders: Iterable[Path]) -> bytes:
    """Return a zip of the files of folders; a file of a later folder replaces the same file of an earlier one."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part in _LEFT_OUT for part in inside.parts):
                files[inside.as_posix()] = path
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _EPOCH)
            # Lambda runs code as another user than the one who packed it.
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name].read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
