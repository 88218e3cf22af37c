"""An alarm of the group does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for alarm in see(facts.alarms):
        if alarm.state == "MISSING":
            yield Symptom(place=Place(name=f"cloudwatch:{alarm.name}"), message="there is no such alarm")


CHECK = Check(
    id="alarm-missing",
    title="An alarm of the group does not exist",
    severity=Severity.ERROR,
    why="CodeDeploy stops a deployment whose alarms it cannot poll, unless the group ignores that.",
    fix="create the alarm, or take its name out of the group",
    sources=("Monitoring deployments with CloudWatch alarms in CodeDeploy (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
