"""Provisioned environments that stand idle for hours each day."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.costs import priced, provisioned_usd
from warmgate_ops.cold_starts.advising.saying import usd_of
from warmgate_ops.cold_starts.concurrency.seen import Concurrency, concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

IDLE, SHARE, LEAST_HOURS = 0.3, 0.3, 48


def _in_account(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    see(see(found.provisioned) or None)
    use = see(found.use)
    hours = use.utilization
    scheduled = [each for each in found.scaling if each.schedules] if isinstance(found.scaling, tuple) else []
    idle = [each for each in hours if each is None or each < IDLE]
    if scheduled or len(hours) < LEAST_HOURS or len(idle) < SHARE * len(hours):
        return
    yield Symptom(place=found.place(), message=_words(found, len(idle), len(hours)))


def _words(found: Concurrency, idle: int, hours: int) -> str:
    usd = ""
    if found.memory_mb is not None:
        month = provisioned_usd(found.provisioned_total, found.memory_mb / 1024, found.architecture, found.prices)
        usd = f": about {usd_of(month * idle / hours * (1 - IDLE))} a month ({priced(found.prices)})"
    return (
        f"{found.provisioned_total} provisioned; in {idle} of {hours} hours less than {IDLE:.0%} of them were used,"
        f" and no"
        f" scheduled action lowers them{usd}"
    )


CHECK = Check(
    id="pc-idle",
    title="Provisioned environments are idle for hours",
    severity=Severity.WARNING,
    why="Provisioned environments are billed whether they are called or not.",
    fix="lower them for these hours: aws application-autoscaling put-scheduled-action --service-namespace lambda"
    " --scalable-dimension lambda:function:ProvisionedConcurrency --resource-id function:NAME:ALIAS"
    " --schedule 'cron(0 20 * * ? *)' --scalable-target-action MinCapacity=1,MaxCapacity=1",
    sources=("Configuring provisioned concurrency for a function (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
