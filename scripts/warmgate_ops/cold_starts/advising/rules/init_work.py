"""An init that takes longer than that of the version before."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import cold_count, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

RATIO, LEAST_MS = 1.2, 50.0


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    cold, before = see(function.known_cold()), see(function.before)
    init, old = see(cold.init), see(before.init if before.enough else None)
    more = init.median - old.median
    if more < LEAST_MS or init.median < RATIO * old.median:
        yield no_issue(function.place, f"init takes what it took in version {before.version} ({waited(init.median)})")
        return
    message = (
        f"init median {waited(more)} more than version {before.version}: {waited(init.median)} in {cold_count(cold)},"
        f" {waited(old.median)} in {before.cold:,}"
    )
    yield Advised(
        place=function.place,
        message=message,
        rank=Rank.HIGH,
        gain=Gain.MEASURED,
        gained=f"{waited(more)} of each cold start, were init again what it was in version {before.version}",
        cold=cold.cold,
    )


RULE = Rule(
    id="init-work",
    title="Init takes longer than in the version before",
    severity=Severity.WARNING,
    why="Less work is the only cure without a price. What a version added to its init is the first place to look:"
    " both medians are measured in the same window.",
    fix="look which imports came in with it; what some calls do not need can be imported where it is used",
    sources=("Best practices for working with AWS Lambda functions (AWS Lambda Developer Guide)",),
    measure="warmgate cold imports {name} --old {before} --new {version}",
    risk="what is imported later is waited for in the first call that needs it, at the CPU share of the memory",
    in_account=_in_account,
)
