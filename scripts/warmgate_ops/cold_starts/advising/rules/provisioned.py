"""Provisioned concurrency: what it costs beside its alternatives, and from which use on it pays."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import break_even, pings_usd, priced, provisioned_usd, snapstart_usd
from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import Function, function_of
from warmgate_ops.cold_starts.advising.rules.snapstart import obstacles
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, not_advised, usd_of
from warmgate_ops.cold_starts.advising.wording import part_of, share_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    see(None if see(function.provisioned) else True)
    cold, memory_gb = see(function.known_cold()), see(function.memory_gb)
    architecture = function.architecture or "x86_64"
    pays = break_even(architecture, function.prices)
    steady = int(cold.busy / pays)
    count = max(1, min(steady or 1, cold.peak))
    usd = provisioned_usd(count, memory_gb, architecture, function.prices)
    compared = _causes(cold) + _compared(function, cold, memory_gb)
    if steady >= 1:
        yield Advised(
            place=function.place,
            message=f"{cold.busy:.2g} calls run at once on average: {count} provisioned environments would be busy more"
            f" than {pays:.0%} of the time, where they cost less than on demand",
            rank=Rank.MEDIUM,
            gain=Gain.ESTIMATED,
            gained=f"calls up to {count} at once find no cold start; above it they spill over (peak {cold.peak})",
            usd_month=usd,
            cost=f"of it {_saved(function, cold, count)} come back by the lower price of duration; {compared}",
            cold=cold.cold,
        )
        return
    yield not_advised(
        function.place,
        f"provisioned concurrency: {usd_of(usd)} a month for {count}, which would be busy"
        f" {share_of(cold.busy / count)} of"
        f" the time, and pays above {pays:.0%}; {part_of(min(cold.cold, cold.overlapping), cold.cold)} cold starts came"
        f" while others ran (peak {cold.peak}); {compared}",
    )


def _saved(function: Function, cold: ColdFacts, count: int) -> str:
    prices, arm = function.prices, function.architecture == "arm64"
    lower = prices.provisioned_duration_gb_second_arm if arm else prices.provisioned_duration_gb_second_x86
    seconds = min(cold.busy, count) * 30 * 86_400 * (function.memory_gb or 0)
    return usd_of(seconds * (prices.gb_second(function.architecture or "x86_64") - lower))


def _causes(cold: ColdFacts) -> str:
    """Return the most frequent cause where somebody found out; it says what a fixed number of environments reaches."""
    if not cold.by_cause:
        return ""
    cause, count = max(cold.by_cause.items(), key=lambda each: each[1])
    return f"most by cause: {cause} {part_of(count, sum(cold.by_cause.values()))}; "


def _compared(function: Function, cold: ColdFacts, memory_gb: float) -> str:
    """Return what the alternatives cost in a month."""
    pings = pings_usd(1, memory_gb, function.architecture or "x86_64", function.prices)
    words = f"scheduled calls to one environment {usd_of(pings)}"
    if not obstacles(function) and function.runtime:
        words += f", SnapStart {usd_of(sum(snapstart_usd(cold, memory_gb, function.runtime, function.prices)))}"
    return f"{words} ({priced(function.prices)})"


RULE = Rule(
    id="provisioned",
    title="Provisioned concurrency would pay",
    severity=Severity.INFO,
    why="Provisioned environments are initialised ahead and paid by the hour, busy or not; calls above their number are"
    " served on demand, cold starts included. Their duration costs less, so that they pay above about 60 % of use.",
    fix="provision the alias for hours and numbers that traffic shows, with a scheduled action that lowers it again",
    sources=("Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",),
    measure="warmgate cold measure {name} --before {version} --after NEXT --probes policy.yaml",
    risk="it is billed while nobody calls; it takes from the function's reserved concurrency; not with SnapStart",
    in_account=_in_account,
)
