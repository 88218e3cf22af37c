"""A hook whose role may not call the versions it judges."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom, each
from warmgate_ops.doctor.permissions import INVOKE, denials, ungranted


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), lambda hook: denials(hook, (INVOKE,)))


def _in_template(facts: Facts) -> Iterator[Symptom]:
    return ungranted(see(facts.template), INVOKE)


CHECK = Check(
    id="hook-invokes",
    title="The hook may not call the version",
    severity=Severity.ERROR,
    why="Probes call function:VERSION. A permission on the function's bare name does not cover its versions.",
    fix="allow lambda:InvokeFunction on arn:...:function:NAME:* to the hook's role",
    sources=(
        "Manage Lambda function versions (AWS Lambda Developer Guide)",
        "davidgf/serverless-plugin-canary-deployments#58",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
