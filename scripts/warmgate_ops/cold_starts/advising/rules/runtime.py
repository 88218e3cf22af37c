"""A runtime that AWS deprecates, or that is pinned."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.runtimes import DEPRECATED, READ
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import by_default
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

SOON_DAYS = 180


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    runtime = see(function.runtime or None)
    place = function.line_of("Runtime")
    ends = DEPRECATED.get(runtime)
    if ends is None:
        yield no_issue(place, f"runtime {runtime}: not in the table of {READ}")
    elif (left := (ends - function.today).days) < SOON_DAYS:
        since = f"is deprecated since {ends}" if left <= 0 else f"will be deprecated on {ends}"
        yield Advised(
            place=place,
            message=f"{runtime}{by_default(function, 'Runtime')} {since} (dates as AWS published them in {READ})",
            rank=Rank.MEDIUM if left <= 0 else Rank.LOW,
        )
    elif function.update_mode == "Manual":
        yield Advised(
            place=function.line_of("RuntimeManagementConfig"),
            message=f"{runtime} is pinned to one runtime version: AWS's patches do not come",
            rank=Rank.LOW,
        )
    else:
        yield no_issue(place, f"runtime ({runtime})")


RULE = Rule(
    id="runtime",
    title="The runtime is deprecated, or pinned",
    severity=Severity.INFO,
    why="A deprecated runtime gets no patches, and a newer one of the same language is often needed for a cure:"
    " SnapStart takes Java 11, Python 3.12, .NET 8 and newer ones. Whether a newer one starts faster is known only"
    " by measuring.",
    fix="move to a newer runtime in a version of its own, and compare both before traffic moves",
    sources=(
        "Lambda runtimes (AWS Lambda Developer Guide)",
        "Understanding how Lambda manages runtime version updates (AWS Lambda Developer Guide)",
    ),
    measure="warmgate cold measure {name} --before {version} --after NEXT --probes policy.yaml",
    risk="libraries may not support the newer runtime yet",
    in_account=_look,
    in_template=_look,
)
