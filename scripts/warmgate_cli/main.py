"""The command `warmgate`: joins the subcommands and turns errors into exit codes.

Exit codes: 0 passed, 1 refused, 2 wrong usage or input, 3 could not find out.
"""

from __future__ import annotations

import sys

import typer

from warmgate.errors import DocumentError, SettingsError, WarmgateError
from warmgate_cli import appspec, check, doctor, logs, policy, rehearse, release, replay, report, why

app = typer.Typer(
    name="warmgate",
    help="Judge a new AWS Lambda version before CodeDeploy lets traffic reach it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
appspec.register(app)
check.register(app)
doctor.register(app)
logs.register(app)
policy.register(app)
rehearse.register(app)
replay.register(app)
why.register(app)
report.register(app)
release.register(app)


def run() -> None:
    """Run the command line and leave with its exit code."""
    try:
        app()
    except (DocumentError, SettingsError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except WarmgateError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
