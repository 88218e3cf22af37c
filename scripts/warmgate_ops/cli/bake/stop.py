"""`warmgate bake stop`: ends a bake with a reason, of which people hear; the version goes on serving."""

from __future__ import annotations

from typing import Annotated

import typer

from warmgate.errors import SettingsError
from warmgate_ops.cli.agreement import have_agreed
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.warm.shared import InstallName, Yes


def register(bake: typer.Typer) -> None:
    """Add `stop`."""
    bake.command("stop", epilog=examples("bake stop d-ABCDEF123 --reason 'the errors are a caller of ours'"))(stop)


def stop(
    *,
    deployment_id: Annotated[str, typer.Argument(help="Deployment whose bake ends.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is in the message that people get.")],
    install_name: InstallName = "warmgate",
    yes: Yes = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Stop judging a released version before its bake has ended; the version goes on serving.

    Exit codes: 0 stopped, 1 no bake of the deployment runs, 2 wrong usage or nobody agreed, 3 could not find out.
    """
    from warmgate_ops.release import bakes

    if not reason.strip():
        raise SettingsError("--reason: found nothing, expected why the bake ends", hint="people read it")
    clients = clients_of(endpoint_url, region)
    found = bakes.bake_of(clients, bakes.machine_of(clients, install_name), deployment_id)
    if found is None or found.status != bakes.RUNNING:
        complain(f"{deployment_id}: no bake of it runs")
        raise typer.Exit(1)
    complain(f"{deployment_id}: its bake ends after {found.state.get('look', 0)} looks; its version goes on serving")
    have_agreed("Stop it?", yes=yes)
    bakes.stop(clients, found, reason)
    say(f"{deployment_id}: its bake was stopped, and nobody judges its version any more")
