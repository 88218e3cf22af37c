"""`warmgate rehearse`: whole releases on this machine, the scenarios or the user's own two folders of code."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.help_words import START, examples
from warmgate_ops.cli.local_needs import install, need
from warmgate_ops.cli.paths import input_file, input_folder, input_place, output_folder
from warmgate_ops.cli.rehearse_own import Own
from warmgate_ops.cli.rehearse_run import rehearse_own, rehearse_scenarios

SCENARIO_SCALE = 60.0
OWN_SCALE = 10.0
"""A hook may run for five minutes, and CodeDeploy gives it an hour: own code needs no faster clock than this."""


of_code = partial(typer.Option, rich_help_panel="Your code, instead of the scenarios")
of_function = partial(typer.Option, rich_help_panel="Your code: settings of the function")


def register(app: typer.Typer) -> None:
    """Add `rehearse` to the command line."""
    shown = examples(
        "rehearse",
        "rehearse --only slow_init",
        "rehearse --function v1 --candidate v2 --policy policy.yaml",
        "rehearse --function v1 --candidate v2 --event event.json",
        "rehearse --function v1 --template template.yaml",
    )
    app.command("rehearse", rich_help_panel=START, epilog=shown)(rehearse)


def rehearse(
    *,
    only: Annotated[list[str] | None, typer.Option(help="Run only this scenario; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also run the live traffic scenarios (minutes).")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object and no progress.")] = False,
    time_scale: Annotated[
        float | None,
        typer.Option(min=1, help="How much faster CodeDeploy's clock runs (default: 60; 10 with your own code)."),
    ] = None,
    function: Annotated[
        Path | None,
        of_code(parser=input_folder, help="Folder of the currently deployed version."),
    ] = None,
    candidate: Annotated[Path | None, of_code(parser=input_folder, help="Folder of the new version.")] = None,
    policy: Annotated[
        Path | None, of_code(parser=input_file, help="Policy file (default: the bundled default policy).")
    ] = None,
    template: Annotated[
        Path | None,
        of_code(parser=input_file, help="SAM or CloudFormation template of the new version."),
    ] = None,
    resource: Annotated[str, of_code(help="Logical id of the function, if it is one of several.")] = "",
    name: Annotated[str, of_function(help="Function name (default: as its code is called).")] = "",
    runtime: Annotated[
        str | None, of_function(help="Runtime, as python3.13 or nodejs22.x (default: by its code).")
    ] = None,
    handler: Annotated[str | None, of_function(help="Handler (default: app.handler).")] = None,
    memory: Annotated[int | None, of_function(min=128, max=10240, help="Memory in MB (default: 256).")] = None,
    timeout: Annotated[int | None, of_function(min=1, max=900, help="Timeout in seconds (default: 10).")] = None,
    env: Annotated[list[str] | None, of_function(help="Environment variable KEY=VALUE; may be repeated.")] = None,
    env_file: Annotated[Path | None, of_function(parser=input_file, help="File with a KEY=VALUE a line.")] = None,
    event: Annotated[
        Path | None, of_code(parser=input_file, help="JSON event to call it with, as the only probe.")
    ] = None,
    layer: Annotated[
        list[Path] | None,
        of_function(parser=input_place, help="Folder or zip of a layer; may be repeated."),
    ] = None,
    install_dependencies: Annotated[
        bool, of_code("--install", help="Install requirements.txt or package.json into a cache.")
    ] = False,
    setup: Annotated[
        Path | None,
        of_code(parser=input_file, help="Program that makes its tables, buckets and the like."),
    ] = None,
    config: Annotated[
        str | None,
        of_code(help="CodeDeploy deployment configuration (default: all at once)."),
    ] = None,
    report_dir: Annotated[Path | None, of_code(parser=output_folder, help="Output folder of the report.")] = None,
    install_tools: Annotated[
        bool, typer.Option("--install-tools", help="Install the local cloud's tools into your cache, and do no more.")
    ] = False,
) -> None:
    """Rehearse deployments on this machine: real Lambda runtimes, a local CodeDeploy, the hooks as they are deployed.

    It needs Linux, Warmgate's extra `rehearsal`, and tools that --install-tools installs once.

    Exit codes: 0 every scenario ended as expected, or your candidate was released; 1 one did not, or your candidate was
    refused; 2 wrong usage or policy, or a probe that does not fit: the current version fails it the same way; 3 it
    could not be found out.
    """
    from warmgate_ops.rehearsal.catalogue import UnknownScenarioError, chosen

    own = Own(
        function=function,
        candidate=candidate,
        policy=policy,
        template=template,
        resource=resource,
        name=name,
        handler=handler,
        runtime=runtime,
        memory=memory,
        timeout=timeout,
        env=tuple(env or ()),
        env_file=env_file,
        event=event,
        layers=tuple(layer or ()),
        setup=setup,
        config=config,
        install=install_dependencies,
    )
    need("aiohttp", "awslambdaric")
    if install_tools:
        install()
        return
    console = new_console(plain_width=200, quiet=json_output)
    if own.given or report_dir:
        if only or everything:
            raise typer.BadParameter(
                f"--only and --all choose scenarios: found {(*own.given, '--report-dir')[0]} too, which is your code's"
            )
        raise typer.Exit(rehearse_own(own, time_scale or OWN_SCALE, report_dir, console, json_output=json_output))
    try:
        scenarios = chosen(only or (), everything=everything)
    except UnknownScenarioError as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(rehearse_scenarios(scenarios, time_scale or SCENARIO_SCALE, console, json_output=json_output))
