"""`warmgate bake status`: the bakes that run, and what their last looks said; changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.warm.shared import InstallName

if TYPE_CHECKING:
    from warmgate_ops.release.bakes import SeenBake


def register(bake: typer.Typer) -> None:
    """Add `status`."""
    bake.command("status", epilog=examples("bake status", "bake status d-ABCDEF123 --json"))(status)


def status(
    *,
    deployment_id: Annotated[str, typer.Argument(help="Deployment; without one, all bakes that run.")] = "",
    install_name: InstallName = "warmgate",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Show the bakes that run, or the bake of one deployment, and what the last look said.

    Exit codes: 0 shown, 1 the deployment's bake broke or there is none, 2 wrong usage or bakes are off, 3 not known.
    """
    from warmgate_ops.release import bakes

    clients = clients_of(endpoint_url, region)
    machine = bakes.machine_of(clients, install_name)
    if not deployment_id:
        found = list(bakes.running(clients, machine))
        for bake in found:
            say(_line(bake, as_json=as_json))
        if not found:
            complain("no bake runs")
        return
    one = bakes.bake_of(clients, machine, deployment_id)
    if one is None:
        complain(f"{deployment_id}: no bake of it is known")
        raise typer.Exit(1)
    say(_line(one, as_json=as_json))
    raise typer.Exit(1 if one.broke else 0)


def document_of(bake: SeenBake) -> dict[str, Any]:
    """Return a bake as the JSON document."""
    scope = bake.state.get("scope") or {}
    return {
        "deployment_id": bake.deployment_id,
        "execution": bake.arn,
        "status": bake.status,
        "why": bake.why,
        "began": bake.began.astimezone(UTC).isoformat(timespec="seconds"),
        "ends": _instant(bake.state.get("ends_ms")),
        **{name: scope.get(name, "") for name in ("function", "alias", "candidate")},
        "looks": bake.state.get("look", 0),
        "outcome": bake.state.get("outcome", ""),
        "reason": bake.state.get("reason", ""),
    }


def _line(bake: SeenBake, *, as_json: bool) -> str:
    found = document_of(bake)
    if as_json:
        return json.dumps(found)
    about = f" {found['function']}:{found['alias']} version {found['candidate']}" if found["function"] else ""
    until = f", until {found['ends']}" if found["ends"] and bake.status == "RUNNING" else ""
    said = found["outcome"] or bake.status.lower()
    reasons = "; ".join(part for part in (found["reason"], found["why"]) if part)
    return f"{bake.deployment_id}{about}: {said}, {found['looks']} looks since {found['began']}{until}" + (
        f"\n  {reasons}" if reasons else ""
    )


def _instant(at_ms: Any) -> str:
    if not isinstance(at_ms, int | float):
        return ""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
