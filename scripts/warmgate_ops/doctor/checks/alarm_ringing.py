"""An alarm of the group is ringing already."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for alarm in see(facts.alarms):
        if alarm.state == "ALARM":
            yield Symptom(
                place=Place(name=f"cloudwatch:{alarm.name}"), message="in state ALARM before the deployment has begun"
            )


CHECK = Check(
    id="alarm-ringing",
    title="An alarm of the group is ringing already",
    severity=Severity.ERROR,
    why="CodeDeploy stops every deployment while one of its alarms rings, the one with the fix included.",
    fix="wait until it is OK, or deploy the fix with `--override-alarm-configuration enabled=false`",
    sources=(
        "Deploying serverless applications gradually (AWS SAM Developer Guide)",
        "aws/serverless-application-model#716",
    ),
    in_account=_in_account,
)
