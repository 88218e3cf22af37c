"""Callers that call $LATEST beside a published version."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import Event, Function, function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import counted
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LATEST = "$LATEST"


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    see(function.published or None)
    latest, cold = function.unpublished, function.cold
    past = _past(function)
    if isinstance(latest, ColdFacts) and isinstance(cold, ColdFacts) and latest.calls:
        events = f"; event sources that name no alias: {', '.join(past)}" if past else ""
        yield Advised(
            place=function.place,
            message=f"{counted(latest.calls, 'call')} ran {LATEST}, {cold.calls:,} version {cold.version}{events}",
            rank=Rank.MEDIUM,
            gain=Gain.MEASURED,
            gained=f"{counted(latest.cold, 'cold start')} of {LATEST}, which no cure of the alias reaches",
            cold=latest.cold,
        )
    elif past:
        yield Advised(place=function.place, message=f"event sources name no alias: {', '.join(past)}", rank=Rank.LOW)
    else:
        yield no_issue(function.place, f"callers: none of {LATEST} was seen")


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    see(function.published or None)
    past = _past(function)
    cures = function.snap_start or (isinstance(function.provisioned, int) and function.provisioned)
    if past and cures:
        yield Advised(
            place=function.place,
            message=f"{', '.join(past)} calls the function without an alias: {LATEST} has neither SnapStart nor"
            f" provisioned environments",
            rank=Rank.MEDIUM,
        )


def _past(function: Function) -> list[str]:
    events = function.events if isinstance(function.events, tuple) else ()
    return [each.source for each in events if isinstance(each, Event) and each.qualifier in {"", LATEST}]


RULE = Rule(
    id="latest-used-by-callers",
    title="Callers go past the alias",
    severity=Severity.INFO,
    why="SnapStart, provisioned concurrency and environments kept warm belong to a version or an alias. A call without"
    " one runs $LATEST, in environments of its own.",
    fix="have callers and event sources name the alias",
    sources=(
        "Create an alias for a Lambda function (AWS Lambda Developer Guide)",
        "jeremydaly/lambda-warmer#56",
    ),
    measure="warmgate cold find {name}",
    risk="permissions of callers must allow the alias as well",
    in_account=_in_account,
    in_template=_in_template,
)
