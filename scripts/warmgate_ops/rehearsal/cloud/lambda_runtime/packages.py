"""Keeps the code of every version on disk: packages are known by their CodeSha256, so each version runs its own."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import zipfile
from pathlib import Path


class PackageStore:
    """Unpacked packages below a folder, by the hash Lambda gives them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def keep(self, archive: bytes) -> str:
        """Unpack an archive once and return its CodeSha256; raises ValueError for a broken archive."""
        sha = base64.b64encode(hashlib.sha256(archive).digest()).decode()
        folder = self.folder_of(sha)
        with self._lock:
            if not folder.exists():
                folder.mkdir(parents=True)
                try:
                    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                        unpack(packed, folder)
                except zipfile.BadZipFile as error:
                    raise ValueError("the deployment package is no zip archive") from error
        return sha

    @property
    def beside(self) -> Path:
        """Return the folder that this one lies in."""
        return self._folder.parent

    def take_over(self, sha: str) -> None:
        """Unpack what a stack deployed, whose archive lies beside the folder; raises ValueError for a broken one."""
        folder = self.folder_of(sha)
        archive = folder.with_suffix(".zip")
        if not folder.exists() and archive.exists():
            self.keep(archive.read_bytes())

    def folder_of(self, sha: str) -> Path:
        """Return where the package with that CodeSha256 lies."""
        return self._folder / hashlib.sha256(sha.encode()).hexdigest()[:16]


def unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    """Unpack an archive into a folder; what is executable stays so, a custom runtime's bootstrap for example."""
    packed.extractall(folder)
    for member in packed.infolist():
        if not member.is_dir() and member.external_attr >> 16 & 0o111:
            (folder / member.filename).chmod(0o755)
