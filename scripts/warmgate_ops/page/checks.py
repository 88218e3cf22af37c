"""Each check as a row: its words, and a line on which the limit stands fixed and the measured value is a bar."""

from __future__ import annotations

from dataclasses import dataclass

from warmgate.model.verdict import Finding, Verdict
from warmgate.report import wording
from warmgate.visible import one_line
from warmgate_ops.page.figure import line, number

WIDTH, HEIGHT = 150.0, 24.0
LIMIT_AT = 90.0
"""Where the limit stands on every line: further right is beyond it."""
VACUOUS = ("at least 0 %", "at most 100 %")
"""What these rule out is nothing."""
MARKS = {"passed": "✓", "failed": "✕", "inconclusive": "?", "error": "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A finding as words and the places on its line."""

    mark: str
    outcome: str
    check: str
    measured: str
    limit: str
    margin: str
    counts: str
    why: str
    asides: tuple[str, ...]
    track: str
    bar: str
    text: str
    """What the line shows, for those who do not see it."""


def check_rows(verdict: Verdict) -> list[CheckRow]:
    """Return the rows of a verdict, in the order of its findings."""
    return [_row(finding) for finding in verdict.findings]


def _row(finding: Finding) -> CheckRow:
    measured, limit = wording.measured(finding), wording.limit(finding)
    return CheckRow(
        mark=MARKS[finding.outcome.value],
        outcome=finding.outcome.value,
        check=finding.check,
        measured=measured,
        limit=limit,
        margin=wording.margin(finding),
        counts=wording.counts(finding),
        why=one_line(finding.reason),
        asides=_asides(finding),
        track=line(LIMIT_AT, 2, LIMIT_AT, HEIGHT - 2),
        bar=_bar(finding),
        text=f"measured {measured}, limit {limit}",
    )


def _asides(finding: Finding) -> tuple[str, ...]:
    proven = "" if finding.proven.startswith(VACUOUS) else finding.proven
    found = [part for part in (finding.details, proven) if part]
    if finding.inconclusive_because:
        lean = "; it leans to fail" if finding.leans_to_fail else ""
        found.append(f"undecided: {finding.inconclusive_because}{lean}")
    if finding.warns:
        found.append("passed with a warning")
    if not finding.decided:
        found.append("more calls could have changed it")
    return tuple(found)


def _bar(finding: Finding) -> str:
    """Return the bar from nothing to the measured value, empty where there is no value."""
    if finding.measured is None or finding.limit is None:
        return ""
    end = LIMIT_AT * finding.measured / finding.limit if finding.limit else (WIDTH if finding.measured else 0.0)
    middle = number(HEIGHT / 2)
    return f"M0 {middle}H{number(min(max(end, 0.0), WIDTH))}"
