"""How often guards look: as ever while the quota has room, else each its part, and less where they are refused."""

from __future__ import annotations

import pytest

from warmgate.live.pace import LONGEST_MS, POLL_MS, Pace, filter_per_s


def test_one_guard_looks_every_two_seconds() -> None:
    """Nothing is stretched or spread while nobody else is there."""
    pace = Pace().waiting(0).after(refused=False)
    assert not pace.is_stretched
    assert [pace.pause_ms(chance) for chance in (0.0, 0.5, 1.0)] == [POLL_MS] * 3


@pytest.mark.parametrize(("region", "per_s"), [("us-east-1", 25.0), ("eu-central-1", 5.0), ("x", 10.0)])
def test_the_quota_is_the_regions(region: str, per_s: float) -> None:
    """Nobody can raise it."""
    assert filter_per_s(region) == per_s


def test_a_turn_that_comes_late_stretches_the_pace_and_not_the_pause() -> None:
    """What is waited for in the queue is not paused for once more."""
    pace = Pace().waiting(40_000)
    assert (pace.is_stretched, pace.interval_ms, pace.pause_ms(1.0)) == (True, 42_000, POLL_MS)
    assert not Pace().waiting(0.4 * POLL_MS).is_stretched


def test_refusals_halve_the_rate_down_to_one_look_a_minute_and_it_comes_back() -> None:
    """Others use the quota for a while; what they leave is found again."""
    pace = Pace()
    for _ in range(20):
        pace = pace.after(refused=True)
    assert pace.interval_ms == LONGEST_MS
    looks = 0
    while pace.is_stretched:
        pace, looks = pace.after(refused=False), looks + 1
    assert looks < 20


def test_guards_of_different_rates_come_to_the_same() -> None:
    """A look is refused by chance, alike for all: who looks oftener is refused oftener."""
    fast, slow = Pace(per_s=0.4), Pace(per_s=0.1)
    fast, slow = (pace.after(refused=True).after(refused=False) for pace in (fast, slow))
    assert fast.per_s / slow.per_s < 4
