"""Applies every check of a policy to the evidence, takes the worst, and maps it to what CodeDeploy hears."""

from __future__ import annotations

from collections.abc import Iterable

from warmgate.judge.checks import findings_of
from warmgate.judge.finding import with_margin
from warmgate.judge.readings import readable
from warmgate.model.calls import Evidence
from warmgate.model.deployment import Status
from warmgate.model.figures import quantity
from warmgate.model.verdict import Because, Finding, Mode, Outcome, Verdict
from warmgate.policy.values import ErrorAction, OnInconclusive, Policy
from warmgate.visible import one_line

WORST_FIRST = (Outcome.FAILED, Outcome.ERROR, Outcome.INCONCLUSIVE, Outcome.SKIPPED, Outcome.PASSED)
LONGEST_REASON = 600
OBSERVED = "mode: observe"


def judge(evidence: Evidence, policy: Policy) -> Verdict:
    """Return the verdict of the evidence so far; never raises.

    `decided` is True as soon as every check has decided, or one has failed: nothing that follows could change it.
    Errors, answers and memory ride along: while nothing is wrong with them they ask for no calls of their own.
    """
    return verdict_of_findings(findings_of(readable(evidence), policy), policy)


def verdict_of_findings(found: Iterable[Finding], policy: Policy) -> Verdict:
    """Return the worst of some findings, mapped by the policy's mode and `when`; each gets its margin here."""
    findings = tuple(with_margin(finding) for finding in found)
    outcome = min((finding.outcome for finding in findings), key=WORST_FIRST.index, default=Outcome.INCONCLUSIVE)
    mapped = [(finding, _status(finding, policy)) for finding in findings]
    refused = [finding for finding, status in mapped if status is Status.FAILED]
    status = Status.FAILED if refused or not findings else Status.SUCCEEDED
    warnings = [
        _told(finding, _warning_word(finding))
        for finding, mapped_to in mapped
        if finding.warns or (finding.outcome not in {Outcome.PASSED, Outcome.FAILED} and mapped_to is Status.SUCCEEDED)
    ]
    settled_by = _settled_by([finding for finding, mapped_to in mapped if mapped_to is status], policy)
    if policy.mode is Mode.OBSERVE and status is Status.FAILED:
        status, settled_by = Status.SUCCEEDED, OBSERVED
        warnings.append("mode observe: this release would have been refused")
    failed = any(finding.outcome is Outcome.FAILED for finding in findings)
    return Verdict(
        outcome=outcome,
        status=status,
        reason=_reason(refused, findings),
        findings=findings,
        warnings=tuple(warnings),
        decided=failed or all(finding.decided for finding in findings),
        mode=policy.mode,
        settled_by=settled_by,
    )


def verdict_of_error(reason: str, policy: Policy | None) -> Verdict:
    """Return the verdict where nothing could be found out; without a policy it is Failed."""
    mode = policy.mode if policy else Mode.ENFORCE
    passes = policy is not None and (policy.when.error is ErrorAction.PASS or mode is Mode.OBSERVE)
    text = _shortened(one_line(reason)) or "no reason given"
    warnings = (f"nothing was found out: {text}",) if passes else ()
    by_when = f"when.error: {policy.when.error.value}" if policy else ""
    return Verdict(
        outcome=Outcome.ERROR,
        status=Status.SUCCEEDED if passes else Status.FAILED,
        reason=text,
        warnings=warnings,
        mode=mode,
        settled_by=OBSERVED if mode is Mode.OBSERVE else by_when,
    )


def _status(finding: Finding, policy: Policy) -> Status:
    if finding.outcome is Outcome.PASSED:
        return Status.SUCCEEDED
    if finding.outcome is Outcome.INCONCLUSIVE:
        return _status_of_undecided(finding, policy)
    if finding.outcome is Outcome.ERROR and policy.when.error is ErrorAction.PASS:
        return Status.SUCCEEDED
    return Status.FAILED


def _status_of_undecided(finding: Finding, policy: Policy) -> Status:
    if finding.inconclusive_because is Because.NO_DATA:
        return Status.SUCCEEDED if policy.when.no_data is ErrorAction.PASS else Status.FAILED
    if finding.inconclusive_because is Because.PROBE_UNFIT:
        return Status.SUCCEEDED if policy.when.probe_unfit is ErrorAction.PASS else Status.FAILED
    fails = {
        OnInconclusive.HALF: finding.leans_to_fail,
        OnInconclusive.PASS: False,
        OnInconclusive.FAIL: True,
    }[policy.when.inconclusive]
    return Status.FAILED if fails else Status.SUCCEEDED


def _settled_by(findings: list[Finding], policy: Policy) -> str:
    """Return the words of `when` that gave findings their status; empty where a check has failed or all have passed."""
    if any(finding.outcome is Outcome.FAILED for finding in findings):
        return ""
    undecided = (finding for finding in findings if finding.outcome is not Outcome.PASSED)
    return ", ".join(dict.fromkeys(_word_of_when(finding, policy) for finding in undecided))


def _word_of_when(finding: Finding, policy: Policy) -> str:
    if finding.outcome is Outcome.ERROR:
        return f"when.error: {policy.when.error.value}"
    if finding.inconclusive_because is Because.NO_DATA:
        return f"when.no_data: {policy.when.no_data.value}"
    if finding.inconclusive_because is Because.PROBE_UNFIT:
        return f"when.probe_unfit: {policy.when.probe_unfit.value}"
    return f"when.inconclusive: {policy.when.inconclusive.value}"


def _reason(refused: list[Finding], findings: tuple[Finding, ...]) -> str:
    """Return one line: the failed checks where there are any, else what refused, else what was measured."""
    failed = [finding for finding in refused if finding.outcome is Outcome.FAILED]
    if failed:
        text = "; ".join(f"{finding.check}: {finding.reason}" for finding in failed)
    elif refused:
        text = "; ".join(_told(finding, _undecided_word(finding)) for finding in refused)
    elif findings:
        text = f"{len(findings)} checks: " + ", ".join(_in_short(finding) for finding in findings)
    else:
        text = "the policy has no check"
    return _shortened(text)


def _told(finding: Finding, word: str) -> str:
    """Return a finding's line; that a probe does not fit is said by its reason, in people's words."""
    if finding.inconclusive_because is Because.PROBE_UNFIT:
        return finding.reason
    return f"{finding.check}: {word}: {finding.reason}"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 4] + " ..."


def _undecided_word(finding: Finding) -> str:
    because = finding.inconclusive_because
    if finding.outcome is Outcome.ERROR:
        return finding.outcome.value
    half_way = ", at least half-way to failed" if finding.leans_to_fail else ""
    return f"inconclusive ({because}{half_way})"


def _warning_word(finding: Finding) -> str:
    return "passed with a warning" if finding.warns else _undecided_word(finding)


def _in_short(finding: Finding) -> str:
    if finding.warns:
        return f"{finding.check} passed with a warning ({finding.reason})"
    if finding.inconclusive_because is Because.PROBE_UNFIT:
        return finding.reason
    counted = f"{finding.check} {finding.outcome}"
    if finding.measured is None or finding.limit is None:
        return counted
    of = f"{quantity(finding.measured, finding.unit)} of {quantity(finding.limit, finding.unit)}"
    return f"{counted} ({of} in {finding.sample_count})"
