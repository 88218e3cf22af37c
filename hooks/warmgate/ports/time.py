"""Time, and ways to spend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from warmgate.model.deadline import Deadline

T = TypeVar("T")


class Clock(Protocol):
    """Time; monotonic milliseconds, and a way to let them pass."""

    def now_ms(self) -> float:
        """Return milliseconds on a clock that never goes back."""
        ...

    def sleep_ms(self, duration_ms: float) -> None:
        """Return after `duration_ms`."""
        ...

    def utc_now(self) -> str:
        """Return the wall clock as ISO 8601 in UTC."""
        ...

    def epoch_ms(self) -> float:
        """Return the wall clock in milliseconds since the epoch."""
        ...


class Timer(Protocol):
    """A way to do something at an instant, whatever the caller is doing then."""

    def call_at(self, at_ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Call an action at an instant of the clock, at once where it has passed; return what calls that off."""
        ...


class Overlap(Protocol):
    """A way to do several things at the same time."""

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Start all tasks together and return their results in order, None for one the deadline cut.

        An error that a task raises is raised here.
        """
        ...
