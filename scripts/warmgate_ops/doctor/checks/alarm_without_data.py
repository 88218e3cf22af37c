"""An alarm of the group has no data."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for alarm in see(facts.alarms):
        if alarm.state == "INSUFFICIENT_DATA":
            yield Symptom(place=Place(name=f"cloudwatch:{alarm.name}"), message="in state INSUFFICIENT_DATA")


CHECK = Check(
    id="alarm-without-data",
    title="An alarm of the group has no data",
    severity=Severity.WARNING,
    why="An alarm without data does not ring: while traffic shifts nobody watches. At 10 % of little traffic a"
    " period may stay empty.",
    fix="give the alarm a metric that has data (dimensions FunctionName, Resource, ExecutedVersion), or decide with"
    " treat-missing-data",
    sources=(
        "Configuring how CloudWatch alarms treat missing data (Amazon CloudWatch User Guide)",
        "Implement Lambda canary deployments using a weighted alias (AWS Lambda Developer Guide)",
    ),
    in_account=_in_account,
)
