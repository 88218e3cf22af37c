"""`warmgate cold concurrency`: what is reserved and provisioned of a function, against what its traffic needs."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, output_file, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warmgate.adapters.sdk import Clients
    from warmgate_ops.cold_starts.calls import Call
    from warmgate_ops.cold_starts.concurrency.seen import Concurrency
    from warmgate_ops.doctor.findings import Examination


class Format(StrEnum):
    """Output format."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    lines = ("cold concurrency --function orders-api", "cold concurrency --template template.yaml")
    cold.command("concurrency", epilog=examples(*lines))(concurrency)


def concurrency(
    *,
    function: Annotated[str, typer.Option(help="Function name or ARN.")] = "",
    since: Annotated[str, typer.Option(metavar="TIME", help="How far back metrics are read: 14d at most.")] = "14d",
    log: Annotated[
        str, typer.Option(metavar="TIME", help="How far back its log is read for peaks that a minute hides.")
    ] = "24h",
    template: Annotated[
        list[Path] | None, typer.Option(parser=input_file, help="SAM or CloudFormation template; may be repeated.")
    ] = None,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    output: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TEXT,
    json_output: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    html: Annotated[Path | None, typer.Option(parser=output_file, help="Also write an HTML page to this file.")] = None,
) -> None:
    """Check what is reserved and provisioned; it prints what to set and never changes a setting.

    Exit codes: 0 fine, 1 an error was found, 2 wrong usage or input, 3 something could not be found out. Metrics cost
    about $0.01 for each 1,000; one function takes some ten.
    """
    from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
    from warmgate_ops.cold_starts.concurrency.rendering import html_of
    from warmgate_ops.doctor.findings import examine

    if not function and not template:
        raise typer.BadParameter("name --function or --template")
    subjects = [found for path in template or () for found in _in_template(path)]
    if function:
        subjects.append(_in_account(function, (since, log), clients_of(endpoint_url, region)))
    examined = examine(CONCURRENCY_CHECKS, subjects)
    _show(examined, subjects, Format.JSON if json_output else output)
    if html is not None:
        write_text(html, html_of(examined, subjects))
    raise typer.Exit(examined.exit_code)


def _in_template(path: Path) -> Sequence[Concurrency]:
    from warmgate_ops.cli.logs import decoded
    from warmgate_ops.cold_starts.concurrency.template import concurrency_in

    return tuple(concurrency_in(decoded(path.read_bytes()), str(path)))


def _in_account(function: str, spans: tuple[str, str], clients: Clients) -> Concurrency:
    from warmgate_ops.cold_starts.causes.wording import DAY
    from warmgate_ops.cold_starts.concurrency.reading import gather_concurrency
    from warmgate_ops.cold_starts.reading.spans import span_ms
    from warmgate_ops.doctor.facts import Denied, Missing

    days, log_days = (span_ms(span, name) / DAY for span, name in zip(spans, ("--since", "--log"), strict=True))
    now_ms = time.time() * 1000
    if days > 14:
        raise typer.BadParameter(f"--since: found {spans[0]}, expected 14d at most: minutes are kept for 15 days")
    name = function_in(function, clients)
    found = gather_concurrency(clients, name, days, now_ms, _logged(clients, name, log_days, now_ms))
    if isinstance(found, Missing):
        raise typer.BadParameter(f"{found.place}: no such function in this account and region")
    if isinstance(found, Denied):
        complain(f"{found.place}: {found.reason}")
        raise typer.Exit(3)
    return found


def _logged(clients: Clients, name: str, days: float, now_ms: float) -> tuple[Call, ...] | None:
    """Return the calls of the log; None, said on standard error, where it cannot be read."""
    from warmgate.adapters.functions import function_version
    from warmgate.adapters.logs import CloudWatchLogs
    from warmgate.adapters.waiting import SystemClock
    from warmgate.errors import LogLookupError
    from warmgate.logs.calls import Window
    from warmgate_ops.cold_starts.advising.facts import DAY_MS
    from warmgate_ops.cold_starts.advising.reading.calls import LoggedCalls
    from warmgate_ops.cold_starts.advising.reading.functions import read_settings

    settings, clock = read_settings(clients, name, ""), SystemClock()
    if not isinstance(settings, dict):
        return None
    described = function_version(name, "$LATEST", settings)
    source = LoggedCalls(CloudWatchLogs(clients, clock), clock)
    try:
        return tuple(source.calls(described, Window(now_ms - days * DAY_MS, now_ms)))
    except LogLookupError as error:
        complain(f"peaks of its log are left out: {error}")
        return None


def _show(examined: Examination, subjects: Sequence[Concurrency], output: Format) -> None:
    from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
    from warmgate_ops.cold_starts.concurrency.rendering import json_of, text_of
    from warmgate_ops.doctor.render.sarif import render_sarif

    if output is Format.JSON:
        say(json_of(examined, subjects))
    elif output is Format.SARIF:
        say(render_sarif(examined.findings, CONCURRENCY_CHECKS, "warmgate cold concurrency"), end="")
    else:
        from warmgate_ops.cli.consoles import new_console

        new_console(plain_width=10_000).print(text_of(examined, subjects), end="", soft_wrap=True)
