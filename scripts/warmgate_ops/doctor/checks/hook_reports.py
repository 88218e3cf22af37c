"""A hook whose role may not report a status to CodeDeploy."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom, each
from warmgate_ops.doctor.permissions import REPORT_STATUS, denials, ungranted


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), lambda hook: denials(hook, (REPORT_STATUS,)))


def _in_template(facts: Facts) -> Iterator[Symptom]:
    return ungranted(see(facts.template), REPORT_STATUS)


CHECK = Check(
    id="hook-reports",
    title="The hook may not report its status to CodeDeploy",
    severity=Severity.ERROR,
    why="Without codedeploy:PutLifecycleEventHookExecutionStatus the hook judges for nobody: the deployment waits an"
    " hour"
    " and fails.",
    fix="allow codedeploy:PutLifecycleEventHookExecutionStatus on the deployment group to the hook's role",
    sources=(
        "PutLifecycleEventHookExecutionStatus (AWS CodeDeploy API Reference)",
        "davidgf/serverless-plugin-canary-deployments#58",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
