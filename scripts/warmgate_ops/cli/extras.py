"""Packages of an optional part: asked for before anything is started."""

from __future__ import annotations

from importlib.util import find_spec


def need(*packages: str) -> None:
    """Raise ModuleNotFoundError for a package of the extra that is not installed, before anything is started."""
    for package in packages:
        if find_spec(package) is None:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
