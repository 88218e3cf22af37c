"""Files and folders that options name: looked at before a command does anything, and written in one place.

Each of these functions is the `parser` of the options and arguments that it is meant for.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from warmgate.errors import SettingsError
from warmgate.visible import one_line

ELSEWHERE = "name another place, or make this one writable"


def named_input(name: str) -> str:
    """Return the name of a file to read, `-` for standard input; the command itself says of each what is wrong."""
    return name


def input_file(name: str) -> Path:
    """Return the path of a file that can be read; raises OSError."""
    path = _path(name)
    path.stat()
    _try(path, "rb", os.R_OK)
    return path


def input_folder(name: str) -> Path:
    """Return the path of a folder; raises OSError."""
    path = _path(name)
    path.stat()
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
    return path


def input_place(name: str) -> Path:
    """Return the path of a folder, or of a file that can be read; raises OSError."""
    return input_folder(name) if _path(name).is_dir() else input_file(name)


def output_file(name: str) -> Path:
    """Return the path of a file that can be written; raises SettingsError where its folder or the file refuses."""
    path = _path(name)
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"the folder {path.parent} does not exist", name)
        _make(path)
    except OSError as error:
        raise SettingsError(_unwritable(name, error), hint=ELSEWHERE) from error
    return path


def output_folder(name: str) -> Path:
    """Return the path of a folder that can be made and written; raises SettingsError where something is in its way."""
    path = _path(name)
    there = next(folder for folder in (path, *path.parents, Path()) if folder.exists())
    try:
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{there} is a file", name)
        _make(there / f".warmgate-{os.getpid()}")
    except OSError as error:
        raise SettingsError(_unwritable(name, error), hint=ELSEWHERE) from error
    return path


def write_text(path: Path, text: str) -> None:
    """Write a file; raises OSError with its name, whatever the system says of it."""
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that is no text; raises OSError with its name, whatever the system says of it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _path(name: str) -> Path:
    if "\0" in name or not name:
        raise SettingsError(f"found {name!r}, expected the name of a file or folder")
    return Path(name)


def _make(path: Path) -> None:
    """Open a file as it will be written, and leave no trace."""
    if path.exists():
        _try(path, "ab", os.W_OK)
        return
    with path.open("xb"):
        path.unlink()


def _try(path: Path, mode: str, access: int) -> None:
    """Open a file or folder, which the system may refuse; a pipe or a device would notice, and is asked only."""
    if path.is_file() or path.is_dir():
        path.open(mode).close()
    elif not os.access(path, access):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _unwritable(name: str, error: OSError) -> str:
    return f"{name}: cannot be written: {one_line(str(error.strerror or error))}"
