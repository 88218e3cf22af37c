"""What a check is and what it finds; nothing here looks at an account or a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from warmgate_ops.doctor.facts import Denied, Facts, NotSeen

T = TypeVar("T")


class Severity(StrEnum):
    """How bad a finding is; UNKNOWN means that the check could not look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    UNKNOWN = "unknown"


SHOWN_NAMES = 5
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

    @property
    def word(self) -> str:
        """Return the word that stands before it."""
        return self.severity.value

    def details(self) -> tuple[tuple[str, str], ...]:
        """Return what is told below it, each line with its title."""
        return () if self.severity is Severity.UNKNOWN else (("fix", self.check.fix),)

    def more(self) -> Mapping[str, object]:
        """Return what it has beside what every finding has, for JSON and SARIF."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What every check found, and which of them had something to look at."""

    findings: tuple[Finding, ...] = ()
    """The worst first, then in the order of the checks."""
    looked: tuple[str, ...] = ()
    not_looked: tuple[str, ...] = ()
    """Checks that lack what they look at: nobody named it, or it is not there."""

    @property
    def exit_code(self) -> int:
        """Return 1 where an error was found, 3 where something could not be looked at, else 0."""
        found = {finding.severity for finding in self.findings}
        if Severity.ERROR in found:
            return 1
        return 3 if Severity.UNKNOWN in found else 0


def examine(checks: Iterable[Check], subjects: Iterable[Facts]) -> Examination:
    """Apply every check to every subject; a check that could not look is a finding, and ends no other."""
    listed = tuple(checks)
    findings: list[Finding] = []
    looked: dict[str, bool] = {}
    for facts in subjects:
        for check in listed:
            look = check.in_account if facts.template is None else check.in_template
            if look is not None:
                found = _looked(check, look, facts)
                looked[check.id] = looked.get(check.id, False) or found is not None
                findings += found or []
    findings.sort(key=lambda finding: WORST_FIRST.index(finding.severity))
    return Examination(
        findings=tuple(findings),
        looked=tuple(check.id for check in listed if looked.get(check.id) is True),
        not_looked=tuple(check.id for check in listed if looked.get(check.id) is False),
    )


def _looked(check: Check, look: Look, facts: Facts) -> list[Finding] | None:
    """Return the findings of one look, None where there was nothing to look at."""
    found: list[Finding] = []
    try:
        for symptom in look(facts):
            found.append(_finding(check, symptom))  # noqa: PERF401 - what was found before a look ends is kept
    except NotSeen as reason:
        if reason.denied is not None:
            found.append(_finding(check, could_not_look(reason.denied)))
        elif not found:
            return None
    return list(_told_once(found))


def _told_once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings; what one line of Globals gives to several resources is one finding with their names."""
    together: dict[Finding, list[str]] = {}
    for each in dict.fromkeys(found):
        shared = each.place.line is not None
        key = replace(each, place=replace(each.place, name="")) if shared else each
        together.setdefault(key, []).append(each.place.name)
    for finding, names in together.items():
        yield replace(finding, place=replace(finding.place, name=_listed(names)))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def _finding(check: Check, symptom: Symptom) -> Finding:
    severity = symptom.severity or check.severity
    return Finding(check=check, severity=severity, place=symptom.place, message=symptom.message)


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
