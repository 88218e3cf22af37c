"""Too little concurrency for the burst that the policy asks for."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.planning import grant_burst
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom


def _in_account(facts: Facts) -> Iterator[Symptom]:
    policy, capacity = facts.usable_policy(), see(facts.capacity)
    burst = grant_burst(policy.warm.environments, 2 if policy.compare.needs_baseline else 1, capacity)
    if burst.granted < burst.asked:
        yield Symptom(
            place=Place(name=facts.function_place),
            message=f"{burst.granted} of {burst.asked} environments: {burst.reason}",
            severity=Severity.WARNING if burst.granted else Severity.ERROR,
        )


CHECK = Check(
    id="concurrency",
    title="Too little concurrency is free for the burst",
    severity=Severity.WARNING,
    why="Cold environments are opened by overlapping calls, each arm's at once. Warmgate leaves production half of"
    " what is free, takes a quarter of it for one release, and measures fewer cold starts where that is too little;"
    " with next to nothing left it calls one at a time and leaves checks undecided.",
    fix="raise the function's reserved concurrency or the account's, or lower warm.environments",
    sources=(
        "Understanding Lambda function scaling (AWS Lambda Developer Guide)",
        "Lambda quotas (AWS Lambda Developer Guide)",
    ),
    in_account=_in_account,
)
