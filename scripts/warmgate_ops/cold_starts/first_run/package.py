"""The deployment package of the function that the questions call."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def package() -> bytes:
    """Return the zip, the same bytes every time."""
    source = Path(__file__).with_name("lab_function.py").read_text(encoding="utf-8")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        # A module of this package as the function's own file; the date is that of the format's first day.
        files.writestr(zipfile.ZipInfo("lab_function.py"), source)
    return archive.getvalue()
