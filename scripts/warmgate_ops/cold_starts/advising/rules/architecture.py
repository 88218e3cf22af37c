"""The instruction set."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import duration_usd, priced
from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Gain, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import cold_count
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LEAST_USD = 1.0
"""Saved in a month, below which nobody rebuilds a package."""


def _in_account(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    if see(function.architecture) == "arm64":
        yield no_issue(function.place, "architecture (arm64 already)")
        return
    cold, memory_gb = see(function.cold), see(function.memory_gb)
    costs = [duration_usd(cold, memory_gb, each, function.prices) for each in ("x86_64", "arm64")]
    saved = see(costs[0]) - see(costs[1])
    if saved < LEAST_USD:
        yield no_issue(function.place, f"architecture (arm64 would save ${saved:.2f} a month; starts: measured alone)")
        return
    yield Advised(
        place=function.place,
        message=f"x86_64; arm64 costs a fifth less, whether it starts faster is not known ({cold_count(cold)})",
        rank=Rank.LOW,
        gain=Gain.UNKNOWN,
        usd_month=-saved,
        cost=f"the same billed time at the price of arm64; {priced(function.prices)}",
        change=function.change(Architectures="[arm64]"),
        cold=cold.cold,
    )


def _in_template(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    words = (
        "arm64 already" if see(function.architecture) == "arm64" else "whether arm64 starts faster is measured alone"
    )
    yield no_issue(function.line_of("Architectures"), f"architecture ({words})")


RULE = Rule(
    id="architecture",
    title="arm64 is cheaper, and may start faster",
    severity=Severity.INFO,
    why="A GB-second of arm64 costs a fifth less. Whether a function starts faster on it depends on its runtime and"
    " libraries: public comparisons differ.",
    fix="measure the package built for arm64 beside this one",
    sources=("Selecting and configuring an instruction set architecture (AWS Lambda Developer Guide)",),
    measure="warmgate cold sweep {name} {version_option} --architecture x86_64,arm64 --probes policy.yaml",
    risk="native code and layers must be built for arm64",
    in_account=_in_account,
    in_template=_in_template,
)
