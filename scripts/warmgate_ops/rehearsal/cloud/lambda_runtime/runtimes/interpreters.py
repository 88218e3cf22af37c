"""Finds a Python of a given version on this machine: each candidate is run, as a shim may exist that runs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.base_prefix, sep='\\n')"
_PATIENCE_S = 20.0


@lru_cache
def interpreter(version: str) -> Path | None:
    """Return the program of an installed Python, `3.12` for example; None where none of that version runs."""
    return next((found for each in _candidates(version) if (found := _real(each, version))), None)


def _candidates(version: str) -> Iterator[Path]:
    """Yield where it may be: this one, PATH, the folders of version managers, and what uv knows."""
    if version == "{}.{}".format(*sys.version_info[:2]):
        yield Path(sys.executable)
    name = f"python{version}"
    yield from (Path(folder, name) for folder in os.get_exec_path())
    for folder, pattern in _managed():
        yield from sorted(folder.glob(pattern.format(version)), reverse=True)
    yield from _known_to_uv(version)


def _managed() -> tuple[tuple[Path, str], ...]:
    home, named = Path.home(), os.environ.get
    data = Path(named("XDG_DATA_HOME") or home / ".local" / "share")
    return (
        (Path(named("PYENV_ROOT") or home / ".pyenv"), "versions/{0}.*/bin/python{0}"),
        (Path(named("ASDF_DATA_DIR") or home / ".asdf"), "installs/python/{0}.*/bin/python{0}"),
        (Path(named("MISE_DATA_DIR") or data / "mise"), "installs/python/{0}.*/bin/python{0}"),
        (Path(named("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python"), "cpython-{0}.*/bin/python{0}"),
        (Path("/opt"), "python*/bin/python{0}"),
    )


def _known_to_uv(version: str) -> Iterator[Path]:
    uv = shutil.which("uv")
    if uv:
        said = _said([uv, "python", "find", "--no-python-downloads", version])
        if said:
            yield Path(said.splitlines()[0])


def _real(candidate: Path, version: str) -> Path | None:
    """Return the program behind a candidate, outside of any virtual environment, if it runs and is that version."""
    if not os.access(candidate, os.X_OK):
        return None
    found = _said([str(candidate), "-c", _ASK]).splitlines()
    if len(found) != 2 or found[0] != version:
        return None
    program = Path(found[1], "bin", f"python{version}")
    return program if os.access(program, os.X_OK) else None


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
