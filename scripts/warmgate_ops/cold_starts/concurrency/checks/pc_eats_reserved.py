"""Provisioned environments that leave little of the reservation."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of, reserving
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

SHARE = 0.8


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    reserved = see(found.reserved or None)
    see(found.provisioned)
    provisioned = found.provisioned_total
    if provisioned < SHARE * reserved:
        return
    left = reserved - provisioned
    message = (
        f"{provisioned} provisioned of {reserved} reserved: other versions, a release's probes and calls above it have"
        f" {left}; {reserving(found, provisioned * 2)}"
    )
    yield Symptom(place=found.place(), message=message, severity=Severity.WARNING if left > 0 else Severity.ERROR)


CHECK = Check(
    id="pc-eats-reserved",
    title="Provisioned concurrency takes most of the reservation",
    severity=Severity.WARNING,
    why="Provisioned environments count against the function's reserved concurrency. What they leave is all that the"
    " next"
    " version, its probes and calls above the provisioned number have; beyond it calls are refused.",
    fix="reserve about twice what is provisioned, or provision less",
    sources=("Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_look,
    in_template=_look,
)
