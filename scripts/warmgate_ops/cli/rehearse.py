"""`warmgate rehearse`: whole releases on this machine, the scenarios or the user's own two folders of code."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.errors import DocumentError, SettingsError
from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.local_needs import forget_account, install, need
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, input_folder, input_place, output_folder, write_text
from warmgate_ops.cli.rehearse_own import Own, own_scenario

if TYPE_CHECKING:
    from rich.console import Console

    from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
    from warmgate_ops.rehearsal.expect import RehearsedRelease, Row, Step
    from warmgate_ops.rehearsal.scenario import Scenario

SCENARIO_SCALE = 60.0
OWN_SCALE = 10.0
"""A hook may run for five minutes, and CodeDeploy gives it an hour: own code needs no faster clock than this."""


def register(app: typer.Typer) -> None:
    """Add `rehearse` to the command line."""
    app.command("rehearse")(rehearse)


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
        typer.Option(parser=input_folder, help="Your code: folder of the currently deployed version."),
    ] = None,
    candidate: Annotated[
        Path | None, typer.Option(parser=input_folder, help="Your code: folder of the new version.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(parser=input_file, help="Your code: policy file.")] = None,
    template: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="Your code: SAM or CloudFormation template of the new version."),
    ] = None,
    resource: Annotated[str, typer.Option(help="Your code: logical id of the function, if it is one of several.")] = "",
    name: Annotated[str, typer.Option(help="Your code: function name (default: as its code is called).")] = "",
    runtime: Annotated[
        str | None, typer.Option(help="Your code: runtime, as python3.13 or nodejs22.x (default: by its code).")
    ] = None,
    handler: Annotated[str | None, typer.Option(help="Your code: handler (default: app.handler).")] = None,
    memory: Annotated[
        int | None, typer.Option(min=128, max=10240, help="Your code: memory in MB (default: 256).")
    ] = None,
    timeout: Annotated[
        int | None, typer.Option(min=1, max=900, help="Your code: timeout in seconds (default: 10).")
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(help="Your code: environment variable KEY=VALUE; may be repeated.")
    ] = None,
    env_file: Annotated[
        Path | None, typer.Option(parser=input_file, help="Your code: file with a KEY=VALUE a line.")
    ] = None,
    event: Annotated[
        Path | None, typer.Option(parser=input_file, help="Your code: JSON event to call it with, as the only probe.")
    ] = None,
    layer: Annotated[
        list[Path] | None,
        typer.Option(parser=input_place, help="Your code: folder or zip of a layer; may be repeated."),
    ] = None,
    install_dependencies: Annotated[
        bool, typer.Option("--install", help="Your code: install requirements.txt or package.json into a cache.")
    ] = False,
    setup: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="Your code: program that makes its tables, buckets and the like."),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(help="Your code: CodeDeploy deployment configuration (default: all at once)."),
    ] = None,
    report_dir: Annotated[
        Path | None, typer.Option(parser=output_folder, help="Your code: output folder of the report.")
    ] = None,
    install_tools: Annotated[
        bool, typer.Option("--install-tools", help="Install the local cloud's tools into your cache, and do no more.")
    ] = False,
) -> None:
    """Rehearse deployments on this machine: real Lambda runtimes, a local CodeDeploy, the hooks as they are deployed.

    It needs Linux, Warmgate's extra `rehearsal`, and tools that --install-tools installs once.

    Exit codes: 0 every scenario ended as expected, or your candidate was released; 1 one did not, or your candidate was
    refused; 2 wrong usage or policy, or a probe that the current version fails too; 3 it could not be found out.
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
        raise typer.Exit(_rehearse_own(own, time_scale or OWN_SCALE, report_dir, console, json_output=json_output))
    try:
        scenarios = chosen(only or (), everything=everything)
    except UnknownScenarioError as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(_rehearse_scenarios(scenarios, time_scale or SCENARIO_SCALE, console, json_output=json_output))


def _rehearse_scenarios(
    scenarios: Sequence[Scenario], time_scale: float, console: Console, *, json_output: bool
) -> int:
    from warmgate_ops.rehearsal.display import show_row, show_table

    work, started_s = Path(tempfile.mkdtemp(prefix="warmgate-rehearsal-")), time.monotonic()
    rows: list[Row] = []
    # Guard and controller would complete the reports of releases that the hook before the shift judges alone.
    for _, together in itertools.groupby(scenarios, key=lambda scenario: scenario.live is not None):
        for row, _ in _releases(work, tuple(together), time_scale, console):
            show_row(console, row)
            rows.append(row)
    seconds = time.monotonic() - started_s
    show_table(console, rows, seconds)
    passed = not any(row.differences for row in rows)
    if json_output:
        say(json.dumps({"as_expected": passed, "seconds": round(seconds, 1), "rows": [asdict(row) for row in rows]}))
    if passed:
        shutil.rmtree(work, ignore_errors=True)
    else:
        complain(f"logs are kept in {work}")
    return 0 if passed else 1


def _rehearse_own(own: Own, time_scale: float, report_dir: Path | None, console: Console, *, json_output: bool) -> int:
    from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import unlike_lambda
    from warmgate_ops.rehearsal.display import show_verdict

    work = Path(tempfile.mkdtemp(prefix="warmgate-rehearsal-"))
    try:
        scenario = own_scenario(own, work)
        ((row, release),) = _releases(work, [scenario], time_scale, console)
    except (DocumentError, SettingsError, typer.BadParameter):
        shutil.rmtree(work, ignore_errors=True)
        raise
    folder = report_dir or work / "report"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in release.documents.items():
        write_text(folder / name, text)
    write_text(folder / "function.log", "".join(f"{line}\n" for line in release.log))
    show_verdict(console, row, release)
    unlike = unlike_lambda()
    for line in unlike:
        console.print(f"  not as on Lambda: {line}", soft_wrap=True, markup=False)
    console.print(f"report and the function's log in {folder}", soft_wrap=True, markup=False)
    if report_dir:
        shutil.rmtree(work, ignore_errors=True)
    if json_output:
        shown = {"row": asdict(row), "report_dir": str(folder), "report": release.report, "unlike_lambda": unlike}
        say(json.dumps(shown))
    return own_exit_code(row)


def own_exit_code(row: Row) -> int:
    """Return 0 released, 1 refused, 3 where the verdict is an error or the release did not follow it."""
    if row.differences or row.outcome == "error":
        return 3
    return 0 if row.status == "Succeeded" else 1


def _releases(
    work: Path, scenarios: Sequence[Scenario], time_scale: float, console: Console
) -> Iterator[tuple[Row, RehearsedRelease]]:
    from warmgate_ops.rehearsal.display import progress
    from warmgate_ops.rehearsal.run import rehearse_all

    with progress(console) as step, _cloud(work, time_scale, step) as cloud:
        yield from rehearse_all(cloud, scenarios, step)


@contextmanager
def _cloud(work: Path, time_scale: float, step: Step) -> Iterator[LocalCloud]:
    from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import unlike_lambda
    from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
    from warmgate_ops.rehearsal.stage import RehearsalError

    forget_account()
    for line in unlike_lambda():
        complain(f"not as on Lambda: {line}")
    step("cloud", "starting")
    started = False
    try:
        with LocalCloud.start(work, time_scale=time_scale) as cloud:
            started = True
            yield cloud
    except SettingsError as error:
        if started:  # The fault is of what runs in it.
            raise
        with suppress(OSError):
            work.rmdir()  # where a part has written a log, the folder is not empty and stays
        raise RehearsalError(f"the local cloud did not start: {error.message}", hint=error.hint) from error
