"""Calls that the provisioned environments do not serve."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

SHARE = 0.01


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    see(see(found.provisioned) or None)
    use = see(found.use)
    if use.spilled and use.spilled >= SHARE * use.invocations:
        share = use.spilled / max(1, use.invocations)
        message = (
            f"{use.spilled:,} of {use.invocations:,} calls ({share:.1%}) in {use.days:.3g} days found no provisioned"
            f" environment: {found.provisioned_total} are provisioned, demand {use.demand}"
        )
        yield Symptom(place=found.place(), message=message)


CHECK = Check(
    id="pc-spillover",
    title="Calls spill over the provisioned environments",
    severity=Severity.WARNING,
    why="Calls above the provisioned number are served on demand, cold starts included, as long as the reservation"
    " allows.",
    fix="provision the hours in which it happens by a scheduled action: see when with cold find",
    sources=("Monitoring concurrency (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
