"""What a schedule led to: the promises that it broke, if any, and how it came to that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Breach(StrEnum):
    """A promise that did not hold."""

    WRONG = "wrong"
    """A bad version was let through, a good one refused without a fault, or the alias is not where it must be."""
    LATE = "late"
    NONE = "none"
    """No status, no stop, no notice."""
    TWICE = "twice"
    LOST = "lost report"
    RAISED = "raised"
    """An error that is not documented."""


@dataclass
class Outcome:
    """One schedule, played."""

    seed: int
    title: str
    faults: Counter[Any] = field(default_factory=Counter)
    runs: int = 0
    breaches: list[tuple[Breach, str]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def expect(self, holds: bool, breach: Breach, said: str) -> None:
        """Note a breach where something does not hold."""
        if not holds:
            self.breaches.append((breach, said))

    def __str__(self) -> str:
        """Return the whole story."""
        broken = [f"  {breach}: {said}" for breach, said in self.breaches] or ["  every promise kept"]
        return "\n".join([f"seed {self.seed}: {self.title}", *self.trace, *broken])
