"""`warmgate cold`: one subcommand a file, each with its own `register`."""

from __future__ import annotations

import typer

from warmgate_ops.cli.cold import advise, concurrency, explain, find, first_run, imports, measure, sweep
from warmgate_ops.cli.help_words import COLD_STARTS


def register(app: typer.Typer) -> None:
    """Add `cold` to the command line."""
    cold = typer.Typer(help="Find cold starts, say why they happen, and shorten them.", no_args_is_help=True)
    for command in (find, explain, imports, advise, concurrency, measure, sweep, first_run):
        command.register(cold)
    app.add_typer(cold, name="cold", rich_help_panel=COLD_STARTS)
