"""A reservation that refuses calls, or is close to it."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import by_default, window_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

NEAR = 0.8


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    reserved = see(function.concurrency).reserved
    place = function.line_of("ReservedConcurrentExecutions")
    peak = function.cold.peak if isinstance(function.cold, ColdFacts) else None
    if reserved is None:
        yield no_issue(place, "reserved concurrency: none; it warms nothing")
    elif reserved == 0:
        default = by_default(function, "ReservedConcurrentExecutions")
        yield Advised(
            place=place,
            message=f"reserved concurrency 0{default}: every call is refused",
            rank=Rank.MEDIUM if default else Rank.HIGH,
        )
    elif peak is not None and isinstance(function.cold, ColdFacts) and peak >= NEAR * reserved:
        yield Advised(
            place=place,
            message=f"peak {peak} of {reserved} reserved in {window_of(function.cold)} ({function.cold.calls:,} calls)",
            rank=Rank.MEDIUM,
            gain=Gain.MEASURED,
            gained="no cold start fewer: calls above it are refused with 429",
        )
    else:
        yield no_issue(place, f"reserved concurrency ({reserved}; it caps, and warms nothing)")


RULE = Rule(
    id="concurrency",
    title="Reserved concurrency refuses calls",
    severity=Severity.WARNING,
    why="Reserved concurrency is a ceiling and a guarantee, and makes no environment ahead. Calls above it are refused;"
    " a function may grow by 1,000 environments in 10 s.",
    fix="see what the account allows, and reserve more than the peak",
    sources=(
        "Configuring reserved concurrency for a function (AWS Lambda Developer Guide)",
        "Lambda scaling behavior (AWS Lambda Developer Guide)",
    ),
    measure="warmgate cold concurrency {name}",
    risk="what is reserved for one function is taken from all others of the account",
    in_account=_look,
    in_template=_look,
)
