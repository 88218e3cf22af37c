"""How often guards look: as ever while the quota has room, else each its part, and less where they are refused."""

from __future__ import annotations

import pytest

from warmgate.live.pace import LONGEST_MS, POLL_MS, Pace, filter_per_s


def test_one_guard_looks_every_two_seconds() -> None:
    """Nothing is stretched or spread while the quota has room."""
    pace = Pace().among(1, 5.0).after(refused=False)
    assert not pace.is_stretched
    assert [pace.pause_ms(chance) for chance in (0.0, 0.5, 1.0)] == [POLL_MS] * 3


@pytest.mark.parametrize(
    ("region", "per_s", "room"), [("us-east-1", 25.0, 40), ("eu-central-1", 5.0, 8), ("x", 10.0, 16)]
)
def test_so_many_guards_look_as_ever(region: str, per_s: float, room: int) -> None:
    """The quota is the region's, and a fifth of it is left to others."""
    assert filter_per_s(region) == per_s
    assert not Pace().among(room, per_s).is_stretched
    assert Pace().among(room + 1, per_s).is_stretched


@pytest.mark.parametrize("guards", [50, 200])
def test_all_guards_together_stay_within_the_quota(guards: int) -> None:
    """Each takes its part."""
    assert guards * 1000 / Pace().among(guards, 5.0).interval_ms <= 5.0


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
