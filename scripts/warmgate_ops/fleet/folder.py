"""The folder of a fleet: progress, written so that a death at any instant leaves the old or the new, and reports."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from warmgate.errors import SettingsError
from warmgate.model.fleet import Entry, State
from warmgate_ops.fleet.progress import Progress

PROGRESS, LOCK = "progress.json", ".lock"
SCHEMA_VERSION = 1


class Folder:
    """Progress as a file of a folder; only who holds the lock writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder's lock, which ends with the process, however that ends.

        Raises:
            SettingsError: another run holds it.
            OSError: the folder cannot be made.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SettingsError(
                    f"{self.path}: another run of this fleet is at work", hint="wait for it, or interrupt it"
                ) from error
            yield

    def read(self) -> Progress | None:
        """Return the progress, None where there is none.

        Raises:
            SettingsError: the file is no progress.
            OSError: it cannot be read.
        """
        path = self.path / PROGRESS
        try:
            return progress_in(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(
                f"{path}: found no progress of a fleet: {error}",
                hint="restore it, or name the fleet's ID with --fleet-id and another folder with --resume",
            ) from error

    def write(self, progress: Progress) -> None:
        """Write beside the file and put it in its place, on the disk before anything is done that it speaks of."""
        path, beside = self.path / PROGRESS, self.path / f".{PROGRESS}.new"
        with beside.open("w", encoding="utf-8") as out:
            json.dump(document_of(progress), out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
        self._sync()

    def put_away(self, progress: Progress) -> None:
        """Keep the progress of an earlier fleet under its id."""
        (self.path / PROGRESS).replace(self.path / f"progress-{progress.fleet_id}.json")

    def _sync(self) -> None:
        """Have the folder's entry on the disk too."""
        opened = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def document_of(progress: Progress) -> dict[str, Any]:
    """Return progress as JSON's values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "fleet_id": progress.fleet_id,
        "plan": progress.plan,
        "began_s": progress.began_s,
        "releases": {key: asdict(entry) for key, entry in progress.entries.items()},
    }


def progress_in(document: dict[str, Any]) -> Progress:
    """Return the progress in JSON's values; raises ValueError, KeyError, TypeError or AttributeError."""
    if document["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema_version {document['schema_version']}, expected {SCHEMA_VERSION}")
    entries = {
        key: Entry(**{**written, "state": State(written["state"])}) for key, written in document["releases"].items()
    }
    began_s = float(document["began_s"])
    return Progress(fleet_id=document["fleet_id"], plan=document["plan"], began_s=began_s, entries=entries)
