"""`warmgate appspec new`: writes the AppSpec of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warmgate.appspec.write import appspec_json, appspec_yaml
from warmgate.model.deployment import Target
from warmgate_ops.cli.function_option import function_named
from warmgate_ops.cli.output import say
from warmgate_ops.cli.paths import output_file, write_text
from warmgate_ops.release.appspec import AFTER_HOOK, BEFORE_HOOK, refuse_unusable, spec_of

FORMATS = {"yaml": appspec_yaml, "json": appspec_json}


def new(
    *,
    function: Annotated[str, typer.Option(help="Function name or ARN.")],
    alias: Annotated[str, typer.Option(help="Alias that CodeDeploy shifts.")],
    from_: Annotated[str, typer.Option("--from", help="Currently deployed version.")],
    to: Annotated[str, typer.Option(help="Version to deploy.")],
    before: Annotated[str, typer.Option(help="BeforeAllowTraffic hook function; empty for none.")] = BEFORE_HOOK,
    after: Annotated[str, typer.Option(help="AfterAllowTraffic hook function; empty for none.")] = AFTER_HOOK,
    format_: Annotated[str, typer.Option("--format", help="yaml or json.")] = "yaml",
    output: Annotated[
        Path | None, typer.Option(parser=output_file, help="Output file (default: standard output).")
    ] = None,
) -> None:
    """Write an AppSpec that CodeDeploy takes.

    Exit codes: 0 written, 2 CodeDeploy would refuse it.
    """
    if format_ not in FORMATS:
        raise typer.BadParameter(f"--format: found {format_}, expected yaml or json")
    function = function_named(function).name
    spec = spec_of(Target(function, alias), from_, to, before, after)
    refuse_unusable(spec)
    text = FORMATS[format_](spec, function)
    if output is None:
        say(text, end="")
    else:
        write_text(output, text)
