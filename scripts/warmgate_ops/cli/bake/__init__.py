"""`warmgate bake`: one subcommand a file, each with its own `register`."""

from __future__ import annotations

import typer

from warmgate_ops.cli.bake import status, stop
from warmgate_ops.cli.help_words import RELEASES


def register(app: typer.Typer) -> None:
    """Add `bake` to the command line."""
    bake = typer.Typer(help="See and stop the bakes of released versions.", no_args_is_help=True)
    for command in (status, stop):
        command.register(bake)
    app.add_typer(bake, name="bake", rich_help_panel=RELEASES)
