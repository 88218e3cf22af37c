"""An AppSpec that CodeDeploy refuses."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.checks.same_version import is_same_version
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    for fault in see(facts.appspec).faults:
        if not is_same_version(fault):
            place = Place(name=fault.path, file=fault.source, line=fault.line)
            yield Symptom(place=place, message=f"found {fault.found}, expected {fault.expected}; {fault.fix}")


CHECK = Check(
    id="appspec-faults",
    title="CodeDeploy refuses the AppSpec",
    severity=Severity.ERROR,
    why="An AppSpec with a fault ends the deployment with INVALID_REVISION, some of them only after it has begun.",
    fix="fix it as the finding says; `warmgate appspec check FILE` shows every fault",
    sources=("AppSpec 'resources' section (AWS CodeDeploy User Guide)",),
    in_account=_in_account,
)
