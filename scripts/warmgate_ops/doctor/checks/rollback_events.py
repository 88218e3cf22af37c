"""Automatic rollback that does not act on a failed deployment."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom

WANTED = "DEPLOYMENT_FAILURE"


def _in_account(facts: Facts) -> Iterator[Symptom]:
    group = see(facts.group)
    if WANTED not in group.rollback_events:
        found = ", ".join(group.rollback_events) or "off"
        yield Symptom(
            place=Place(name=group.place), message=f"automatic rollback is {found}, expected {WANTED} among it"
        )


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for group in some(template.groups):
        if group.rollback_events is not None and WANTED not in group.rollback_events:
            found = ", ".join(group.rollback_events) or "off"
            place = Place(name=group.logical_id, file=template.source, line=group.line)
            yield Symptom(place=place, message=f"automatic rollback is {found}, expected {WANTED} among it")


CHECK = Check(
    id="rollback-events",
    title="A failed deployment is not rolled back",
    severity=Severity.ERROR,
    why="A failed AfterAllowTraffic leaves all traffic on the version that was refused: the alias goes back only where"
    " automatic rollback is on with the event DEPLOYMENT_FAILURE.",
    fix="aws deploy update-deployment-group ... --auto-rollback-configuration"
    " enabled=true,events=DEPLOYMENT_FAILURE,DEPLOYMENT_STOP_ON_ALARM",
    sources=(
        "Redeploy and roll back a deployment with CodeDeploy (AWS CodeDeploy User Guide)",
        "terraform-aws-modules/terraform-aws-lambda#187",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
