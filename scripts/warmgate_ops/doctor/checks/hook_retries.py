"""A hook that Lambda does not run again after it crashed."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, HookFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), _once)


def _once(hook: HookFacts) -> Iterator[Symptom]:
    if see(hook.retries) == 0:
        yield Symptom(
            place=Place(name=hook.place), message="MaximumRetryAttempts is 0: a run that crashes is the only one"
        )


CHECK = Check(
    id="hook-retries",
    title="The hook is not run again after a crash",
    severity=Severity.INFO,
    why="CodeDeploy calls hooks asynchronously, and Lambda repeats a failed call with the same ids. The hook has the"
    " effect"
    " of one however often it runs, so a second run can only save an hour of waiting.",
    fix="leave MaximumRetryAttempts of the hook at its default of 2",
    sources=("How Lambda handles errors and retries with asynchronous invocation (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
