"""What a check is and what it finds; nothing here looks at an account or a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from doctor.facts import Denied, Facts, NotSeen

T = TypeVar("T")


class Severity(StrEnum):
    """How bad a finding is; UNKNOWN means that the check could not look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"


WORST_FIRST = (Severity.ERROR, Severity.UNKNOWN, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding is: a line of a file, or a thing of the account by name."""

    name: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Return `file:line name`, as far as each is known."""
        where = f"{self.file}:{self.line}" if self.line is not None else self.file
        return " ".join(part for part in (where, self.name) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What a check saw, in one sentence with the values."""

    place: Place
    message: str
    severity: Severity | None = None
    """The check's own where None."""


Look = Callable[[Facts], Iterator[Symptom]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that breaks releases, and how to see it beforehand."""

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    sources: tuple[str, ...]
    """Titles of public AWS documentation pages, or public threads as `owner/repository#number`."""
    in_account: Look | None = None
    in_template: Look | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check that found something, or could not look."""

    check: Check
    severity: Severity
    place: Place
    message: str


def findings_of(checks: Iterable[Check], facts: Facts) -> list[Finding]:
    """Return every finding in the order of the checks; a check that could not look is a finding too."""
    return [finding for check in checks for finding in _applied(check, facts)]


def sorted_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the worst first."""
    return sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity))


def _applied(check: Check, facts: Facts) -> Iterator[Finding]:
    for look in (check.in_account, check.in_template):
        if look is not None:
            yield from _looked(check, look, facts)


def _looked(check: Check, look: Look, facts: Facts) -> Iterator[Finding]:
    # One subject after the other: what may not be read of one must not hide what was seen of the rest.
    seen: set[str] = set()
    for symptom in each((facts,), look):
        severity = symptom.severity or check.severity
        if severity is Severity.UNKNOWN and symptom.message in seen:
            continue
        seen.add(symptom.message)
        yield Finding(check=check, severity=severity, place=symptom.place, message=symptom.message)


def each(subjects: Iterable[T], look: Callable[[T], Iterator[Symptom]]) -> Iterator[Symptom]:
    """Yield what is seen of each subject; one that could not be looked at is a symptom, the others go on."""
    for subject in subjects:
        try:
            yield from look(subject)
        except NotSeen as reason:
            if reason.denied is not None:
                yield could_not_look(reason.denied)


def could_not_look(denied: Denied) -> Symptom:
    """Return the symptom of a fact that could not be found out."""
    message = f"could not look: {denied.reason}"
    return Symptom(place=Place(name=denied.place), message=message, severity=Severity.UNKNOWN)
