"""`warmgate warm remove`: takes away what `warm apply` has made."""

from __future__ import annotations

import typer

from warmgate.model.deployment import Target
from warmgate_ops.cli.agreement import have_agreed
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.warm.shared import Alias, Function, InstallName, Yes, refuse_versions


def register(warm: typer.Typer) -> None:
    """Add `remove`."""
    warm.command("remove", epilog=examples("warm remove --function checkout-api --alias live"))(remove)


def remove(
    *,
    function: Function,
    alias: Alias,
    install_name: InstallName = "warmgate",
    yes: Yes = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Keep nothing warm any more: the function's tag and the alias's schedules go.

    Exit codes: 0 done, 2 wrong usage or nobody agreed, 3 could not find out.
    """
    from warmgate_ops.cold_starts.keeping import account

    refuse_versions(alias)
    clients = clients_of(endpoint_url, region)
    target, group = Target(function_in(function, clients), alias), f"{install_name}-keep-warm"
    names = account.schedules_in(clients, group, target)
    complain(f"{target.function}: tag warmgate:warm goes; nobody keeps any alias of it warm then")
    for name in names:
        complain(f"schedule {name} goes")
    have_agreed("Go on?", yes=yes)
    account.tag(clients, target, wanted=False)
    account.delete(clients, group, names)
    say(f"{target.function}:{target.alias} is not kept warm any more")
