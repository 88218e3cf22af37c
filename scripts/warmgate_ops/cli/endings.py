"""How the command line ends: whatever is raised becomes one line and an exit code. No traceback reaches a user.

2 is wrong usage or input, 3 is what could not be found out; 1 is for refusals, which are verdicts and never raised.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from warmgate.errors import DocumentError, SettingsError, WarmgateError
from warmgate.visible import one_line
from warmgate_ops.cli.aws_setup import setup_line
from warmgate_ops.cli.help_words import speak_plainly
from warmgate_ops.cli.output import complain, take_any_text

USAGE, UNKNOWN = 2, 3
INTERRUPTED = 130
"""What typer makes of Ctrl-C."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPIPE, errno.EFBIG, errno.EMFILE, errno.ENFILE}
"""Troubles of the machine; other faults of files are those of the path that was named."""
EXTRA = {"aiohttp": "rehearsal", "awslambdaric": "rehearsal", "matplotlib": "preview"}
"""Packages that an optional part needs, by the name that is imported."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The exit code of what was raised, and the line that says what to do."""

    code: int
    line: str


class Command(TyperGroup):
    """The command line with its endings, as a process and in tests alike."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command and leave with its exit code."""
        options["standalone_mode"] = False
        speak_plainly(self)  # typer adds its options for completion after the command was made
        take_any_text()
        try:
            code = super().main(*arguments, **options)
        except SystemExit as end:
            if not end.code:  # Completions were printed or installed.
                sys.exit(0)
            ending = Ending(UNKNOWN, "standard output was closed before everything was printed")
        except BaseException as error:  # noqa: BLE001 - whatever it is, it becomes a line
            ending = ending_of(error)
            if os.environ.get("WARMGATE_TRACEBACK"):
                complain(traceback.format_exc())
        else:
            if code != INTERRUPTED:
                sys.exit(code if isinstance(code, int) else 0)
            ending = ending_of(KeyboardInterrupt())
        if ending.line:
            complain(ending.line)
        sys.exit(ending.code)


def ending_of(error: BaseException) -> Ending:
    """Return how the command line ends after an exception; the cause behind it says more than what it led to."""
    if line := setup_line(error):
        return Ending(UNKNOWN, line)
    return next((ending(error) for kinds, ending in _ENDINGS if isinstance(error, kinds)), _unforeseen(error))


def _usage_line(error: Any) -> str:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""  # the help has been printed
    words = error.format_message()
    if context is None:
        return f"Error: {words}"
    return f"{context.get_usage()}\nTry '{context.command_path} --help'.\n\nError: {words}"


def _missing_line(error: ModuleNotFoundError) -> str:
    top = (error.name or "").partition(".")[0]
    if top in EXTRA:
        return f"The package {top} is not installed. Run `pip install 'warmgate[{EXTRA[top]}]'`."
    return f"The module {error.name} is not installed. Install Warmgate again, with its dependencies."


def _file_ending(error: OSError) -> Ending:
    what = one_line(str(error.strerror or error))
    if error.errno in FULL or error.filename is None:
        return Ending(UNKNOWN, f"{error.filename}: {what}" if error.filename else f"{type(error).__name__}: {what}")
    return Ending(USAGE, f"{error.filename}: {what}")


def _unforeseen(error: BaseException) -> Ending:
    said = one_line(str(error))[:300]
    how = "" if os.environ.get("WARMGATE_TRACEBACK") else "; run it with WARMGATE_TRACEBACK=1 to see where"
    return Ending(UNKNOWN, f"unforeseen {type(error).__name__}: {said}{how}")


_ENDINGS: tuple[tuple[tuple[type[BaseException], ...], Callable[[Any], Ending]], ...] = (
    ((DocumentError, SettingsError), lambda error: Ending(USAGE, str(error))),
    ((WarmgateError,), lambda error: Ending(UNKNOWN, str(error))),
    ((KeyboardInterrupt, EOFError, typer.Abort), lambda _: Ending(UNKNOWN, "interrupted: nothing was found out")),
    ((typer.TyperException,), lambda error: Ending(USAGE, _usage_line(error))),
    ((ModuleNotFoundError,), lambda error: Ending(UNKNOWN, _missing_line(error))),
    ((OSError,), _file_ending),
)
"""The first that fits."""
