"""`warmgate cold find`: the cold starts of functions in service, by version, with their trend, from logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.errors import SettingsError
from warmgate_ops.cli.aws_setup import EndpointUrl, Region
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import input_file, named_input, output_file
from warmgate_ops.cold_starts.reading.ways import Way

if TYPE_CHECKING:
    from warmgate_ops.cold_starts.finding.found import Expected, FoundFunction
    from warmgate_ops.cold_starts.finding.source import Source

KNOWN = (
    "Lambda's text or JSON format, as CloudWatch, Logs Insights, the AWS CLI, SAM, docker, kubectl, CI or a log service"
    " prints or exports it"
)


def register(cold: typer.Typer) -> None:
    """Add the subcommand."""
    cold.command(
        "find",
        epilog=examples(
            "cold find checkout.log --over 800ms",
            "cold find --function checkout-api --alias live --since 7d",
            "cold find --account --max-usd 2",
        ),
    )(find)


def find(
    files: Annotated[
        list[str] | None,
        typer.Argument(parser=named_input, help="Log files or exports in any format; - reads standard input."),
    ] = None,
    *,
    function: Annotated[
        str, typer.Option(help="Function name or ARN; with logs, whose calls they hold where they do not say.")
    ] = "",
    alias: Annotated[str, typer.Option(help="Alias whose versions are read (default: every version).")] = "",
    version: Annotated[str, typer.Option(metavar="VERSION", help="Version that is read.")] = "",
    account: Annotated[bool, typer.Option("--account", help="Read every function of the account and region.")] = False,
    match: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Read functions of such names: 'checkout-*'.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Read functions with such a tag; may be repeated.")
    ] = None,
    latest: Annotated[bool, typer.Option("--latest", help="Also read calls of $LATEST.")] = False,
    since: Annotated[
        str, typer.Option(metavar="TIME", help="Begin: 7d, 24h or a time (default: 7d, of several functions 24h).")
    ] = "",
    until: Annotated[
        str, typer.Option(metavar="TIME", help="End: a time, or a length of time ago (default: now).")
    ] = "",
    over: Annotated[str, typer.Option(metavar="TIME", help="Expected value: init and first call together.")] = "",
    policy: Annotated[
        Path | None,
        typer.Option(
            parser=input_file, help="Policy file whose limit on first responses, else on init, is the expected value."
        ),
    ] = None,
    way: Annotated[Way | None, typer.Option(help="How to read log groups (default: the cheaper way for each).")] = None,
    max_usd: Annotated[float, typer.Option(min=0.0, metavar="USD", help="The most that reading may cost.")] = 1.0,
    yes: Annotated[bool, typer.Option("--yes", help="Read without asking, whatever it costs below --max-usd.")] = False,
    state: Annotated[
        Path | None,
        typer.Option(
            parser=output_file, help="File that remembers finished log groups (default: in the cache folder)."
        ),
    ] = None,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show cold starts by version: how many, how long, over what is expected, since when. Calls and changes nothing.

    Exit codes: 0 none took longer than expected, 1 some did, 2 wrong usage or input, 3 could not find out.
    """
    several = account or bool(match) or bool(tag)
    expected = expected_of(over, policy)
    if files:
        for name in files:
            if name != "-":
                input_file(name)
        if several or alias or version:
            raise SettingsError("found files and options that name functions of an account, expected one of both")
        found, source = in_files(files, function, expected)
        _end(found, source, as_json, many=False)
    if several == bool(function):
        raise typer.BadParameter("name log files, --function, or --account, --match or --tag")
    from warmgate_ops.cli.cold.find_account import in_account
    from warmgate_ops.cli.cold.find_question import Asked

    if several and (alias or version):
        raise SettingsError("--alias and --version belong to --function", hint="leave them out: every version is read")
    asked = Asked(
        function=function,
        alias=alias,
        version=version,
        match=tuple(match or ()),
        tags=tuple(tag or ()),
        latest=latest or version == "$LATEST",
        since=since,
        until=until,
        way=way,
        max_usd=max_usd,
        yes=yes,
        state=state,
    )
    found, source = in_account(asked, expected, endpoint_url, region)
    _end(found, source, as_json, many=several)


def expected_of(over: str, policy: Path | None) -> Expected | None:
    """Return what somebody says of a cold start, None where nobody does; raises SettingsError and DocumentError."""
    from warmgate_ops.cold_starts.finding.found import Expected
    from warmgate_ops.cold_starts.reading.spans import span_ms

    if over:
        return Expected(limit_ms=span_ms(over, "--over"), why="--over")
    if policy is None:
        return None
    from warmgate_ops.cli.documents import policy_in

    limits = policy_in(policy).limits
    for key, found in (("first_response", limits.first_response), ("init", limits.init)):
        if found:
            why = f"limits.{key} {found[0].name} of {policy}"
            return Expected(limit_ms=found[0].limit_ms, why=why, of_init=key == "init")
    raise SettingsError(
        f"{policy}: found neither limits.first_response nor limits.init, expected one",
        hint="name what is expected with --over",
    )


def in_files(files: list[str], function: str, expected: Expected | None) -> tuple[tuple[FoundFunction, ...], Source]:
    """Return what log files show; raises OSError and SettingsError."""
    from warmgate_ops.cold_starts.finding.found import found_in
    from warmgate_ops.cold_starts.finding.gathered import Tally
    from warmgate_ops.cold_starts.finding.source import Source
    from warmgate_ops.cold_starts.reading.files import calls_in_files

    tally = Tally()
    for call in calls_in_files(files, function=function):
        tally.add(call)
    found = found_in(tally, expected)
    if not found:
        complain(f"{', '.join(files)}: no report of a call found; expected {KNOWN}")
        raise typer.Exit(2)
    named = ", ".join("standard input" if name == "-" else name for name in files)
    size = None if "-" in files else float(sum(input_file(name).stat().st_size for name in files))
    return found, Source(named=named, bytes_read=size, functions=len(found))


def _end(found: tuple[FoundFunction, ...], source: Source, as_json: bool, *, many: bool) -> None:
    from warmgate_ops.cold_starts.finding.document import document_of
    from warmgate_ops.cold_starts.finding.text import render_many, render_one
    from warmgate_ops.cold_starts.reading.calls_of import AHEAD_AFTER_MS

    if as_json:
        say(json.dumps(document_of(found, source, AHEAD_AFTER_MS), indent=2))
    elif many or len(found) != 1:
        say(render_many(found, source))
    else:
        say(render_one(found[0], source))
    raise typer.Exit(1 if any(each.over for each in found) else 0)
