"""What the questions need of an account: functions of their own, calls to them, and look-ups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from warmgate.errors import WarmgateError
from warmgate_ops.cold_starts.first_run.answers import Answer, Figure, State


class LabError(WarmgateError):
    """An account did not do what a question needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one call to a function of the lab said of its environment; times in milliseconds."""

    environment: str
    """Its log stream."""
    is_first: bool
    """Whether it was the first call of its environment."""
    ready_for_ms: float
    """How long the environment had been initialised when the call came, by its own clock."""
    init_work_ms: float
    """How long the function's work took in init."""
    call_work_ms: float
    """How long the same work took in the call; 0 in later calls."""
    init_ms: float | None
    """Init Duration of the platform's report."""
    restore_ms: float | None


class Lab(Protocol):
    """An account to ask; every method raises LabError."""

    def make(self, name: str, *, memory_mb: int = 128, work: int = 0, snapstart: bool = False) -> str:
        """Create a function that does some work in init and again in its first call; return its name."""

    def renew(self, function: str) -> None:
        """Change the configuration of `$LATEST`: its next calls meet new environments."""

    def publish(self, function: str, alias: str = "") -> str:
        """Publish a version, point an alias at it where one is named, and return the version."""

    def burst(self, function: str, calls: int, qualifier: str = "") -> tuple[Heard, ...]:
        """Call a function that often at once, held so long that each call meets another environment."""

    def look(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call an operation that changes nothing, or makes what the lab removes afterwards."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how often the account is asked."""

    region: str
    gaps_s: tuple[float, ...] = (300.0, 600.0, 1200.0, 2400.0)
    """After how long without a call environments are looked for."""
    environments: int = 5
    rounds: int = 8
    """How often environments are made to see how many are made ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that no documentation and no machine but AWS's own settles."""

    id: str
    asks: str
    how: str
    usd_most: float
    ask: Callable[[Lab, Plan], Answer]


def answered(question: str, said: str, **figures: Figure) -> Answer:
    """Return an answer."""
    return Answer(question=question, state=State.ANSWERED, said=said, figures=figures)


def unanswered(question: str, said: str, **figures: Figure) -> Answer:
    """Return what came of a question that was asked in vain."""
    return Answer(question=question, state=State.UNANSWERED, said=said, figures=figures)
