"""Deletes clones that nobody uses any more: those of runs that died on this machine, and those whose time is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warmgate_ops.cold_starts.clones.naming import Marked
from warmgate_ops.cold_starts.clones.ports import CloneError, Clones
from warmgate_ops.cold_starts.clones.records import dead_runs, forget_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of the clones that were found."""

    deleted: tuple[str, ...] = ()
    left: tuple[Marked, ...] = ()
    """Of runs that may still be at work."""
    faults: tuple[str, ...] = ()


def clean(clones: Clones, folder: Path, now: datetime, *, sweep_id: str = "") -> Cleaned:
    """Delete every clone and log group that is expired, of a run that died here, or of the run that is named.

    Args:
        clones: where to look.
        folder: of the records of this machine's runs.
        now: the time.
        sweep_id: a run whose clones go whatever their tags say; empty names none.
    """
    dead = set(dead_runs(folder))
    deleted, left, faults = [], [], []
    # Functions first: they write to their groups until they are gone.
    for found in sorted(clones.found(), key=lambda each: each.name.startswith("/")):
        if not (found.expired(now) or found.sweep_id in dead or found.sweep_id == sweep_id):
            left.append(found)
            continue
        delete: Callable[[str], bool] = clones.delete_group if found.name.startswith("/") else clones.delete
        try:
            delete(found.name)
        except CloneError as error:
            faults.append(str(error))
        else:
            deleted.append(found.name)
    if not faults:
        for run in dead:
            forget_run(folder, run)
    return Cleaned(deleted=tuple(deleted), left=tuple(left), faults=tuple(faults))
