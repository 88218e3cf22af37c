"""Applies every rule to a function; a rule that could not look is an advice of its own kind, and ends no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.advising.facts import ColdFacts
from warmgate_ops.cold_starts.advising.function import VCPU_MB, Function
from warmgate_ops.cold_starts.advising.saying import RANKS, SEVERITIES, Advice, Advised, NoIssue, NotAdvised, Rule
from warmgate_ops.doctor.facts import NotSeen
from warmgate_ops.doctor.findings import Examination, Finding, Severity, Symptom, could_not_look


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a rule advises nothing."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advising:
    """What all rules say of one function."""

    function: Function
    examined: Examination
    """The advice, the highest first, then what could not be looked at."""
    no_issue: tuple[Reason, ...] = ()
    not_advised: tuple[Reason, ...] = ()

    @property
    def advice(self) -> tuple[Advice, ...]:
        """Return the advice alone."""
        return tuple(found for found in self.examined.findings if isinstance(found, Advice))

    @property
    def exit_code(self) -> int:
        """Return 1 where a high advice was given, 3 where something could not be looked at, else 0."""
        if any(each.said.rank == "high" for each in self.advice):
            return 1
        return 3 if len(self.advice) < len(self.examined.findings) else 0


def advise(rules: Iterable[Rule], function: Function) -> Advising:
    """Apply every rule to one function."""
    listed = tuple(rules)
    findings: list[Finding] = []
    calm: list[Reason] = []
    refused: list[Reason] = []
    looked: dict[str, bool] = {}
    for rule in listed:
        said, could = _said(rule, function)
        if said is None:
            continue
        looked[rule.id] = could
        findings += [_finding(rule, each, function) for each in said if not isinstance(each, NoIssue | NotAdvised)]
        calm += [Reason(rule=rule.id, reason=each.message) for each in said if isinstance(each, NoIssue)]
        refused += [Reason(rule=rule.id, reason=each.message) for each in said if isinstance(each, NotAdvised)]
    findings.sort(key=_place_of)
    return Advising(
        function=function,
        examined=Examination(
            findings=tuple(dict.fromkeys(findings)),
            looked=tuple(name for name, could in looked.items() if could),
            not_looked=tuple(name for name, could in looked.items() if not could),
        ),
        no_issue=tuple(calm),
        not_advised=tuple(refused),
    )


def exit_code_of(advisings: Sequence[Advising]) -> int:
    """Return the exit code of several functions together."""
    codes = {each.exit_code for each in advisings}
    return 1 if 1 in codes else max(codes, default=0)


def _said(rule: Rule, function: Function) -> tuple[list[Symptom] | None, bool]:
    """Return what a rule says and whether it could look; None where it is not for this kind of subject."""
    look = rule.in_template if function.in_template else rule.in_account
    if look is None:
        return None, False
    said: list[Symptom] = []
    try:
        for symptom in look(function):
            said.append(symptom)  # noqa: PERF402 - what was said before a look ends is kept
    except NotSeen as reason:
        if reason.denied is not None:
            said.append(could_not_look(reason.denied))
        return said, bool(said)
    return said, True


def _finding(rule: Rule, said: Symptom, function: Function) -> Finding:
    if not isinstance(said, Advised):
        severity = said.severity or rule.severity
        return Finding(check=rule, severity=severity, place=said.place, message=said.message)
    return Advice(
        check=rule,
        severity=SEVERITIES[said.rank],
        place=said.place,
        message=said.message,
        said=said,
        measure=_command(rule.measure, function, said.names),
    )


def _command(written: str, function: Function, more: Mapping[str, str]) -> str:
    """Return a command with the names filled in; what only a deployed function has is written in capitals."""
    version = function.cold.version if isinstance(function.cold, ColdFacts) else ""
    before = function.before.version if isinstance(function.before, ColdFacts) else ""
    names = {
        "name": f"--function {'NAME' if function.in_template else function.name}",
        "version": version or "VERSION",
        "version_option": f"--version {version or 'VERSION'}",
        "before": before or "BEFORE",
        "sizes": ",".join(str(size) for size in _sizes(function.memory_mb or 512)),
        **more,
    }
    return written.format(**names) + (" (once it is deployed)" if function.in_template else "")


def _sizes(memory_mb: int) -> list[int]:
    """Return the sizes to measure: the function's own, and larger ones up to one vCPU."""
    return [memory_mb, *(size for size in (512, 1024, VCPU_MB) if size > memory_mb)]


def _place_of(finding: Finding) -> int:
    if isinstance(finding, Advice):
        return RANKS.index(finding.said.rank)
    return len(RANKS) + (finding.severity is not Severity.UNKNOWN)
