"""Traffic for which nothing need be done, or for which idle time is the cause."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.facts import DAY_MS, ColdFacts
from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import cold_count, counted, part_of, waited
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

RARE_SHARE, OFTEN_SHARE, SHORT_MS = 0.01, 0.05, 1_000.0


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    cold = see(function.cold)
    if not cold.enough:
        yield no_issue(
            function.place, f"traffic: {cold_count(cold)}, {counted(cold.calls, 'call')}; of times nothing is said"
        )
        return
    first = see(cold.first)
    share = part_of(cold.cold, cold.calls)
    alone = cold.cold - min(cold.cold, cold.overlapping)
    if cold.share <= RARE_SHARE and first.p95 < SHORT_MS:
        reason = f"traffic: {share} calls were cold, p95 {waited(first.p95)}: doing nothing is a choice"
        yield no_issue(function.place, reason)
    elif cold.share >= OFTEN_SHARE and cold.overlapping < cold.cold / 2:
        yield Advised(
            place=function.place,
            message=f"{share} calls were cold: a call every {_every(cold)} on average; {part_of(alone, cold.cold)} cold"
            f" starts came when nothing else ran: idle time rather than scale",
            rank=Rank.LOW,
            gain=Gain.ESTIMATED,
            gained=f"one environment that is kept warm serves at best {alone:,} of {cold.cold:,}; AWS promises none",
            cold=cold.cold,
        )
    else:
        yield no_issue(function.place, f"traffic: {share} calls were cold, p95 {waited(first.p95)}")


def _every(cold: ColdFacts) -> str:
    minutes = cold.days * DAY_MS / 60_000 / max(1, cold.calls)
    return f"{minutes:.3g} min" if minutes >= 1 else f"{minutes * 60:.2g} s"


RULE = Rule(
    id="traffic-pattern",
    title="Most calls come after idle time",
    severity=Severity.INFO,
    why="Environments that nobody calls are ended after minutes. A function that is called rarely is cold often, and"
    " each start is waited for by one caller; under steady traffic far fewer than one call in a hundred is cold.",
    fix="shorten the init first: it helps every cold start, of whatever cause; scheduled calls help these alone and are"
    " no promise",
    sources=(
        "Understanding the Lambda execution environment lifecycle (AWS Lambda Developer Guide)",
        "jeremydaly/lambda-warmer#56",
    ),
    measure="warmgate cold explain {name}",
    risk="a scheduled call does the function's work unless its code tells it apart",
    in_account=_in_account,
)
