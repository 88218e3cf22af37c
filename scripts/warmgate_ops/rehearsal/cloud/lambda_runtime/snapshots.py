"""SnapStart: what an environment says of its restore, between two marks that the runtime's front writes. Pure.

There is no snapshot here that could be loaded: an environment is initialised ahead of its call, with the hooks before
the snapshot, and a restore is what the hooks after it take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MARK = "\x1erestore"
"""Begins the lines that python_bootstrap.py writes before and after a restore; the second ends with milliseconds."""


@dataclass(frozen=True, slots=True)
class Restore:
    """One restore: how long it took, and what the application wrote."""

    duration_ms: float
    lines: tuple[str, ...] = ()


def restore_of(lines: Sequence[str]) -> Restore | None:
    """Return the restore among the lines of an init, None where there was none; lines before it are the snapshot's."""
    places = [number for number, line in enumerate(lines) if line.startswith(MARK)]
    if len(places) != 2:
        return None
    begin, end = places
    return Restore(float(lines[end].removeprefix(MARK)), tuple(lines[begin + 1 : end]))
