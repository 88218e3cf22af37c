"""The name that a user's function has in reports, and the runtime that its code is written for. Pure but for looks."""

from __future__ import annotations

import re
from pathlib import Path

_OTHERS = re.compile(r"[^A-Za-z0-9_-]+")
_VERSION = re.compile(r"v?\d+|old|new|src|app|lambda|function|code|build|dist|before|after|baseline|candidate", re.I)
JAVASCRIPT = (".mjs", ".cjs", ".js")


def name_for(baseline: Path, candidate: Path) -> str:
    """Return a function's name by the folders of its two versions, `prints` for `prints/v1` and `prints/v2`."""
    here = candidate.resolve()
    names = [here.name, here.parent.name, here.parent.parent.name]
    if baseline.resolve().parent == here.parent and baseline.resolve() != here:
        names = [here.parent.name, here.name] if _VERSION.fullmatch(here.name) else names
    found = next((name for name in names if name and not _VERSION.fullmatch(name)), names[0])
    return safe_name(found)


def safe_name(name: str) -> str:
    """Return a name that Lambda takes, and that is none of Warmgate's own functions."""
    plain = _OTHERS.sub("-", name).strip("-")[:60] or "function"
    return f"own-{plain}" if plain.startswith(("CodeDeployHook_", "warmgate-")) else plain


def is_javascript(folder: Path, handler: str) -> bool:
    """Return whether the file that a handler names is JavaScript."""
    start, _, last = handler.rpartition("/")
    file = folder / start / last.partition(".")[0]
    return any(file.with_name(file.name + end).is_file() for end in JAVASCRIPT)
