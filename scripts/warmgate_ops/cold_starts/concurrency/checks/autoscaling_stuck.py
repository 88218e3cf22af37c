"""Target tracking that will not scale in."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

LEAST_DAYS = 1.0
NO_DATA = "INSUFFICIENT_DATA"


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    for each in see(found.scaling):
        stuck = [alarm for alarm in each.alarms if alarm.lowers and alarm.state == NO_DATA and alarm.days >= LEAST_DAYS]
        if stuck and not each.schedules:
            message = (
                f"{stuck[0].name} has {NO_DATA} for {stuck[0].days:.3g} days, and no scheduled action lowers the"
                f" {each.least} to {each.most} environments: without calls it does not scale in"
            )
            yield Symptom(place=found.place(each.qualifier), message=message)


CHECK = Check(
    id="autoscaling-stuck",
    title="Auto scaling does not scale in without traffic",
    severity=Severity.WARNING,
    why="Target tracking lowers provisioned concurrency by an alarm on its use. Without calls there is no use and no"
    " data:"
    " the alarm stays in INSUFFICIENT_DATA, and the environments stay.",
    fix="add a scheduled action that lowers them when nobody calls",
    sources=("neiman-marcus/serverless-provisioned-concurrency-autoscaling#36",),
    in_account=_in_account,
)
