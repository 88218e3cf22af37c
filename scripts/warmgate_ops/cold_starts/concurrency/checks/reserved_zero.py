"""A function that no call reaches."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    if see(found.reserved) == 0:
        yield Symptom(place=found.place(), message="reserved concurrency 0: every call is refused")


CHECK = Check(
    id="reserved-zero",
    title="Reserved concurrency is 0",
    severity=Severity.ERROR,
    why="A reservation of 0 switches a function off: every call gets 429, a release's probes too.",
    fix="remove it: aws lambda delete-function-concurrency --function-name NAME, or ReservedConcurrentExecutions in the"
    " template",
    sources=("Configuring reserved concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_look,
    in_template=_look,
)
