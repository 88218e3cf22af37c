"""All that is said of a function's cold starts, as one value that text, JSON and page are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warmgate_ops.cold_starts.calls import WAITED
from warmgate_ops.cold_starts.causes.beside import Beside
from warmgate_ops.cold_starts.causes.cause import Explained
from warmgate_ops.cold_starts.causes.summary import Group, grouped

FEWEST = 5
"""Fewer cold starts show no share and no trend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """What traces of the slowest cold starts show."""

    asked: int
    kept: int
    where: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Medians by phase and by downstream service."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Causes, changes and what could not be asked; times are milliseconds since the epoch."""

    function: str
    qualifier: str = ""
    """The alias or version that was asked for."""
    since_ms: float
    until_ms: float
    calls: int
    explained: tuple[Explained, ...]
    """By time."""
    over_ms: float | None = None
    """Only cold starts whose first response took longer are explained; None explains all."""
    changes: tuple[Beside, ...] = ()
    differences: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What differs between two versions, in words."""
    traces: TraceSummary | None = None
    not_asked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the cold starts by cause."""
        return grouped(self.explained)

    @property
    def waited(self) -> int:
        """Return for how many somebody waited."""
        return sum(each.call.beginning in WAITED for each in self.explained)
