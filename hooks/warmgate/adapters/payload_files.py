"""Reads the payload files that lie beside a policy on disk; a name or a link can lead nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warmgate.errors import UnfitError

if TYPE_CHECKING:
    from warmgate.documents.place import LoadFile


def payloads_in(folder: Path) -> LoadFile:
    """Return what reads payload files of a policy's folder, and nothing that a link leads to outside of it."""

    def load(name: str) -> str:
        try:
            path = (folder / name).resolve()
        except RuntimeError as error:  # Python 3.11 and 3.12 say so of links that lead to each other
            raise UnfitError("a link that leads to itself") from error
        if not path.is_relative_to(folder.resolve()):
            raise UnfitError("a link that leads out of the policy's folder")
        return path.read_text(encoding="utf-8")

    return load
