"""`warmgate appspec check`: says what AppSpecs deploy, or everything that is wrong with them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.errors import AppSpecError
from warmgate.visible import visible_line
from warmgate_ops.cli.appspec_new import new
from warmgate_ops.cli.documents import content_of
from warmgate_ops.cli.help_words import RELEASES
from warmgate_ops.cli.logs import decoded
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import named_input


def register(app: typer.Typer) -> None:
    """Add `appspec` to the command line."""
    appspec = typer.Typer(help="Read and write CodeDeploy AppSpecs.", no_args_is_help=True)
    appspec.command("check")(check)
    appspec.command("new")(new)
    app.add_typer(appspec, name="appspec", rich_help_panel=RELEASES)


def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", parser=named_input, help="AppSpec files, YAML or JSON; - reads standard input."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")] = False,
) -> None:
    """Check AppSpecs of Lambda deployments.

    Exit codes: 0 all valid, 1 one is refused, 2 one cannot be read.
    """
    worst = 0
    for file in files:
        try:
            content = content_of(file)
        except OSError as error:
            complain(f"{file}: cannot be read: {error.strerror or error}")
            worst = 2
            continue
        shown: AppSpec | None = None
        errors: tuple[str, ...] = ()
        try:
            shown = parse_appspec(decoded(content), file)
        except AppSpecError as error:
            errors = tuple(str(fault) for fault in error.faults)
            worst = max(worst, 1)
        say(json.dumps(rendered(file, shown, errors)) if as_json else _in_words(file, shown, errors))
    raise typer.Exit(worst)


def rendered(file: str, appspec: AppSpec | None, errors: tuple[str, ...]) -> dict[str, Any]:
    """Return the outcome for one file as JSON values."""
    targets = [] if appspec is None else [_target(appspec)]
    return {"file": file, "valid": appspec is not None, "targets": targets, "errors": list(errors)}


def _target(appspec: AppSpec) -> dict[str, Any]:
    return {
        "function": appspec.target.function,
        "alias": appspec.target.alias,
        "baseline": appspec.baseline,
        "candidate": appspec.candidate,
        "hooks": {event.value: function for event, function in appspec.hooks.items()},
    }


def _in_words(file: str, appspec: AppSpec | None, errors: tuple[str, ...]) -> str:
    if appspec is None:
        return "\n".join(errors)
    hooks = ", ".join(f"{event} calls {function}" for event, function in appspec.hooks.items()) or "no hooks"
    shift = f"version {appspec.baseline} -> {appspec.candidate}"
    return f"{visible_line(file)}: valid: {appspec.target.function}:{appspec.target.alias}, {shift}, {hooks}"
