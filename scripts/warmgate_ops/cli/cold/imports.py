"""`warmgate cold imports`: which import, or which line of module-level code, makes an init long or longer."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.visible import visible_line
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.cold.imports_input import Asked, Given, asked_for, unpacked_version
from warmgate_ops.cli.consoles import new_console
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.local_needs import need
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, input_place, output_folder, write_text

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.importing.finding import Findings


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    shown = examples(
        "cold imports build/app --handler app.handler",
        "cold imports --old build/v6.zip --new build/v7",
        "cold imports --function checkout-api --old 6 --new 7",
    )
    cold.command("imports", epilog=shown)(imports)


def imports(
    package: Annotated[
        Path | None, typer.Argument(parser=input_place, metavar="[PACKAGE]", help="Folder or zip of one version.")
    ] = None,
    *,
    old: Annotated[
        str, typer.Option(metavar="FOLDER|ZIP|VERSION", help="The version to compare with.", show_default=False)
    ] = "",
    new: Annotated[str, typer.Option(metavar="FOLDER|ZIP|VERSION", help="The new version.", show_default=False)] = "",
    function: Annotated[
        str, typer.Option(help="Download both versions of this function; --old and --new are then versions or aliases.")
    ] = "",
    handler: Annotated[str, typer.Option(help="Handler (default: the function's, else app.handler).")] = "",
    runtime: Annotated[
        str, typer.Option(help="Runtime, as python3.13 or nodejs22.x (default: the function's, else by its code).")
    ] = "",
    layer: Annotated[
        list[Path] | None,
        typer.Option(parser=input_place, help="Folder or zip of a layer of both versions; may be repeated."),
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(help="Environment variable KEY=VALUE; may be repeated. It gets no others.")
    ] = None,
    event: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="JSON event: also make one call a cold start, and list what it imports."),
    ] = None,
    memory: Annotated[
        int | None, typer.Option(min=128, max=10240, help="Memory in MB (default: the function's, else 1769).")
    ] = None,
    runs: Annotated[int, typer.Option(min=3, max=101, help="Cold starts of each version, besides a first one.")] = 11,
    save: Annotated[
        Path | None,
        typer.Option(parser=output_folder, metavar="FOLDER", help="Write CPython's logs of imports here, for tuna."),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Say which import, or which line of module-level code, makes init long, or longer than in another version.

    The package is imported on this machine, in its real runtime: without credentials, without a network where Linux
    allows that, and with no variables but those of --env.

    Exit codes: 0 nothing is slower by more than the noise, or one package was shown; 1 the new version is slower;
    2 wrong usage or input; 3 it could not be found out: a package that cannot be imported here, for example.
    """
    from warmgate_ops.cold_starts.importing.document import document_of
    from warmgate_ops.cold_starts.importing.text import lines_of

    need("aiohttp", "awslambdaric")
    given = Given(
        package=package,
        old=old,
        new=new,
        function=function,
        handler=handler,
        runtime=runtime,
        layers=tuple(layer or ()),
        env=tuple(env or ()),
        event=event,
        memory_mb=memory,
    )
    findings = _found(asked_for(given, lambda: clients_of(endpoint_url, region)), runs, quiet=json_output)
    if save:
        _save(findings, save)
    if json_output:
        say(json.dumps(document_of(findings), indent=2))
    else:
        say("\n".join(visible_line(line) for line in lines_of(findings)))
    raise typer.Exit(1 if findings.old and findings.table.is_slower else 0)


def _found(asked: Asked, runs: int, *, quiet: bool) -> Findings:
    from warmgate_ops.cold_starts.importing.finding import find
    from warmgate_ops.cold_starts.importing.measuring import Bench
    from warmgate_ops.rehearsal.progress import progress

    with tempfile.TemporaryDirectory(prefix="warmgate-imports-") as work:
        versions = [
            unpacked_version(each, asked, Path(work, str(number))) for number, each in enumerate(asked.versions)
        ]
        notes = list(dict.fromkeys(note for each in versions for note in each.notes))
        # Node.js 20 has a thread to record ES modules: both versions must pay for it, or neither.
        es_modules = any(each.code.is_es_module for each in versions)
        benches = [Bench(each.code, asked.event, es_modules=es_modules) for each in versions]
        before = benches[0] if len(benches) > 1 else None
        console = new_console(plain_width=200, quiet=quiet)
        if not console.is_terminal:
            return find(before, benches[-1], runs=runs, notes=notes)
        with progress(console, ["imports"]) as steps:
            return find(before, benches[-1], runs=runs, say=partial(steps, "imports"), notes=notes)


def _save(findings: Findings, folder: Path) -> None:
    """Write CPython's log of one cold start of each version."""
    folder.mkdir(parents=True, exist_ok=True)
    sides = [(name, side) for name, side in (("old", findings.old), ("new", findings.new)) if side is not None]
    for name, side in sides:
        if not side.log:
            complain(f"--save: nothing for {side.label}: Node.js has no log of imports")
            continue
        place = folder / f"{name}.importtime"
        write_text(place, "".join(f"{line}\n" for line in side.log))
        complain(f"saved {place}: open it with tuna")
