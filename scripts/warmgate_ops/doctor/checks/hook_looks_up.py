"""A hook whose role may not read what it needs before the first probe."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, HookFacts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom, each
from warmgate_ops.doctor.permissions import NEEDED, USEFUL, denials


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), _both)


def _both(hook: HookFacts) -> Iterator[Symptom]:
    yield from denials(hook, NEEDED)
    yield from denials(hook, USEFUL, Severity.WARNING)


CHECK = Check(
    id="hook-looks-up",
    title="The hook may not read what it judges by",
    severity=Severity.ERROR,
    why="The event names neither function nor version: the hook asks CodeDeploy and Lambda. Where the concurrency"
    " may not"
    " be read it takes a tenth of what it knows of, and fewer cold starts are measured.",
    fix="allow the named action to the hook's role",
    sources=(
        "Identity and access management for AWS CodeDeploy (AWS CodeDeploy User Guide)",
        "aws/serverless-application-model#230",
    ),
    in_account=_in_account,
)
