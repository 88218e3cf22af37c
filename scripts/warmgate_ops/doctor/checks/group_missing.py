"""A deployment group that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, Missing, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    if isinstance(facts.group, Missing):
        yield Symptom(place=Place(name=facts.group.place), message="no such application or deployment group")
    else:
        see(facts.group)


CHECK = Check(
    id="group-missing",
    title="The deployment group does not exist",
    severity=Severity.ERROR,
    why="A deployment names its application and its group; without them nothing is deployed.",
    fix="create the group with compute platform Lambda, or name the one there is",
    sources=("Create a deployment group with CodeDeploy (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
