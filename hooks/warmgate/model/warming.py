"""What is kept warm, and what came of it, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from warmgate.model.deployment import Target

SHORT_RUNS = 3
"""Runs in a row that miss more than half before people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many environments of an alias somebody wants warm."""

    target: Target
    environments: int
    until_s: float
    """Seconds since the epoch until which it stands without being said again."""
    reserved_ratio: float = 0.1
    payload: bytes | None = None
    """What the owner says is safe to send instead of a ping: its answers prove nothing, so none is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the last runs left about an alias."""

    demand: Demand | None = None
    short_runs: int = 0
    """Runs in a row in which more than half were missing."""
    answering: frozenset[str] = frozenset()
    """Versions that have answered a ping as one."""
    deaf: frozenset[str] = frozenset()
    """Versions that took a ping for work: they are not called again for a day."""
    deaf_until_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """One run for one alias."""

    target: Target
    asked: int = 0
    granted: int = 0
    """How many there was room for."""
    calls: int = 0
    environments: tuple[str, ...] = ()
    """Distinct ones that answered, by the name that they give themselves."""
    by_version: dict[str, int] = field(default_factory=dict)
    """How many of them each version has."""
    cold: int = 0
    """How many of the calls made a new environment."""
    billed_ms: float = 0.0
    usd: float = 0.0
    """Of the calls, at list price."""
    reason: str = ""
    """Why there are fewer than were asked for, or none."""
    throttled: bool = False
    failed: bool = False
    """Whether something could not be found out."""
    excused: bool = False
    """Whether nobody misses them: provisioned concurrency keeps them, or the answers are not read."""

    @property
    def short(self) -> bool:
        """Return whether more than half are missing."""
        return not self.excused and 2 * len(self.environments) < self.asked
