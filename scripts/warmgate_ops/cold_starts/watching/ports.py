"""What the watch needs from the world, each with the errors it may raise and no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from warmgate.model.deadline import Deadline
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.schedules import Schedule
from warmgate_ops.cold_starts.watching.day import Day, Watched
from warmgate_ops.cold_starts.watching.words import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsRead:
    """The calls of a function in a window."""

    calls: Sequence[Call]
    unread: str = ""
    """Why they are not all; empty where they are."""


class WatchedFunctions(Protocol):
    """The functions that allow Warmgate."""

    def all(self) -> Sequence[Watched]:
        """Return them by name; raises FunctionLookupError."""

    def calls(self, watched: Watched, since_ms: float, until_ms: float, deadline: Deadline) -> CallsRead:
        """Return the calls that were reported in a window; raises LogLookupError."""

    def schedules(self, watched: Watched) -> Sequence[Schedule]:
        """Return what calls a function at times, as far as that can be read."""


class Days(Protocol):
    """Where days and events are kept."""

    def keep(self, day: Day) -> None:
        """Store a day in the place of what is there of it; raises ReportError."""

    def find(self, function: str, dates: Sequence[str]) -> Sequence[Day]:
        """Return the days that are there, by date; raises ReportError."""

    def note(self, function: str, event: Event, event_id: str) -> None:
        """Store an event once, however often it is delivered; raises ReportError."""

    def noted(self, function: str, date: str) -> Sequence[Event]:
        """Return the events of a day; raises ReportError."""


class Figures(Protocol):
    """Metrics of a day; nothing is raised: they leave with the log."""

    def of_day(self, day: Day, p95_ms: float | None) -> None:
        """Write one function's."""

    def over_expected(self, functions: int) -> None:
        """Write how many functions' init p95 is over its expected value."""


class Channel(Protocol):
    """One way to tell people."""

    @property
    def name(self) -> str:
        """Return its name."""

    def tell(self, message: Message) -> None:
        """Tell; raises NoticeError."""
