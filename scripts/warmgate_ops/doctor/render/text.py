"""Findings as text: a line each, how to fix it below, a summary at the end."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.text import Text

from warmgate.visible import one_line
from warmgate_ops.doctor.findings import WORST_FIRST, Examination, Finding, Severity

STYLES: Final = {
    Severity.ERROR: "bold red",
    Severity.UNKNOWN: "magenta",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
PLURALS: Final = {
    Severity.ERROR: ("error", "errors"),
    Severity.UNKNOWN: ("could not look", "could not look"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("note", "notes"),
}


def render_text(examined: Examination) -> Text:
    """Return a text that knows its colours; `plain` of it is the text alone."""
    text = Text()
    for finding in examined.findings:
        append_finding(text, finding)
    return text.append(f"{summary(examined)}\n")


def append_finding(text: Text, finding: Finding, told: set[tuple[str, str, str]] | None = None) -> None:
    """Append a finding: what was seen where in one line, and below it what is told beside.

    Args:
        text: what it is appended to.
        finding: of a check.
        told: what stands below earlier findings of the same checks, and is not told again.
    """
    text.append(f"{finding.word:<8}", STYLES[finding.severity])
    where = f"{finding.place}: " if str(finding.place) else ""
    text.append(f"{finding.check.id}  ", "bold").append(f"{one_line(where + finding.message)}\n")
    for title, said in finding.details():
        key = (finding.check.id, title, said)
        if told is not None and key in told:
            continue
        if told is not None:
            told.add(key)
        below = said.splitlines() or [""]
        text.append(f"{'':8}{title}: {below[0]}".rstrip() + "\n", "dim")
        text.append("".join(f"{'':10}{line}\n" for line in below[1:]), "dim")


def summary(examined: Examination) -> str:
    """Return how many findings there are of each severity, in how many checks."""
    counts = Counter(finding.severity for finding in examined.findings)
    counted = [f"{counts[word]} {PLURALS[word][counts[word] > 1]}" for word in WORST_FIRST if counts[word]]
    found = f"{', '.join(counted) or 'no problems'} in {len(examined.looked)} check{'s' * (len(examined.looked) != 1)}"
    if not examined.not_looked:
        return found
    return f"{found}; nothing to look at for {len(examined.not_looked)} more: {', '.join(examined.not_looked)}"
