"""`warmgate warm status`: what the keeper's last runs found warm, and what that costs; changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from warmgate.model.deployment import Target
from warmgate.model.warming import SHORT_RUNS
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import say
from warmgate_ops.cli.warm.shared import Alias, Function, InstallName, Since, refuse_versions
from warmgate_ops.cold_starts.reading.spans import span_ms

MONTH_S = 730 * 3600.0
SHOWN = 5


def register(warm: typer.Typer) -> None:
    """Add `status`."""
    first = "warm status --function checkout-api --alias live"
    warm.command("status", epilog=examples(first, f"{first} --since 24h --json"))(status)


def status(
    *,
    function: Function,
    alias: Alias,
    since: Since = "1h",
    install_name: InstallName = "warmgate",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Show how many environments the last runs found warm, and what that costs a month.

    Exit codes: 0 as many as wanted, 1 more than half missing in the last three runs or no run at all, 3 not known.
    """
    from warmgate_ops.cold_starts.keeping import account

    refuse_versions(alias)
    ago_s = span_ms(since, "--since") / 1000
    clients = clients_of(endpoint_url, region)
    target = Target(function_in(function, clients), alias)
    runs = account.runs_in(clients, install_name, target, (time.time() - ago_s) * 1000)
    schedules = account.schedules_in(clients, f"{install_name}-keep-warm", target)
    document = document_of(target, runs, schedules)
    say(json.dumps(document) if as_json else "\n".join(lines_of(document)))
    raise typer.Exit(1 if document["short"] else 0)


def document_of(target: Target, runs: Sequence[dict[str, Any]], schedules: Sequence[str]) -> dict[str, Any]:
    """Return what is known, as the JSON document."""
    last = runs[-SHORT_RUNS:]
    short = not runs or (len(last) == SHORT_RUNS and all(2 * run["warmed"] < run["asked"] for run in last))
    spent_s = (runs[-1]["at_ms"] - runs[0]["at_ms"]) / 1000 if len(runs) > 1 else 0.0
    usd = sum(float(run.get("usd", 0.0)) for run in runs[1:])
    return {
        "function": target.function,
        "alias": target.alias,
        "schedules": list(schedules),
        "runs": len(runs),
        "short": short,
        "environments": sorted({each for run in last for each in run.get("environments", [])}),
        "cold": sum(run["cold"] for run in runs),
        "calls": sum(run["calls"] for run in runs),
        "usd_a_month": usd / spent_s * MONTH_S if spent_s else None,
        "last": [{key: run[key] for key in ("at_ms", "asked", "warmed", "cold", "reason")} for run in runs[-SHOWN:]],
    }


def lines_of(document: dict[str, Any]) -> list[str]:
    """Return the document as text."""
    name = f"{document['function']}:{document['alias']}"
    if not document["runs"]:
        return [f"{name}: the keeper has not run; {len(document['schedules'])} schedules"]
    usd = document["usd_a_month"]
    costs = "" if usd is None else f", pings alone ${usd:.2f} a month at this rate"
    head = (
        f"{name}: {len(document['environments'])} environments answered in the last runs; {document['runs']} runs,"
        f" {document['calls']} calls, {document['cold']} of them cold{costs}"
    )
    return [head, *(_line(run) for run in document["last"]), f"schedules: {', '.join(document['schedules']) or 'none'}"]


def _line(run: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(run["at_ms"] / 1000, UTC)
    reason = f"  {run['reason']}" if run["reason"] else ""
    return f"  {at:%Y-%m-%d %H:%M:%S} UTC  {run['warmed']} of {run['asked']} warm, {run['cold']} of them new{reason}"
