"""`warmgate cold sweep`: measures cold starts of a version at several memory sizes, on a clone that is deleted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.cold.shared import agreed, milliseconds, new_id, policy_of, seed_or_new, share, version_of
from warmgate_ops.cli.extras import need
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, write_bytes, write_text
from warmgate_ops.cold_starts.sweeping.recommending import Strategy
from warmgate_ops.cold_starts.sweeping.variants import Axes, read_memory, read_words

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.clones.asked import SweepAsked
    from warmgate_ops.cold_starts.sweeping.outcome import Swept

SIZES = "256,512,1024,1769"
ARCHITECTURES: dict[str, object] = {"x86_64": "x86_64", "arm64": "arm64"}
SWITCH: dict[str, object] = {"on": True, "off": False}


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    cold.command(
        "sweep",
        epilog=examples(
            "cold sweep --function checkout-api --version 7 --probes checkout.yaml",
            "cold sweep --function checkout-api --alias live --probes checkout.yaml --memory 512,1024 --yes",
            "cold sweep --clean",
        ),
    )(sweep)


def sweep(  # noqa: PLR0917 - each is an option of the command line
    function: Annotated[str, typer.Option(help="Function name or ARN.")] = "",
    version: Annotated[str, typer.Option(help="Published version to clone.")] = "",
    alias: Annotated[str, typer.Option(help="Alias whose version is cloned, where --version names none.")] = "",
    probes: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="Policy file: its probes are called, its limits are to be kept."),
    ] = None,
    memory: Annotated[str, typer.Option(metavar="MB,...", help="Memory sizes.")] = SIZES,
    architecture: Annotated[str, typer.Option(metavar="NAME,...", help="Also vary x86_64,arm64.")] = "",
    snapstart: Annotated[str, typer.Option(metavar="on,off", help="Also vary SnapStart.")] = "",
    without_layer: Annotated[
        list[int] | None,
        typer.Option(metavar="NUMBER", help="Also leave out this layer, counted from 1; may be repeated."),
    ] = None,
    cold: Annotated[int, typer.Option(help="Cold starts of each variant.")] = 20,
    warm: Annotated[int, typer.Option(help="Warm calls of each variant.")] = 60,
    burst: Annotated[int, typer.Option(help="Calls that may overlap; the clone's reserved concurrency.")] = 10,
    strategy: Annotated[
        Strategy | None, typer.Option(help="What is best (default: cost where there is a limit, else balanced).")
    ] = None,
    within: Annotated[
        str, typer.Option(metavar="TIME", help="Limit of the cold first response, as 1.5s (default: the policy's).")
    ] = "",
    cold_share: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of cold calls, as 0.7% (default: what the log shows).")
    ] = "",
    max_usd: Annotated[float, typer.Option(help="The most that it may cost, in US dollars.")] = 0.50,
    seed: Annotated[int | None, typer.Option(help="Orders the variants (default: a new one, printed).")] = None,
    bucket: Annotated[str, typer.Option(help="Bucket that a package beyond 50 MB passes through.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Agree to the plan without being asked.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the sweep as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(parser=output_file, help="Output HTML file.")] = None,
    png: Annotated[Path | None, typer.Option(parser=output_file, help="Output PNG file: time against cost.")] = None,
    output: Annotated[
        Path | None, typer.Option(parser=output_file, help="Output file (JSON Lines) for `warmgate replay`.")
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="Delete clones of runs that died here or are expired; nothing else.")
    ] = False,
    run: Annotated[str, typer.Option(help="With --clean: also delete the clones of this run.")] = "",
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Measure a version's cold starts at several memory sizes, on a clone that is made for it and deleted.

    The function that serves is not changed. The probes run its code with its role for real.
    Exit codes: 0 a variant is recommended, 1 none keeps the limits, 2 wrong usage or a function without the tag
    warmgate:allow=true, 3 could not find out: too few cold starts, no concurrency, stopped early.
    """
    from warmgate_ops.cold_starts.clones.asked import Counts, SweepAsked

    if png is not None:
        need("matplotlib")
    axes = Axes(
        memory_mb=read_memory(memory),
        architectures=tuple(str(each) for each in read_words("--architecture", architecture, ARCHITECTURES)),
        snap_start=tuple(bool(each) for each in read_words("--snapstart", snapstart, SWITCH)),
        without_layers=tuple(without_layer or ()),
    )
    clients = clients_of(endpoint_url, region)
    if clean:
        _clean(clients, run)
        return
    if not function:
        raise SettingsError("--function: found nothing, expected a function", hint="name it, or add --clean")
    name = function_in(function, clients)
    asked = SweepAsked(
        function=name,
        version=version_of(clients, name, version, alias),
        policy=policy_of(probes),
        axes=axes,
        counts=Counts(cold=cold, warm=warm, burst=burst, max_usd=max_usd, seed=seed_or_new(seed)),
        strategy=strategy,
        within_ms=milliseconds("--within", within),
        cold_share=share("--cold-share", cold_share),
        bucket=bucket,
    )
    found = _carried_out(asked, clients, yes=yes)
    _written(found, html, png, output)
    _printed(found, as_json=json_output)
    raise typer.Exit(found.exit_code)


def _carried_out(asked: SweepAsked, clients: Clients, *, yes: bool) -> Swept:
    """Return the sweep once it was agreed to."""
    from warmgate_ops.cold_starts.clones.aws_world import world_of
    from warmgate_ops.cold_starts.clones.running import carry_out
    from warmgate_ops.cold_starts.clones.sweep import prepare_sweep, swept

    world = world_of(clients)
    prepared = prepare_sweep(asked, world, new_id())
    agreed(prepared, f"role, layers, environment, VPC of version {asked.version}", yes=yes)
    return swept(asked, prepared, carry_out(prepared, world, complain))


def _written(found: Swept, html: Path | None, png: Path | None, output: Path | None) -> None:
    from warmgate_ops.cold_starts.sweeping.page import render_page
    from warmgate_ops.cold_starts.sweeping.picture import render_png
    from warmgate_ops.cold_starts.sweeping.recorded import sweep_lines

    if html is not None:
        write_text(html, render_page(found))
    if png is not None:
        title = f"{found.function} version {found.version}"
        write_bytes(png, render_png(found.rated, found.recommendation.chosen, title))
    if output is not None:
        write_text(output, sweep_lines(found.sweep_id, [each.row for each in found.rated]))


def _printed(found: Swept, *, as_json: bool) -> None:
    from warmgate_ops.cold_starts.sweeping.document import render_json
    from warmgate_ops.cold_starts.sweeping.text import render_text

    say(render_json(found) if as_json else render_text(found))


def _clean(clients: Clients, run: str) -> None:
    """Delete what dead runs left, and say what was found."""
    from warmgate_ops.cold_starts.clones.aws_world import world_of
    from warmgate_ops.cold_starts.clones.cleaning import clean

    world = world_of(clients)
    found = clean(world.clones, world.records, world.now(), sweep_id=run)
    for name in found.deleted:
        say(f"deleted {name}")
    for each in found.left:
        say(f"left {each.name}: of run {each.sweep_id}, which may be at work; expires {each.expires}")
    for fault in found.faults:
        complain(fault)
    if not (found.deleted or found.left or found.faults):
        say("no clone is left")
    raise typer.Exit(3 if found.faults else 0)
