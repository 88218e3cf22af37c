"""Provisioned environments that hardly anybody uses."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import break_even, priced, provisioned_usd
from warmgate_ops.cold_starts.advising.facts import DAY_MS
from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import share_of, window_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LITTLE = 0.5
"""Share of the provisioned environments that the busiest moment used."""


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    count = see(see(function.provisioned) or None)
    cold, memory_gb = see(function.cold), see(function.memory_gb)
    see(cold.calls or None)
    architecture = function.architecture or "x86_64"
    used = cold.provisioned_ms / (count * cold.days * DAY_MS)
    if cold.peak > LITTLE * count:
        reason = f"provisioned concurrency: {count}, peak {cold.peak}, busy {share_of(used)} of the time"
        yield no_issue(function.place, reason)
        return
    wanted = max(1, cold.peak)
    spare = count - wanted
    yield Advised(
        place=function.place,
        message=f"{count} provisioned environments, and a peak of {cold.peak} in {window_of(cold)}"
        f" ({cold.calls:,} calls; busy {share_of(used)} of the time, it pays above"
        f" {break_even(architecture, function.prices):.0%})",
        rank=Rank.MEDIUM,
        gain=Gain.MEASURED,
        gained="no cold start fewer: what is saved is money",
        usd_month=-provisioned_usd(spare, memory_gb, architecture, function.prices),
        cost=f"{spare} environments fewer; {priced(function.prices)}",
        change=function.change(ProvisionedConcurrencyConfig=f"{{ProvisionedConcurrentExecutions: {wanted}}}"),
        cold=cold.cold,
    )


RULE = Rule(
    id="pc-not-needed",
    title="Provisioned environments are not used",
    severity=Severity.INFO,
    why="Provisioned environments are paid by the hour, busy or not. More of them than the busiest moment of a window"
    " used shorten nothing.",
    fix="lower the number, or lower it for the hours in which nobody calls by a scheduled action",
    sources=("Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",),
    measure="warmgate cold concurrency {name}",
    risk="a window without the busiest day of the month says too little",
    in_account=_in_account,
)
