"""`warmgate warm plan`: what keeping an alias warm costs and cures, beside the other ways; changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate_ops.cli.aws_setup import EndpointUrl, Region, clients_of
from warmgate_ops.cli.documents import content_of
from warmgate_ops.cli.function_option import function_in, function_named
from warmgate_ops.cli.help_words import examples
from warmgate_ops.cli.output import complain, say
from warmgate_ops.cli.paths import named_input, output_file, write_text
from warmgate_ops.cli.warm.shared import Alias, Every, Function, KeepText, Since, refuse_versions
from warmgate_ops.cold_starts.reading.spans import span_ms

if TYPE_CHECKING:
    from warmgate.model.release import AliasState
    from warmgate_ops.cold_starts.calls import Call
    from warmgate_ops.cold_starts.keeping.costs import Size
    from warmgate_ops.cold_starts.keeping.lines import Keep
    from warmgate_ops.cold_starts.keeping.plan import Plan

of_function = partial(typer.Option, rich_help_panel="Without an account")


def register(warm: typer.Typer) -> None:
    """Add `plan`."""
    first = "warm plan --function checkout-api --alias live"
    keep = "--keep 'Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1'"
    warm.command("plan", epilog=examples(f"{first} {keep}", f"{first} --keep 3 --calls calls.jsonl"))(plan)


def plan(
    *,
    function: Function,
    alias: Alias,
    keep: KeepText = "5",
    every: Every = "5m",
    since: Since = "7d",
    calls: Annotated[
        list[str] | None,
        of_function(parser=named_input, help="Recorded calls, instead of the function's log; may be repeated."),
    ] = None,
    memory: Annotated[int | None, of_function(min=128, max=10_240, help="Memory (default: as recorded).")] = None,
    architecture: Annotated[str, of_function(help="x86_64 or arm64.")] = "x86_64",
    runtime: Annotated[str, of_function(help="Runtime, as python3.13.")] = "",
    idle: Annotated[
        str, typer.Option(metavar="TIME", help="How long an idle environment lives (default: what fits the calls).")
    ] = "",
    kept_versions: Annotated[int, typer.Option(min=1, max=100, help="Versions kept with SnapStart.")] = 2,
    pc: Annotated[
        bool, typer.Option("--pc", help="Write provisioned concurrency by the hour instead of pings.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(parser=output_file, help="SAM template (default: warm-FUNCTION.yaml).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
) -> None:
    """Show what keeping environments warm costs and cures, beside SnapStart and provisioned concurrency.

    It reads and calls no function; a SAM template is written, and nothing deployed.

    Exit codes: 0 planned, 2 wrong usage or input, 3 the log cannot be read.
    """
    from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
    from warmgate_ops.cold_starts.keeping.plan import Wanted, plan_of

    refuse_versions(alias)
    lines, rhythm = read_keep(keep), read_every(every)
    idle_s = span_ms(idle, "--idle") / 1000 if idle else None
    if calls:
        subject = _in_files(calls, Target(function_named(function).name, alias), memory, architecture, runtime)
    else:
        subject = _in_account(function, alias, span_ms(since, "--since") / 1000, endpoint_url, region)
    wanted = Wanted(
        target=subject.target,
        keep=lines,
        every=rhythm,
        size=subject.size,
        runtime=subject.runtime,
        idle_s=idle_s,
        kept_versions=kept_versions,
        recorded_s=subject.recorded_s,
    )
    found = plan_of(subject.calls, wanted)
    _show(found, as_json=as_json)
    path = output or Path(f"warm-{wanted.target.function}.yaml")
    write_text(path, _template(wanted.target, found, lines, subject.state, pc=pc))
    complain(f"written: {path} (SAM), nothing deployed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What is planned for: an alias, its function's size and its recorded calls."""

    target: Target
    size: Size
    runtime: str
    calls: Sequence[Call]
    recorded_s: float = 0.0
    state: AliasState | None = None


def _show(found: Plan, *, as_json: bool) -> None:
    from warmgate_ops.cold_starts.keeping.showing import document_of, text_of

    say(json.dumps(document_of(found)) if as_json else text_of(found))


def _template(target: Target, found: Plan, keep: Keep, state: AliasState | None, *, pc: bool) -> str:
    from warmgate_ops.cold_starts.keeping.schedules import schedules_of
    from warmgate_ops.cold_starts.keeping.templates import scaling_template, schedules_template

    if pc:
        return scaling_template(target, keep, state)
    return schedules_template(target, schedules_of(target, keep, found.wanted.every), keep)


def _in_files(names: Sequence[str], target: Target, memory: int | None, architecture: str, runtime: str) -> _Subject:
    from warmgate_ops.cold_starts.keeping.costs import Size
    from warmgate_ops.cold_starts.keeping.recorded import calls_in

    if architecture not in {"x86_64", "arm64"}:
        raise SettingsError(f"--architecture: found {architecture}, expected x86_64 or arm64")
    texts = ((name, content_of(name).decode("utf-8", "replace")) for name in names)
    calls = tuple(call for name, text in texts for call in calls_in(text, name, target.function))
    size = Size(memory_mb=float(memory or _memory_of(calls)), architecture=architecture)
    return _Subject(target=target, size=size, runtime=runtime, calls=calls)


def _memory_of(calls: Sequence[Call]) -> float:
    found = next((call.memory_mb for call in reversed(calls) if call.memory_mb), None)
    if found is None:
        raise SettingsError("--memory: not recorded in the calls, expected a number of MB", hint="write --memory 512")
    return found


def _in_account(function: str, alias: str, ago_s: float, endpoint_url: str, region: str) -> _Subject:
    from warmgate.adapters.aliases import LambdaAliases
    from warmgate.adapters.functions import LambdaFunctions
    from warmgate.model.log_stream import log_of
    from warmgate_ops.cold_starts.keeping.account import LoggedCalls
    from warmgate_ops.cold_starts.keeping.costs import Size

    clients = clients_of(endpoint_url, region)
    target = Target(function_in(function, clients), alias)
    state = LambdaAliases(clients).read(target)
    version = LambdaFunctions(clients).version(target.function, state.version)
    now_ms = time.time() * 1000
    recorded = LoggedCalls(clients, log_of(version)).calls(target, now_ms - ago_s * 1000, now_ms)
    return _Subject(
        target=target,
        size=Size(memory_mb=version.memory_mb, architecture=version.architecture),
        runtime=version.runtime,
        calls=[call for call in recorded if call.version != "$LATEST"],
        recorded_s=ago_s,
        state=state,
    )
