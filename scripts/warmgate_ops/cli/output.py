"""The only way out of the command line: every text is made visible, and a stream that takes no more is an error."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from errno import EPIPE
from typing import NoReturn, TextIO

from warmgate.errors import WarmgateError
from warmgate.visible import visible

COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#(?:\[|vso\[|teamcity\[))", re.MULTILINE)
"""What a CI server would obey: GitHub's runner a line that begins with `::`, others a `##[` anywhere."""


class OutputError(WarmgateError):
    """What was to be printed did not get out."""


def take_any_text() -> None:
    """Have both streams write out what their encoding lacks, whoever prints: commands, tables, help."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "", end: str = "\n") -> None:
    """Print a result on standard output."""
    _write(sys.stdout, "standard output", f"{shown(text)}{end}")


def complain(text: str) -> None:
    """Print what went wrong, or what is on its way, on standard error; a closed one is no further trouble."""
    with contextlib.suppress(OutputError):
        _write(sys.stderr, "standard error", f"{shown(text)}\n")


def shown(text: str) -> str:
    """Return a text that neither a terminal nor a CI server obeys."""
    return COMMAND.sub(lambda found: f"{found[1] or ''}\\x{ord(found[0][-1]):02x}", visible(text))


def leave(code: int) -> NoReturn:
    """End the process now, with everything printed: calls that a deadline has cut may be open for 15 minutes more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            complain(f"standard output: {error.strerror}; not everything was printed")
            code = 3
    os._exit(code)


def _write(stream: TextIO | None, name: str, text: str) -> None:
    if stream is None:
        return
    try:
        stream.write(text)
        if stream.isatty():
            stream.flush()
    except OSError as error:
        hint = "its reader ended first" if error.errno == EPIPE else "free some space, or write elsewhere"
        raise OutputError(f"{name}: {error.strerror}", hint=hint) from error
