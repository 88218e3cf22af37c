"""Traffic that rises as fast as Lambda makes environments."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import RISE_IN_10_S, concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

NEAR = 0.8


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    use = see(found.use)
    rise = see(use.rise)
    if rise >= NEAR * RISE_IN_10_S:
        message = f"steepest rise {rise:,} environments in 10 s, Lambda makes {RISE_IN_10_S:,}"
        yield Symptom(place=found.place(), message=message)


CHECK = Check(
    id="scaling-rate",
    title="Traffic rises as fast as Lambda scales",
    severity=Severity.WARNING,
    why="A function gets 1,000 more environments in 10 s at most, whatever the account has left; calls above that are"
    " refused.",
    fix="spread the calls, take them from a queue, or provision what the rise needs ahead of it",
    sources=("Lambda scaling behavior (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
