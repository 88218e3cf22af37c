"""Where a guard gets live calls from while traffic shifts, and where it counts what that took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.ports.time import Clock

if TYPE_CHECKING:
    from warmgate.logs.calls import LoggedCall
    from warmgate.model.log_stream import FunctionLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a source is made for."""

    deployment: Deployment
    logs: tuple[FunctionLog, ...]
    """Log groups of both versions, each once."""
    since_ms: float
    """Calls that were reported before are not asked for, in milliseconds since the epoch."""
    whole: bool = False
    """Whether the shift is over, and one look is to give all of its calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at live traffic gave."""

    calls: tuple[LoggedCall, ...] = ()
    """New since the last look, each once, by time."""
    requests: int = 1
    """Made of a quota that the source shares with others, those that were refused included."""
    throttled: int = 0
    """Requests that were refused for their rate."""
    part: float = 1.0
    """Share of the time since the last look whose calls were read, all of them; below 1 it is a sample."""
    notes: tuple[str, ...] = ()
    """For the report and the log, which say each once."""


class LiveSource(Protocol):
    """Live calls of one deployment."""

    def look(self, deadline: Deadline) -> Look:
        """Return the calls that are new; raises LogLookupError."""
        ...

    def close(self) -> None:
        """Let go of what the source holds; no look follows. It may be called twice, and never raises."""
        ...


SourceOf = Callable[[Watched, Clock], LiveSource]


class ReadingCounts(Protocol):
    """Where a guard counts its reading, for alarms and dashboards; what fails there is no error."""

    def count(self, deployment: Deployment, counts: dict[str, float]) -> None:
        """Count under each name."""
        ...


class Turns(Protocol):
    """The queue of all who read logs at the same time, in one account and region."""

    def take(self, requests: int) -> float:
        """Queue for so many requests; return in how many milliseconds they may be made; raises ClaimError."""
        ...
