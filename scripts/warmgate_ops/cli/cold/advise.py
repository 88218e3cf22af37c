"""`warmgate cold advise`: what would shorten the cold starts of a function, how sure that is, and what it costs."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
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
    from collections.abc import Iterator

    from warmgate_ops.cold_starts.advising.advising import Advising
    from warmgate_ops.cold_starts.advising.function import Function


class Format(StrEnum):
    """Output format."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    lines = (
        "cold advise --function checkout-api --alias live",
        "cold advise --template template.yaml --inspect-package",
    )
    cold.command("advise", epilog=examples(*lines))(advise)


def advise(
    *,
    function: Annotated[str, typer.Option(help="Function name or ARN; with --alias or --version.")] = "",
    alias: Annotated[str, typer.Option(help="Alias that callers use.")] = "",
    version: Annotated[
        str, typer.Option(metavar="VERSION", help="Version instead of an alias; $LATEST is read only when named.")
    ] = "",
    since: Annotated[str, typer.Option(metavar="TIME", help="How far back calls are read: 7d, 24h, 30m.")] = "7d",
    template: Annotated[
        list[Path] | None, typer.Option(parser=input_file, help="SAM or CloudFormation template; may be repeated.")
    ] = None,
    resource: Annotated[str, typer.Option(help="Logical id of the function that changes are written for.")] = "",
    inspect_package: Annotated[
        bool,
        typer.Option("--inspect-package", help="Also read the package's Python sources; no code of it is run."),
    ] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    output: Annotated[Format, typer.Option("--format", help="Output format.")] = Format.TEXT,
    json_output: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
    sarif: Annotated[Path | None, typer.Option(parser=output_file, help="Also write SARIF to this file.")] = None,
    html: Annotated[Path | None, typer.Option(parser=output_file, help="Also write an HTML page to this file.")] = None,
) -> None:
    """Say what would shorten cold starts, how sure that is, what it costs, and which command measures it.

    It reads and never changes or calls anything; a template needs no credentials. Exit codes: 0 nothing urgent, 1 a
    high advice, 2 wrong usage or input, 3 something could not be found out.
    """
    from warmgate_ops.cold_starts.advising.advising import advise as advised
    from warmgate_ops.cold_starts.advising.advising import exit_code_of
    from warmgate_ops.cold_starts.advising.registry import RULES
    from warmgate_ops.cold_starts.advising.rendering import render_html, render_sarif
    from warmgate_ops.cold_starts.causes.wording import DAY
    from warmgate_ops.cold_starts.reading.spans import span_ms

    days = span_ms(since, "--since") / DAY
    _refuse_unclear(function, alias, version, has_templates=bool(template))
    _refuse_resource(resource, function, template or [])
    subjects = [each for path in template or () for each in _in_template(path, inspect_package)]
    written = [_resource(subjects, resource)] if resource else []
    if function:
        asked = (function, alias or version)
        found = _in_account(asked, days, endpoint_url, region, inspect_package=inspect_package)
        subjects = [replace(found, written=written[0].text)] if written else [*subjects, found]
    advisings = [advised(RULES, each) for each in subjects]
    _show(advisings, Format.JSON if json_output else output)
    if sarif is not None:
        write_text(sarif, render_sarif(advisings))
    if html is not None:
        write_text(html, render_html(advisings))
    raise typer.Exit(exit_code_of(advisings))


def _refuse_unclear(function: str, alias: str, version: str, *, has_templates: bool) -> None:
    if not function and not has_templates:
        raise typer.BadParameter("name --function with --alias or --version, or --template")
    if function and bool(alias) == bool(version):
        raise typer.BadParameter("--function needs --alias or --version, and not both")
    if not function and (alias or version):
        raise typer.BadParameter("--alias and --version belong to --function: name it")


def _refuse_resource(resource: str, function: str, templates: list[Path]) -> None:
    if resource and (not function or len(templates) != 1):
        raise typer.BadParameter("--resource belongs to --function and one --template: name both")


def _resource(functions: list[Function], logical_id: str) -> Function:
    """Return the function of a template that is the one in service."""
    named = [each for each in functions if each.name == logical_id]
    if not named:
        there = ", ".join(each.name for each in functions) or "no function"
        raise typer.BadParameter(f"--resource: found {logical_id}, expected a function of the template: {there}")
    return named[0]


def _in_template(path: Path, inspect_package: bool) -> Iterator[Function]:
    from warmgate_ops.cli.logs import decoded
    from warmgate_ops.cold_starts.advising.template import functions_of
    from warmgate_ops.cold_starts.advising.template_package import inspected_beside

    for function in functions_of(decoded(path.read_bytes()), str(path), datetime.now(UTC).date()):
        yield replace(function, package=inspected_beside(function, path)) if inspect_package else function


def _in_account(
    asked: tuple[str, str], days: float, endpoint_url: str, region: str, *, inspect_package: bool
) -> Function:
    from warmgate.adapters.logs import CloudWatchLogs
    from warmgate.adapters.waiting import SystemClock
    from warmgate_ops.cold_starts.advising.reading.calls import LoggedCalls
    from warmgate_ops.cold_starts.advising.reading.gather import LATEST, Question, gather
    from warmgate_ops.doctor.facts import Denied, Missing

    clients, clock = clients_of(endpoint_url, region), SystemClock()
    name, qualifier = function_in(asked[0], clients), "" if asked[1] == LATEST else asked[1]
    question = Question(name=name, qualifier=qualifier, days=days, inspect_package=inspect_package)
    found = gather(question, clients, LoggedCalls(CloudWatchLogs(clients, clock), clock), time.time() * 1000)
    if isinstance(found, Missing):
        raise typer.BadParameter(f"{found.place}: no such function, alias or version in this account and region")
    if isinstance(found, Denied):
        complain(f"{found.place}: {found.reason}")
        raise typer.Exit(3)
    return found


def _show(advisings: list[Advising], output: Format) -> None:
    from warmgate_ops.cold_starts.advising.rendering import render_json, render_sarif, render_text

    if output is Format.JSON:
        say(render_json(advisings))
    elif output is Format.SARIF:
        say(render_sarif(advisings), end="")
    else:
        from warmgate_ops.cli.consoles import new_console

        new_console(plain_width=10_000).print(render_text(advisings), end="", soft_wrap=True)
