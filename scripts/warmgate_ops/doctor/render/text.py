"""Findings as text: a line each, how to fix it below, a summary at the end."""

from __future__ import annotations

from collections import Counter
from typing import Final

from rich.text import Text

from warmgate.visible import one_line
from warmgate_ops.doctor.findings import WORST_FIRST, Examination, Severity

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
        text.append(f"{finding.severity.value:<8}", STYLES[finding.severity])
        where = f"{finding.place}: " if str(finding.place) else ""
        text.append(f"{finding.check.id}  ", "bold").append(f"{one_line(where + finding.message)}\n")
        if finding.severity is not Severity.UNKNOWN:
            text.append(f"{'':8}fix: {finding.check.fix}\n", "dim")
    return text.append(f"{summary(examined)}\n")


def summary(examined: Examination) -> str:
    """Return how many findings there are of each severity, in how many checks."""
    counts = Counter(finding.severity for finding in examined.findings)
    counted = [f"{counts[word]} {PLURALS[word][counts[word] > 1]}" for word in WORST_FIRST if counts[word]]
    found = f"{', '.join(counted) or 'no problems'} in {len(examined.looked)} check{'s' * (len(examined.looked) != 1)}"
    if not examined.not_looked:
        return found
    return f"{found}; nothing to look at for {len(examined.not_looked)} more: {', '.join(examined.not_looked)}"
