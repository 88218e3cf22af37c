"""`warmgate warm`: one subcommand a file, each with its own `register`."""

from __future__ import annotations

import typer

from warmgate_ops.cli.help_words import COLD_STARTS
from warmgate_ops.cli.warm import apply, plan, remove, status


def register(app: typer.Typer) -> None:
    """Add `warm` to the command line."""
    warm = typer.Typer(help="Keep environments warm by calls, where that is worth its price.", no_args_is_help=True)
    for command in (plan, apply, status, remove):
        command.register(warm)
    app.add_typer(warm, name="warm", rich_help_panel=COLD_STARTS)
