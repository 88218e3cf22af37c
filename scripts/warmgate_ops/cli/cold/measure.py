"""`warmgate cold measure`: the cold starts of two versions side by side, probe by probe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.cold.shared import agreed, milliseconds, new_id, policy_of, seed_or_new, version_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, write_text

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.clones.asked import MeasureAsked
    from warmgate_ops.cold_starts.sweeping.measured import Measured


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    cold.command(
        "measure",
        epilog=examples("cold measure --function checkout-api --before 7 --after 8 --probes checkout.yaml"),
    )(measure)


def measure(  # noqa: PLR0917 - each is an option of the command line
    function: Annotated[str, typer.Option(help="Function name or ARN.")],
    before_version: Annotated[str, typer.Option("--before", help="Published version to compare with.")],
    after_version: Annotated[str, typer.Option("--after", help="Published version that is compared.")],
    probes: Annotated[Path, typer.Option(parser=input_file, help="Policy file: its probes are called and weighted.")],
    memory: Annotated[int, typer.Option(help="Memory of both (default: what each version has).")] = 0,
    cold: Annotated[int, typer.Option(help="Cold starts of each version with each probe.")] = 20,
    warm: Annotated[int, typer.Option(help="Warm calls of each version with each probe.")] = 30,
    burst: Annotated[int, typer.Option(help="Calls that may overlap; a clone's reserved concurrency.")] = 10,
    within: Annotated[
        str, typer.Option(metavar="TIME", help="Limit of the cold first response, as 1.5s (default: the policy's).")
    ] = "",
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Call the versions themselves, and fill up from the log.")
    ] = False,
    max_usd: Annotated[float, typer.Option(help="The most that it may cost, in US dollars.")] = 0.50,
    seed: Annotated[int | None, typer.Option(help="Orders the versions (default: a new one).")] = None,
    bucket: Annotated[str, typer.Option(help="Bucket that a package beyond 50 MB passes through.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Agree to the plan without being asked.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the measurement as JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option(parser=output_file, help="Output file (JSON Lines) for `warmgate replay`.")
    ] = None,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Compare the cold starts of two versions on clones: init, first call and both together, for each probe.

    Exit codes: 0 no caller waits longer, 1 callers of a probe do, or limits.first_response would fail, 2 wrong usage or
    a function without the tag warmgate:allow=true, 3 could not find out.
    """
    from warmgate_ops.cold_starts.clones.asked import Counts, MeasureAsked
    from warmgate_ops.cold_starts.sweeping.measured import render_json, render_text
    from warmgate_ops.cold_starts.sweeping.recorded import measured_lines

    clients = clients_of(endpoint_url, region)
    name = function_in(function, clients)
    if memory and not 128 <= memory <= 10_240:
        raise SettingsError(f"--memory: found {memory}, expected MB from 128 to 10240")
    asked = MeasureAsked(
        function=name,
        before=version_of(clients, name, before_version, ""),
        after=version_of(clients, name, after_version, ""),
        policy=policy_of(probes),
        counts=Counts(cold=cold, warm=warm, burst=burst, max_usd=max_usd, seed=seed_or_new(seed)),
        memory_mb=memory,
        within_ms=milliseconds("--within", within),
        bucket=bucket,
        in_place=in_place,
    )
    found = _carried_out(asked, clients, yes=yes)
    if output is not None:
        both = found.comparison
        write_text(output, measured_lines(found.sweep_id, both.before, both.after))
    say(render_json(found) if json_output else render_text(found))
    raise typer.Exit(found.exit_code)


def _carried_out(asked: MeasureAsked, clients: Clients, *, yes: bool) -> Measured:
    """Return the measurement once it was agreed to."""
    from warmgate_ops.cold_starts.clones.aws_world import world_of
    from warmgate_ops.cold_starts.clones.in_place import carry_out_in_place, prepare_in_place
    from warmgate_ops.cold_starts.clones.measure import measured, prepare_measure
    from warmgate_ops.cold_starts.clones.running import carry_out

    world, run = world_of(clients), new_id()
    if asked.in_place:
        prepared = prepare_in_place(asked, world, run)
        agreed(prepared, f"versions {asked.before} and {asked.after} where they are", yes=yes)
        return measured(asked, prepared, carry_out_in_place(asked, prepared, world))
    prepared = prepare_measure(asked, world, run)
    about = f"role, layers, environment, VPC of versions {asked.before} and {asked.after}"
    agreed(prepared, about, yes=yes)
    return measured(asked, prepared, carry_out(prepared, world, complain))
