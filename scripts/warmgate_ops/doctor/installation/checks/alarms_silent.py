"""Alarms of Warmgate that are not there, or tell nobody."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom
from warmgate_ops.doctor.installation.seen import installation


def _in_account(facts: Facts) -> Iterator[Symptom]:
    alarms = see(installation(facts).own_alarms)
    if not alarms:
        yield Symptom(place=Place(name="cloudwatch:alarms"), message="no alarm tells the topic of the installation")
    for alarm in alarms:
        if not alarm.acts:
            yield Symptom(place=Place(name=f"cloudwatch:{alarm.name}"), message="its actions are disabled")


CHECK = Check(
    id="own-alarms-silent",
    title="Warmgate's own alarms tell nobody",
    severity=Severity.WARNING,
    why="They say that a hook ended without a status, that an event was lost, or that an alias is not back",
    fix="deploy the stack again; aws cloudwatch enable-alarm-actions --alarm-names NAME",
    sources=("Using Amazon CloudWatch alarms (Amazon CloudWatch User Guide)",),
    in_account=_in_account,
)
