"""What a command asks before it spends money or changes something."""

from __future__ import annotations

import sys

import typer

from warmgate_ops.cli.output import complain


def have_agreed(question: str, *, yes: bool) -> None:
    """Go on where a person agrees, or `--yes` did; leaves with 2 where nobody agrees or can be asked."""
    if yes:
        return
    if not (sys.stdin and sys.stdin.isatty()):
        complain(f"{question} Nobody can be asked here: pass --yes")
        raise typer.Exit(2)
    if not typer.confirm(question, err=True):
        complain("nothing was done")
        raise typer.Exit(2)
