"""Which clones this machine is responsible for: a file a run, locked as long as the run lives."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO


def default_folder() -> Path:
    """Return where records lie: below the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "warmgate" / "sweeps"


class Records:
    """The clones of one run; where the folder cannot be written nothing is kept, and tags alone tell of them."""

    def __init__(self, folder: Path, sweep_id: str) -> None:
        self._path = folder / sweep_id
        self._open: IO[str] | None = None
        self._left: set[str] = set()

    def add(self, name: str) -> None:
        """Keep a name, on disk before the clone is made."""
        self._left.add(name)
        with suppress(OSError):
            if self._open is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._open = self._path.open("a", encoding="utf-8")
                _lock(self._open)
            self._open.write(f"{name}\n")
            self._open.flush()

    def done(self, name: str) -> None:
        """Forget a clone that is deleted; with the last one the file goes."""
        self._left.discard(name)
        if not self._left and self._open is not None:
            with suppress(OSError):
                self._path.unlink()
            self._open.close()
            self._open = None

    def close(self) -> None:
        """Let go of the file; what is in it stays for `dead_runs`."""
        if self._open is not None:
            self._open.close()
            self._open = None


def dead_runs(folder: Path) -> tuple[str, ...]:
    """Return the ids of runs on this machine that ended without deleting their clones."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return ()
    return tuple(path.name for path in paths if path.is_file() and _is_free(path))


def forget_run(folder: Path, sweep_id: str) -> None:
    """Remove the file of a run whose clones are gone."""
    with suppress(OSError):
        (folder / sweep_id).unlink()


def _is_free(path: Path) -> bool:
    with suppress(OSError), path.open("a", encoding="utf-8") as file:
        return _lock(file)
    return False


def _lock(file: IO[str]) -> bool:
    """Take the file's lock, which ends with the process however that ends; return False where another holds it."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: every run is taken to be alive
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
