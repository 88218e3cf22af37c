"""A reservation that traffic reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of, reserving
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

NEAR, ROOM = 0.9, 1.5


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    reserved, use = see(found.reserved or None), see(found.use)
    if use.throttles or use.demand >= NEAR * reserved:
        rate = f" (rate {use.peak_rate:,.0f}/s x {use.mean_ms / 1000:.3g} s)" if use.peak_rate and use.mean_ms else ""
        times = f"; throttled {use.throttles:,} times, most on {use.throttled_at}" if use.throttles else ""
        wanted = max(reserved + 1, math.ceil(ROOM * use.demand))
        message = (
            f"demand {use.demand} of {reserved} reserved in {use.days:.3g} days{rate}{times}:"
            f" {reserving(found, wanted)}"
        )
        yield Symptom(place=found.place(), message=message)


CHECK = Check(
    id="reserved-too-low",
    title="Traffic reaches the reserved concurrency",
    severity=Severity.WARNING,
    why="Concurrency is rate times duration (Little's law). Above the reservation calls are refused with 429,"
    " whatever the"
    " account has left; a release's probes take from the same number.",
    fix="reserve half as much again as the demand",
    sources=("Configuring reserved concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
