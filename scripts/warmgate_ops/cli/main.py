"""The command `warmgate`: joins the subcommands and leaves with an exit code.

Exit codes: 0 passed, 1 refused, 2 wrong usage or input, 3 could not find out.
"""

from __future__ import annotations

from typing import Annotated

import typer

from warmgate_ops.cli import (
    appspec,
    bake,
    check,
    cloud,
    cold,
    doctor,
    init,
    logs,
    policy,
    rehearse,
    release,
    replay,
    report,
    warm,
    why,
)
from warmgate_ops.cli.endings import Command
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import leave, say

app = typer.Typer(
    name="warmgate",
    cls=Command,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=examples("rehearse", "policy validate policy.yaml", "COMMAND --help"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    rehearse,
    init,
    cloud,
    policy,
    replay,
    doctor,
    appspec,
    check,
    release,
    why,
    report,
    bake,
    logs,
    cold,
    warm,
):
    command.register(app)  # in the order in which a new user meets them


def _version(asked: bool) -> None:
    if asked:
        from warmgate_ops.cli.versions import version_line

        say(version_line())
        raise typer.Exit


@app.callback()
def warmgate(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Judge a new AWS Lambda version before CodeDeploy lets traffic reach it."""


def run() -> None:
    """Run the command line and leave with its exit code, at once."""
    try:
        app(prog_name="warmgate")
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 3)
