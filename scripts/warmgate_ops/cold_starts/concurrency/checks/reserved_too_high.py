"""A reservation far above what traffic needs."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of, reserving
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

TIMES, LEAST = 5, 50


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    reserved, use = see(found.reserved or None), see(found.use)
    see(use.invocations or None)
    wanted = max(2 * use.demand, found.provisioned_total, 1)
    if reserved >= TIMES * max(1, use.demand) and reserved - wanted >= LEAST:
        message = f"{reserved} reserved, demand {use.demand} in {use.days:.3g} days: {reserving(found, wanted)}"
        yield Symptom(place=found.place(), message=message)


CHECK = Check(
    id="reserved-too-high",
    title="Far more is reserved than traffic needs",
    severity=Severity.INFO,
    why="What one function reserves, no other function can use, whether it is used or not; it makes no environment"
    " ahead.",
    fix="reserve twice the demand",
    sources=("Configuring reserved concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
