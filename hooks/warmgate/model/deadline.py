"""The time left to a hook, as a value: an instant on the clock that its owner reads."""

from __future__ import annotations

from dataclasses import dataclass

RESERVE_MS = 30_000.0
"""Kept back so that the status is reported before Lambda ends the hook."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant in milliseconds on a monotonic clock."""

    at_ms: float

    @classmethod
    def within(cls, now_ms: float, remaining_ms: float, reserve_ms: float = RESERVE_MS) -> Deadline:
        """Return the deadline of a caller that has `remaining_ms` left and keeps `reserve_ms` back."""
        return cls(now_ms + max(0.0, remaining_ms - reserve_ms))

    def left_ms(self, now_ms: float) -> float:
        """Return the milliseconds left, never below zero."""
        return max(0.0, self.at_ms - now_ms)

    def passed(self, now_ms: float) -> bool:
        """Return whether nothing is left."""
        return now_ms >= self.at_ms

    def no_later_than(self, at_ms: float) -> Deadline:
        """Return the earlier of this deadline and the instant `at_ms`."""
        return Deadline(min(self.at_ms, at_ms))
