"""A hook whose function cannot run now."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, HookFacts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), _state)


def _state(hook: HookFacts) -> Iterator[Symptom]:
    found = see(hook.configuration)
    why = f": {found.state_reason}" if found.state_reason else ""
    if found.state != "Active":
        # An idle function becomes active with the first call, which fails and is repeated (Lambda, function states).
        severity = Severity.WARNING if found.state in {"Inactive", "Pending"} else Severity.ERROR
        yield Symptom(place=Place(name=hook.place), message=f"state {found.state}{why}", severity=severity)
    elif found.update_status == "Failed":
        yield Symptom(place=Place(name=hook.place), message=f"its last update failed{why}; the code before it runs")


CHECK = Check(
    id="hook-inactive",
    title="The hook cannot run",
    severity=Severity.ERROR,
    why="Lambda calls only functions in state Active. A hook that does not run reports nothing, and CodeDeploy waits"
    " an hour.",
    fix="read the state's reason with `aws lambda get-function-configuration`, fix it and publish the hook again",
    sources=("Lambda function states (AWS Lambda Developer Guide)",),
    in_account=_in_account,
)
