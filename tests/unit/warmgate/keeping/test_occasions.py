"""Why the keeper runs, as its events say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.fakes.warm_world import NOW_S, TARGET
from warmgate.keeping.occasions import GRACE_S, Scheduled, Sweep, lasting_s, occasion_of
from warmgate.model.hours import Hours, ZoneUnknownError, read_rhythm
from warmgate.model.warming import Demand

NOWHERE = Hours(days=frozenset({0}), from_minute=0, until_minute=60, zone="No/Where")


@pytest.mark.parametrize(
    ("at", "expected_s"),
    [
        ("2026-01-01T00:05:00Z", datetime(2026, 1, 1, 0, 5, tzinfo=UTC).timestamp()),
        ("<aws.scheduler.scheduled-time>", NOW_S),
        ("2026-01-01T00:05:00", NOW_S),
        (None, NOW_S),
    ],
)
def test_a_run_belongs_to_the_time_of_its_schedule(at: str | None, expected_s: float) -> None:
    """However late it comes; without a time that can be read it is now."""
    assert occasion_of({"warmgate": "keep-warm", "at": at}, NOW_S) == Sweep(expected_s)


@pytest.mark.parametrize(("only", "unless"), [(NOWHERE, ()), (None, (NOWHERE,))])
def test_where_no_zone_is_known_a_schedule_is_believed(only: Hours | None, unless: tuple[Hours, ...]) -> None:
    """It fires by the clock of its own zone: what is lost are the minutes at the edges of its hours."""
    demand = Demand(target=TARGET, environments=1, until_s=NOW_S)

    assert Scheduled(demand=demand, at_s=NOW_S, only=only, unless=unless).holds()
    with pytest.raises(ZoneUnknownError, match="'No/Where' is not known here"):
        NOWHERE.hold_at(NOW_S)


@pytest.mark.parametrize(("every", "minutes"), [("5m", 5), ("60m", 60), ("cron(0 8 ? * MON *)", 60)])
def test_a_demand_stands_until_it_is_said_again(every: str, minutes: int) -> None:
    """And a little longer; one by a cron expression for an hour."""
    assert lasting_s(read_rhythm(every)) == minutes * 60 + GRACE_S
