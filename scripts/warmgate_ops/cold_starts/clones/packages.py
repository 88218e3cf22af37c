"""What is in a deployment package, by its names alone: nothing is unpacked."""

from __future__ import annotations

import io
import zipfile


def names_in(content: bytes | None) -> tuple[str, ...]:
    """Return the names of the files in a zip; none of what is no zip, or of an image."""
    if content is None:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return ()
