"""What `warmgate cold find` does with an account: estimate, ask, read, go on after an interruption."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from warmgate.errors import LogLookupError, SettingsError
from warmgate_ops.cli.aws_setup import clients_of
from warmgate_ops.cli.cold.find_question import Asked, progress, state_of
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.output import complain
from warmgate_ops.cold_starts.finding import words
from warmgate_ops.cold_starts.finding.counting import counted
from warmgate_ops.cold_starts.finding.found import Expected, FoundFunction, found_in
from warmgate_ops.cold_starts.finding.gathered import Tally
from warmgate_ops.cold_starts.finding.source import LeftOut, Source
from warmgate_ops.cold_starts.reading.account import LATEST, AccountReader, GroupRead, Window
from warmgate_ops.cold_starts.reading.functions import LoggingFunction, functions_in, one_function
from warmgate_ops.cold_starts.reading.group_facts import facts_of
from warmgate_ops.cold_starts.reading.plans import GroupPlan, plan_of
from warmgate_ops.cold_starts.reading.spans import instant_ms
from warmgate_ops.cold_starts.reading.states import ReadingState
from warmgate_ops.cold_starts.reading.ways import Way

if TYPE_CHECKING:
    from warmgate.adapters.sdk import Clients


@dataclass(frozen=True, slots=True)
class Subject:
    """What is read, and of whom."""

    functions: tuple[LoggingFunction, ...]
    plans: tuple[GroupPlan, ...]
    left_out: tuple[LeftOut, ...]


def in_account(
    asked: Asked, expected: Expected | None, endpoint_url: str, region: str
) -> tuple[tuple[FoundFunction, ...], Source]:
    """Return what the logs of an account show.

    Raises:
        SettingsError: an option is wrong.
        LogLookupError: nothing could be read.
        typer.Exit: nobody wants it for that price.
    """
    clients = clients_of(endpoint_url, region)
    now_ms = time.time() * 1000
    since_ms, until_ms = instant_ms(asked.begin, now_ms, "--since"), now_ms
    if asked.until:
        until_ms = instant_ms(asked.until, now_ms, "--until")
    if since_ms >= until_ms:
        raise SettingsError("--since is not before --until", hint="name an earlier begin or a later end")
    before_ms = None if expected else 2 * since_ms - until_ms
    window = Window(since_ms=since_ms, until_ms=until_ms, before_ms=before_ms)
    functions = _functions(asked, clients)
    state = state_of(asked, window, functions)
    if state:
        window = state.window(window)
        if len(state):
            complain(f"going on with what was interrupted: {counted(len(state), 'log group')} read already")
    subject = _subject(asked, functions, clients, window)
    _agree(asked, subject, state)
    reads = _read(asked, subject, clients, window, state)
    return _found(asked, subject, reads, window, expected)


def _functions(asked: Asked, clients: Clients) -> tuple[LoggingFunction, ...]:
    if asked.function:
        name = function_in(asked.function, clients)
        function, _ = one_function(clients, name, asked.alias or asked.version)
        return (function,)
    tags = dict(_tag(text) for text in asked.tags)
    found = tuple(functions_in(clients, asked.match, tags))
    if not found:
        raise LogLookupError(
            f"found no function of {asked.named()}, expected one", hint="list them: aws lambda list-functions"
        )
    return found


def _tag(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise SettingsError(f"--tag: found {text!r}, expected KEY=VALUE", hint="write it as team=checkout")
    return key, value


def _subject(
    asked: Asked, functions: Sequence[LoggingFunction], clients: Callable[[str], Any], window: Window
) -> Subject:
    groups: dict[str, list[LoggingFunction]] = {}
    left_out = []
    for function in functions:
        if function.hides_reports:
            why = f"its log hides reports (system log level {function.system_level})"
            left_out.append(LeftOut(name=function.name, why=why))
        else:
            groups.setdefault(function.log_group, []).append(function)
    facts = facts_of(clients, groups, window.begin_ms, window.until_ms)
    left_out += [LeftOut(name=name, why="it has no log group yet") for name in groups if name not in facts]
    plans = tuple(plan_of(found, groups[name], asked.way) for name, found in facts.items())
    return Subject(tuple(functions), plans, tuple(left_out))


def _agree(asked: Asked, subject: Subject, state: ReadingState | None) -> None:
    """Say what reading costs, and end here where that is too much or nobody wants it."""
    usd = sum(plan.usd for plan in subject.plans)
    size = words.in_bytes(sum(plan.bytes for plan in subject.plans))
    queried = sum(plan.way is Way.INSIGHTS for plan in subject.plans)
    ways = f"{queried} by Logs Insights, the others by FilterLogEvents" if queried else "by FilterLogEvents"
    groups = counted(len(subject.plans), "log group")
    complain(f"{counted(len(subject.functions), 'function')}, {groups} ({ways}), {size}: at most {words.in_usd(usd)}")
    if not asked.max_usd:
        raise typer.Exit(0)
    if usd > asked.max_usd:
        complain(
            f"that is above --max-usd {asked.max_usd:g}: raise it, or read less with --since, --match or --function"
        )
        raise typer.Exit(2)
    fresh = state is None or not len(state)
    if usd and fresh and not asked.yes and sys.stdin.isatty() and sys.stderr.isatty():
        typer.confirm("Read it?", default=True, abort=True, err=True)


def _read(
    asked: Asked, subject: Subject, clients: Callable[[str], Any], window: Window, state: ReadingState | None
) -> list[GroupRead]:
    from warmgate.adapters.waiting import SystemClock

    versions = frozenset({asked.version}) if asked.version else None
    reader = AccountReader(clients, SystemClock(), window, versions=versions, latest=asked.latest)
    reads: list[GroupRead] = []
    left = []
    for plan in subject.plans:
        kept = state.tally(plan.group, window.since_ms) if state else None
        if kept is None:
            left.append(plan)
            continue
        tally, scanned, latest = kept
        done = GroupRead(plan=plan, tally=tally, latest=latest, ways=(plan.way.value,))
        done.spent.bytes = scanned
        reads.append(done)
    with progress(left) as turned:
        for done in reader.read(left, turned):
            reads.append(done)
            if state and done.left_out is None:
                state.finish(done.plan.group, done.tally, done.spent.bytes, done.latest)
    if state:
        state.forget()
    return reads


def _found(
    asked: Asked, subject: Subject, reads: Sequence[GroupRead], window: Window, expected: Expected | None
) -> tuple[tuple[FoundFunction, ...], Source]:
    from warmgate_ops.cold_starts.reading.account import usd_of

    tally = Tally(since_ms=window.since_ms)
    for read in sorted(reads, key=lambda each: each.plan.group):
        tally.merge(read.tally)
    left_out = [*subject.left_out, *(read.left_out for read in reads if read.left_out)]
    latest = sum(read.latest for read in reads)
    if latest:
        left_out.append(LeftOut(name=f"{counted(latest, 'call')} of {LATEST}", why="read them with --latest"))
    if asked.function and not tally.versions and left_out and not latest:
        raise LogLookupError(f"{asked.named()}: {left_out[0].name} could not be read: {left_out[0].why}")
    found = found_in(tally, expected)
    queried = any("insights" in read.ways for read in reads)
    source = Source(
        named=asked.named(),
        since_ms=window.since_ms,
        until_ms=window.until_ms,
        ways=tuple(sorted({way for read in reads for way in read.ways})),
        bytes_read=sum(read.spent.bytes for read in reads) if queried else None,
        usd=sum(usd_of(read.spent) for read in reads),
        functions=len(subject.functions),
        left_out=tuple(left_out),
        next_command=_next(asked, found),
    )
    return found, source


def _next(asked: Asked, found: Sequence[FoundFunction]) -> str:
    worst = next((each for each in found if each.cold or each.suppressed), None)
    if worst is None:
        return ""
    alias = f" --alias {asked.alias}" if asked.alias else ""
    version = f" --version {asked.version}" if asked.version else ""
    return f"warmgate cold explain --function {worst.function}{alias}{version} --since {asked.begin}"
