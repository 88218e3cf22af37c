"""How figures, counts and headlines of a report read; shared by what is made for people. No layout here."""

from __future__ import annotations

from itertools import product

from warmgate.model.calls import Arm, CallOutcome, Phase, Sample
from warmgate.model.deployment import Status
from warmgate.model.figures import quantity
from warmgate.model.verdict import Finding, Judgement, Outcome, Spending, Unit
from warmgate.report.standing import standing_of
from warmgate.visible import one_line


def headline(judgement: Judgement, status: Status) -> str:
    """Return one line with what became of the candidate, and by whose word where no check decided it."""
    deployment, standing = judgement.deployment, standing_of(judgement.verdict, status)
    what = f"{deployment.target.function} version {deployment.candidate}" if deployment.candidate else "unknown version"
    return one_line(f"{standing.word}: {what}{f' ({standing.aside})' if standing.aside else ''}")


def measured(finding: Finding) -> str:
    """Return the measured value with its unit."""
    return _figure(finding.measured, finding.unit)


def limit(finding: Finding) -> str:
    """Return the limit with its unit."""
    return _figure(finding.limit, finding.unit)


def _figure(value: float | None, unit: Unit | None) -> str:
    return "-" if value is None else quantity(value, unit)


def margin(finding: Finding) -> str:
    """Return how far the measured value is from the limit: positive below it, negative beyond it."""
    return "-" if finding.margin is None else f"{finding.margin * 100:+.0f} %"


def counts(finding: Finding) -> str:
    """Return what a finding rests on: bad calls, calls and environments."""
    calls = f"{finding.sample_count}" if finding.bad_count is None else f"{finding.bad_count} of {finding.sample_count}"
    return calls if finding.environment_count is None else f"{calls}, {finding.environment_count} environments"


def why(finding: Finding) -> str:
    """Return a finding's sentence; an undecided one also says what its evidence rules out."""
    proven = finding.proven if finding.outcome is Outcome.INCONCLUSIVE else ""
    return "; ".join(part for part in (finding.reason, proven) if part)


def details(finding: Finding) -> str:
    """Return what a decision rests on besides its sentence, empty where there is nothing."""
    proven = "" if finding.outcome is Outcome.INCONCLUSIVE else finding.proven
    return "; ".join(part for part in (finding.details, proven) if part)


def spent(spending: Spending) -> str:
    """Return what a judgement took."""
    words = f"{_calls(spending.invocations)}, {spending.seconds:.1f} s, about ${spending.cost_usd:.6f}"
    if spending.throttles or spending.retries:
        words += f", {spending.throttles} throttles, {spending.retries} retries"
    return words


def next_steps(judgement: Judgement) -> tuple[str, ...]:
    """Return what finds out more about a refusal: the command that says which import made cold starts slower."""
    slow = any(
        finding.outcome is Outcome.FAILED and judges_init(finding.check) for finding in judgement.verdict.findings
    )
    deployment = judgement.deployment
    if not (slow and deployment.target.function and deployment.candidate):
        return ()
    old = f" --old {deployment.baseline}" if deployment.baseline else ""
    versions = f"--function {deployment.target.function}{old} --new {deployment.candidate}"
    return (f"which import it is (Python, Node.js): warmgate cold imports {versions}",)


def judges_init(check: str) -> bool:
    """Return whether a check judges init, alone or with the call that waits for it."""
    return check.split(".")[1:2] in (["init"], ["first_response"])


def sample_counts(samples: tuple[Sample, ...]) -> list[str]:
    """Return one line for each arm and phase with the calls made and those that did not end well."""
    lines = []
    for arm, phase in product(Arm, Phase):
        outcomes = [sample.outcome for sample in samples if sample.arm is arm and sample.phase is phase]
        odd = ", ".join(f"{outcomes.count(word)} {word}" for word in CallOutcome if word in outcomes and word != "ok")
        if outcomes:
            lines.append(f"{arm} {phase}: {_calls(len(outcomes))}{f', of them {odd}' if odd else ''}")
    return lines


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"
