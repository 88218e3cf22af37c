"""A policy under which even a flawless version is not decided."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate.model.verdict import Mode, Outcome
from warmgate.policy.values import OnInconclusive
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom
from warmgate_ops.doctor.flawless import verdict_on_perfect_run


def _in_account(facts: Facts) -> Iterator[Symptom]:
    policy, source = facts.usable_policy(), see(facts.policy).source
    refuses = policy.when.inconclusive is OnInconclusive.FAIL and policy.mode is Mode.ENFORCE
    severity = Severity.ERROR if refuses else Severity.WARNING
    for finding in verdict_on_perfect_run(policy):
        if finding.outcome is Outcome.INCONCLUSIVE:
            message = f"{finding.check} stays undecided for a flawless version: {finding.reason}"
            yield Symptom(place=Place(name=finding.check, file=source), message=message, severity=severity)


CHECK = Check(
    id="policy-undecided",
    title="The policy's budget ends before its checks can decide",
    severity=Severity.WARNING,
    why="Each check needs a number of calls or cold starts. With fewer no version passes it by its merit:"
    " `when.inconclusive` decides, and where that says fail every release is refused.",
    fix="raise budget.invocations or warm.environments, or ask for a lower percentile",
    sources=("How verdicts are reached (docs/explanation/verdicts.md)",),
    in_account=_in_account,
)
