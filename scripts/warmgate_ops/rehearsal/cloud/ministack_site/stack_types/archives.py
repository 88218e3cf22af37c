"""Code that a stack deployed, handed to the front, which runs functions and did not see it pass."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path


def archive_path(folder: Path, code_sha256: str) -> Path:
    """Return where the archive with that CodeSha256 is handed over."""
    return folder / f"{hashlib.sha256(code_sha256.encode()).hexdigest()[:16]}.zip"


def hand_over(folder: Path, code_sha256: str, archive: bytes) -> None:
    """Lay an archive down; the front never finds half of one."""
    path = archive_path(folder, code_sha256)
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    part.write_bytes(archive)
    part.replace(path)
