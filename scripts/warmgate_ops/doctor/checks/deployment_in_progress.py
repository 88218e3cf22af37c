"""A deployment that still runs in the group."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    group = see(facts.group)
    running = see(group.running)
    if running:
        yield Symptom(place=Place(name=group.place), message=f"in progress: {', '.join(running)}")


CHECK = Check(
    id="deployment-in-progress",
    title="A deployment is in progress in the group",
    severity=Severity.ERROR,
    why="A group runs one deployment at a time: the next one is refused as conflicting.",
    fix="wait for it, or end it with `aws deploy stop-deployment --deployment-id ID --auto-rollback-enabled`",
    sources=("CodeDeploy quotas (AWS CodeDeploy User Guide)", "aws/serverless-application-model#291"),
    in_account=_in_account,
)
