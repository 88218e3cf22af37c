"""`warmgate warm apply`: proves that the handler knows pings, then tags the function and puts its schedules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate_ops.cli.agreement import have_agreed
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file
from warmgate_ops.cli.warm.shared import Alias, Every, Function, InstallName, KeepText, Yes, refuse_versions

if TYPE_CHECKING:
    from warmgate.adapters.sdk import Clients
    from warmgate_ops.cold_starts.keeping.schedules import Schedule


def register(warm: typer.Typer) -> None:
    """Add `apply`."""
    first = "warm apply --function checkout-api --alias live --keep 'Mon-Fri 07:30-19:00 Europe/Berlin = 5'"
    warm.command("apply", epilog=examples(first, f"{first} --yes"))(apply)


def apply(
    *,
    function: Function,
    alias: Alias,
    keep: KeepText,
    every: Every = "5m",
    of_reserved: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="Share of reserved concurrency that pings may take at once.")
    ] = 0.1,
    payload_is_safe: Annotated[
        Path | None,
        typer.Option(parser=input_file, help="JSON to send instead of a ping; you say that no work is done for it."),
    ] = None,
    install_name: InstallName = "warmgate",
    yes: Yes = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Keep environments warm from now on: one call as a proof, then a tag and schedules.

    Exit codes: 0 done, 1 the handler took a ping for work, 2 wrong usage or nobody agreed, 3 could not find out.
    """
    from warmgate.adapters.aliases import LambdaAliases
    from warmgate_ops.cold_starts.keeping import account
    from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
    from warmgate_ops.cold_starts.keeping.schedules import schedules_of

    refuse_versions(alias)
    lines, rhythm = read_keep(keep), read_every(every)
    payload = None if payload_is_safe is None else _json_in(payload_is_safe)
    clients = clients_of(endpoint_url, region)
    target = Target(function_in(function, clients), alias)
    keeping = account.keeping_of(clients, install_name)
    versions = sorted(LambdaAliases(clients).read(target).versions)
    schedules = schedules_of(target, lines, rhythm, of_reserved=of_reserved, payload=payload)
    for line in _announced(target, versions, schedules, safe=payload is not None):
        complain(line)
    have_agreed("Go on?", yes=yes)
    if payload is None:
        _prove(clients, target, versions)
    account.tag(clients, target, wanted=True)
    account.put(clients, keeping, target, schedules)
    say(f"{target.function}:{target.alias} is kept warm by {len(schedules)} schedules of group {keeping.group}")


def _announced(target: Target, versions: list[str], schedules: tuple[Schedule, ...], *, safe: bool) -> list[str]:
    name = f"{target.function}:{target.alias}"
    proof = (
        f"{name}: your payload is sent without a proof that no work is done for it"
        if safe
        else f"{name}: one ping to version {' and '.join(versions)}; a handler that knows none does its work once"
    )
    tagged = f"{target.function}: tag warmgate:warm = true"
    return [proof, tagged, *(f"schedule {each.name}: {each.expression} {each.zone}" for each in schedules)]


def _prove(clients: Clients, target: Target, versions: list[str]) -> None:
    """Leave with 1 unless each version answers a ping as one."""
    from warmgate.keeping.burst import strangeness
    from warmgate.keeping.pings import pong_of
    from warmgate_ops.cold_starts.keeping.account import ping

    for version in versions:
        answer = ping(clients, target, version)
        if pong_of(answer) is None:
            complain(
                f"{target.function}:{version}: found {strangeness(answer)}, expected"
                ' {"warmgate": "warm", "environment": "..."}; nothing was changed -'
                " answer pings before the work begins, or name a payload that is safe with --payload-is-safe"
            )
            raise typer.Exit(1)


def _json_in(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        hint = "write the payload that your handler ends at once for"
        raise SettingsError(f"{path}: {error}, expected JSON", hint=hint) from error
