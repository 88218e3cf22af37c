"""Which version runs: that of the installed package, else the one that the checkout's pyproject.toml names."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "warmgate"
_PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


def version_line() -> str:
    """Return what `--version` prints."""
    try:
        return f"warmgate {version(PACKAGE)}"
    except PackageNotFoundError:
        return f"warmgate {_checked_out()}"


def _checked_out() -> str:
    if not _PROJECT.is_file():
        return "(not installed as a package)"
    return f"{tomllib.loads(_PROJECT.read_text())['project']['version']} (checkout)"
