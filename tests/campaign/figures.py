"""The table of a campaign: what was run, what went wrong on the way, and which promises broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from campaign.outcome import Breach, Outcome


@dataclass
class Figures:
    """The sums of one use case."""

    name: str
    schedules: int = 0
    runs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    breaches: Counter[Breach] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one schedule; a promise that it broke twice counts once."""
        self.schedules += 1
        self.runs += outcome.runs
        self.faults.update({str(kind): count for kind, count in outcome.faults.items()})
        self.breaches.update({breach for breach, _ in outcome.breaches})


def table(rows: Iterable[Figures]) -> str:
    """Return the table for people."""
    found = list(rows)
    head = ["", "schedules", "runs", "faults", *(breach.value for breach in Breach)]
    lines = [head]
    for row in found:
        counts = [row.schedules, row.runs, row.faults.total(), *(row.breaches[breach] for breach in Breach)]
        lines.append([row.name, *(f"{count:,}" for count in counts)])
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    text = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    kinds = sum((row.faults for row in found), Counter[str]())
    return "\n".join([*text, "", "faults: " + ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common())])
