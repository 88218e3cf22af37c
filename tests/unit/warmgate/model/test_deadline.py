"""Deadlines: a reserve is kept back, and nothing is left below zero."""

from __future__ import annotations

import pytest

from warmgate.model.deadline import RESERVE_MS, Deadline


@pytest.mark.parametrize(
    ("remaining_ms", "at_ms"), [(300_000, 1_270_000), (30_000, 1_000_000), (3_000, 1_000_000), (30_001, 1_000_001)]
)
def test_a_deadline_keeps_its_reserve_back(remaining_ms: float, at_ms: float) -> None:
    """Thirty seconds before the hook's own end, and never before now."""
    assert Deadline.within(1_000_000, remaining_ms).at_ms == at_ms


def test_the_reserve_is_thirty_seconds() -> None:
    """What is documented is what is kept."""
    assert RESERVE_MS == 30_000


@pytest.mark.parametrize(
    ("now_ms", "left_ms", "passed"), [(0, 100, False), (99, 1, False), (100, 0, True), (200, 0, True)]
)
def test_what_is_left_never_falls_below_zero(now_ms: float, left_ms: float, passed: bool) -> None:
    """At the instant itself nothing is left."""
    deadline = Deadline(100)

    assert (deadline.left_ms(now_ms), deadline.passed(now_ms)) == (left_ms, passed)


def test_the_earlier_of_two_instants_counts() -> None:
    """A policy's seconds may end before the hook does, never after."""
    assert (Deadline(100).no_later_than(50), Deadline(100).no_later_than(150)) == (Deadline(50), Deadline(100))
