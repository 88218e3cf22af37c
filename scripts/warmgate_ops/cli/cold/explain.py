"""`warmgate cold explain`: one cause for each cold start, with its evidence. It changes nothing and calls nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import SettingsError
from warmgate.visible import visible_line
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.documents import text_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import say
from warmgate_ops.cli.paths import named_input, output_file, write_text
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.document import document_of
from warmgate_ops.cold_starts.causes.explanation import Explanation
from warmgate_ops.cold_starts.causes.lines import lines_of
from warmgate_ops.cold_starts.causes.page import page_of
from warmgate_ops.cold_starts.causes.wording import DAY
from warmgate_ops.cold_starts.events.asking import NotAsked
from warmgate_ops.cold_starts.events.call_log import GroupLog, calls_in
from warmgate_ops.cold_starts.events.gathering import Gathered, Question, gather, slowest_traces
from warmgate_ops.cold_starts.events.telling import Asked, tell, traces_in
from warmgate_ops.cold_starts.events.trail_files import trail_place
from warmgate_ops.cold_starts.reading.spans import instant_ms, span_ms

LONGEST_MS = 400 * DAY


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    lines = ("cold explain --function checkout-api --alias live --since 7d", "cold explain events.json")
    cold.command("explain", epilog=examples(*lines))(explain)


def explain(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            parser=named_input, help="Log events in JSON (aws logs filter-log-events); then nothing is asked of AWS."
        ),
    ] = None,
    *,
    function: Annotated[str, typer.Option(help="Function whose cold starts are explained.")] = "",
    alias: Annotated[str, typer.Option(help="Alias that callers use: every published version.")] = "",
    version: Annotated[str, typer.Option(metavar="VERSION", help="One version alone; $LATEST too.")] = "",
    since: Annotated[str, typer.Option(metavar="SPAN|TIME", help="As 24h or 2026-11-20T09:00Z (default: 7d).")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="As 2026-11-21T09:00Z (default: now).")] = "",
    over: Annotated[str, typer.Option(metavar="DURATION", help="Only first responses above it, as 800ms.")] = "",
    application: Annotated[str, typer.Option(help="CodeDeploy application (default: all of the account).")] = "",
    trail: Annotated[str, typer.Option(metavar="S3-URL", help="CloudTrail's bucket, not its event history.")] = "",
    who: Annotated[bool, typer.Option("--who", help="Show who made changes; else the role alone.")] = False,
    html: Annotated[
        Path | None, typer.Option(parser=output_file, metavar="FILE", help="Write a page with a strip of all.")
    ] = None,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say why cold starts happened, with the evidence, and what happened when init changed.

    Exits 0 explained, 1 cold starts over --over, 3 the log could not be read. A source that is denied is named, and the
    causes that rest on it are left out.
    """
    clock = SystemClock()
    asked = _asked(clock, (function, alias, version), (since, until), over)
    place = trail_place(trail) if trail else None
    if not files and not function:
        raise SettingsError(
            "--function: found nothing, expected a function or files", hint="as --function checkout-api"
        )
    if files:
        told, gathered = _from_files(files, replace(asked, function=function), all_of_it=not since)
    else:
        clients = clients_of(endpoint_url, region)
        question = Question(
            function=function_in(function, clients),
            since_ms=asked.since_ms,
            until_ms=asked.until_ms,
            application=application,
            trail=place,
            who=who,
        )
        told, gathered = _from_account(clients, clock, replace(asked, function=question.function), question)
    if html is not None:
        write_text(html, page_of(told, gathered.events))
    say(json.dumps(document_of(told), indent=2) if json_output else "\n".join(map(visible_line, lines_of(told))))
    raise typer.Exit(1 if asked.over_ms is not None and told.explained else 0)


def _from_account(
    clients: Clients, clock: SystemClock, asked: Asked, question: Question
) -> tuple[Explanation, Gathered]:
    calls = GroupLog(clients, clock, question.function).calls(asked.since_ms, asked.until_ms)
    versions = tuple(sorted({call.version for call in calls}))
    gathered = gather(clients, clock, replace(question, qualifiers=versions))
    told = tell(asked, calls, gathered)
    traced = slowest_traces(clients, clock, [each.call for each in told.explained])
    missing = (str(traced),) if isinstance(traced, NotAsked) else ()
    return replace(told, traces=traces_in(traced), not_asked=(*told.not_asked, *missing)), gathered


def _from_files(files: list[str], asked: Asked, *, all_of_it: bool) -> tuple[Explanation, Gathered]:
    calls: list[Call] = []
    for file in files:
        try:
            calls += calls_in(text_of(file), asked.function)
        except ValueError as error:
            hint = "write it with aws logs filter-log-events --output json"
            raise SettingsError(f"{file}: {error}, expected log events in JSON", hint=hint) from error
    if calls and all_of_it:
        first, last = min(call.called_ms for call in calls), max(call.ended_ms for call in calls)
        asked = replace(asked, since_ms=first, until_ms=last)
    kept = [call for call in calls if asked.since_ms <= call.ended_ms <= asked.until_ms]
    gathered = Gathered(notes=("causes from the log alone: files say nothing of deployments, changes and schedules",))
    return tell(asked, kept, gathered), gathered


def _asked(clock: SystemClock, named: tuple[str, str, str], window: tuple[str, str], over: str) -> Asked:
    function, alias, version = named
    if alias and version:
        raise SettingsError(f"--version: found {version} beside --alias {alias}, expected one of them")
    if version and version != "$LATEST" and not version.isdigit():
        raise SettingsError(f"--version: found {version}, expected a number or $LATEST", hint="name aliases by --alias")
    until_ms = instant_ms(window[1], clock.epoch_ms(), "--until") if window[1] else clock.epoch_ms()
    since_ms = instant_ms(window[0] or "7d", until_ms, "--since")
    if not 0 < until_ms - since_ms <= LONGEST_MS:
        raise SettingsError(f"--since: found {window[0]}, expected a time of the last 400 days, before --until")
    return Asked(
        function=function,
        alias=alias,
        version=version,
        since_ms=since_ms,
        until_ms=until_ms,
        over_ms=span_ms(over, "--over") if over else None,
    )
