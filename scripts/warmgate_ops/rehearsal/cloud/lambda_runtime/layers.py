"""Layers: archives that are unpacked one over the other, as a function names them, and seen at /opt."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from warmgate_ops.rehearsal.cloud.lambda_runtime.packages import unpack


class Layers:
    """Unpacked layers below a folder, one folder for each list of versions that a function names."""

    def __init__(self, folder: Path, fetch: Callable[[str], Awaitable[bytes]]) -> None:
        self._folder = folder
        self._fetch = fetch
        self._lock = asyncio.Lock()

    async def folder_of(self, arns: Sequence[str]) -> Path | None:
        """Return where the layers of these ARNs lie, None without any; a published layer never changes."""
        if not arns:
            return None
        folder = self._folder / hashlib.sha256("\n".join(arns).encode()).hexdigest()[:16]
        async with self._lock:
            if not folder.exists():
                archives = [await self._fetch(arn) for arn in arns]
                await asyncio.to_thread(_unpack_all, archives, folder)
        return folder


def _unpack_all(archives: Sequence[bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for archive in archives:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            unpack(packed, folder)
