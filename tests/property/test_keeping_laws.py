"""What a plan forecasts is what happens, in weeks of open traffic whose environments live by other rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.warm_week import Traffic, World
from warmgate.keeping.shares import fitted, parts_of
from warmgate.model.deployment import Target
from warmgate.model.hours import DAYS, read_hours
from warmgate.model.release import AliasState
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.keeping.costs import MONTH_S, Size
from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
from warmgate_ops.cold_starts.keeping.plan import Wanted, plan_of

SIZE = Size(memory_mb=512.0, architecture="arm64")
SEEDS = (0, 1, 2)
clocks = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


def cold(calls: list[Call]) -> int:
    """Return how many callers met a cold start."""
    return sum(call.beginning is Beginning.COLD for call in calls)


@pytest.mark.parametrize(
    ("traffic", "keep"),
    [
        (Traffic(), "Mon-Fri 06:00-18:00 UTC = 3, else 1"),
        (Traffic(day_rate=0.004, night_rate=0.002), "2"),
    ],
    ids=["busy days", "quiet days and nights"],
)
def test_cold_starts_fall_as_the_plan_says(traffic: Traffic, keep: str) -> None:
    """Over three weeks: the share that goes within a tenth, what is left within 15 %, the bill of pings within 5 %."""
    wanted = read_keep(keep)
    recorded = forecast = left = 0.0
    pings = forecast_pings = 0.0
    for seed in SEEDS:
        week = replace(traffic, seed=seed)
        calls = list(World(seed=seed).run(week))
        plan = plan_of(
            calls, Wanted(target=Target("f", "live"), keep=wanted, every=read_every("5m"), size=SIZE, runtime="java21")
        )
        world = World(seed=seed + 100)
        after = list(world.run(week, wanted.at))
        recorded += cold(calls)
        forecast += (plan.rows[1].cold or 0.0) * plan.recorded_s / MONTH_S
        left += cold(after)
        pings += world.pings
        forecast_pings += plan.pings * plan.recorded_s / MONTH_S

    assert 1 - forecast / recorded == pytest.approx(1 - left / recorded, rel=0.1)
    assert forecast == pytest.approx(left, rel=0.15)
    assert forecast_pings == pytest.approx(pings, rel=0.05)


@given(
    weight=st.integers(1, 99).map(lambda percent: percent / 100),
    environments=st.integers(0, 100),
    room=st.integers(0, 100),
)
def test_a_shift_is_shared_out(weight: float, environments: int, room: int) -> None:
    """Each version with traffic gets at least its part and less than one more; no more than there is room for."""
    parts = parts_of("live", AliasState(version="1", weights=(("2", weight),)), environments)
    counts = {part.version: part.count for part in parts}

    assert all(part.qualifier == part.version for part in parts)
    for version, share in (("1", 1 - weight), ("2", weight)):
        assert environments * share - 1e-6 <= counts.get(version, 0) < environments * share + 1
    assert sum(part.count for part in fitted(parts, room)) == min(room, sum(counts.values()))


@settings(deadline=None)
@given(
    first=st.sampled_from(DAYS),
    last=st.sampled_from(DAYS),
    begin=clocks,
    end=clocks,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
)
def test_hours_say_what_they_were_read_from(first: str, last: str, begin: str, end: str, zone: str) -> None:
    """Written and read again they are the same, and in a usual week they hold as long as they say."""
    if begin == end:
        return
    hours = read_hours(f"{first}-{last} {begin}-{end} {zone}")
    monday_s = 1_767_571_200
    held = sum(hours.hold_at(at_s) for at_s in range(monday_s, monday_s + 7 * 86_400, 300)) * 5

    assert read_hours(str(hours)) == hours
    assert abs(held - hours.minutes_a_week) <= 10 * len(hours.days)
