"""An AppSpec that shifts traffic from a version to itself."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.errors import Fault
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def is_same_version(fault: Fault) -> bool:
    """Return whether a fault of an AppSpec is that both versions are one."""
    return fault.path.endswith("TargetVersion") and fault.expected == "another version than CurrentVersion"


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for fault in see(facts.appspec).faults:
        if is_same_version(fault):
            place = Place(name=fault.path, file=fault.source, line=fault.line)
            yield Symptom(place=place, message=f"found {fault.found}, expected {fault.expected}")


CHECK = Check(
    id="same-version",
    title="CurrentVersion is TargetVersion",
    severity=Severity.ERROR,
    why="CodeDeploy refuses canary and linear shifts from a version to itself, and a shift at once changes nothing."
    " It happens where a pipeline publishes although nothing changed: Lambda then returns the version there is.",
    fix="deploy only where publish-version returned a new version, and name that one as TargetVersion",
    sources=(
        "PublishVersion (AWS Lambda API Reference)",
        "terraform-aws-modules/terraform-aws-lambda#82",
    ),
    in_account=_in_account,
)
