"""Schedules of a keep: when they fire, and what the keeper makes of their events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from warmgate.keeping.occasions import Scheduled, occasion_of
from warmgate.model.cron import read_cron
from warmgate.model.deployment import Target
from warmgate.model.hours import zone_of
from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep
from warmgate_ops.cold_starts.keeping.schedules import Schedule, prefix_of, schedules_of

TARGET = Target("checkout-api", "live")
WEEK_S = 1_774_828_800
"""2026-03-30T00:00:00Z, the Monday after Europe has changed its clocks."""


def schedules(keep: str, every: str = "5m") -> tuple[Schedule, ...]:
    """Return the schedules of a keep."""
    return schedules_of(TARGET, read_keep(keep), read_every(every))


def test_a_line_is_a_schedule() -> None:
    """It fires on the clock of its time zone, and tells the keeper its hours and what came before."""
    first, rest = schedules("Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1")

    assert (first.name, first.expression, first.zone) == (
        "checkout-api.live.1",
        "cron(0/5 7-18 ? * MON-FRI *)",
        "Europe/Berlin",
    )
    assert first.input == {
        "warmgate": "keep-warm",
        "at": "<aws.scheduler.scheduled-time>",
        "function": "checkout-api",
        "alias": "live",
        "environments": 5,
        "every": "5m",
        "of_reserved": 0.1,
        "only": "Mon-Fri 07:30-19:00 Europe/Berlin",
    }
    assert (rest.expression, rest.zone) == ("cron(0/5 * * * ? *)", "Europe/Berlin")
    assert rest.input["unless"] == ["Mon-Fri 07:30-19:00 Europe/Berlin"]


@pytest.mark.parametrize(
    ("keep", "expressions"),
    [
        ("5", ["cron(0/5 * * * ? *)"]),
        ("0", []),
        ("Sat,Sun 00:00-24:00 UTC = 2", ["cron(0/5 * ? * SAT,SUN *)"]),
        ("Mon-Sun 09:00-10:00 UTC = 2", ["cron(0/5 9 ? * * *)"]),
        ("Fri 22:00-06:00 UTC = 2", ["cron(0/5 0-5,22-23 ? * FRI,SAT *)"]),
        ("Sun 22:00-00:00 UTC = 2", ["cron(0/5 22-23 ? * SUN *)"]),
        ("Mon 08:00-09:00 UTC = 0, else 2", ["cron(0/5 * * * ? *)"]),
    ],
)
def test_hours_become_an_expression(keep: str, expressions: list[str]) -> None:
    """A line that wants nothing has no schedule."""
    assert [each.expression for each in schedules(keep)] == expressions


@pytest.mark.parametrize("every", ["5m", "15m", "60m", "cron(10 6-20 ? * * *)"])
@pytest.mark.parametrize(
    "keep",
    [
        "3",
        "Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1",
        "Fri,Sat 22:15-06:00 America/New_York = 4, Mon 00:00-24:00 Asia/Kolkata = 2, else 1",
    ],
)
def test_whenever_a_schedule_fires_the_keeper_wants_what_the_keep_says(keep: str, every: str) -> None:
    """Over a week, whenever any fires, exactly one holds, and it wants what the first line says."""
    wanted = read_keep(keep)
    found = schedules(keep, every)
    fired = [minute for minute in range(WEEK_S, WEEK_S + 7 * 86_400, 300) if _wants(found, minute)]

    assert fired
    assert [_wants(found, minute) for minute in fired] == [[wanted.at(minute)] for minute in fired]


def _wants(found: tuple[Schedule, ...], at_s: int) -> list[int]:
    return [
        occasion.demand.environments
        for each in found
        if read_cron(each.expression[5:-1]).fires_at(datetime.fromtimestamp(at_s, zone_of(each.zone)))
        and (occasion := _occasion(each.input, at_s)).holds()
    ]


def _occasion(said: dict[str, Any], at_s: int) -> Scheduled:
    at = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    occasion = occasion_of({**said, "at": at}, 0.0)
    assert isinstance(occasion, Scheduled)
    return occasion


def test_names_stay_short_and_apart() -> None:
    """Scheduler takes 64 characters; two long names that begin alike have schedules of their own."""
    long, longer = Target("f" * 64, "live"), Target("f" * 64, "beta")
    names = [each.name for target in (long, longer) for each in schedules_of(target, read_keep("1"), read_every("5m"))]

    assert max(map(len, names)) <= 64
    assert len(set(names)) == 2
    assert prefix_of(Target("a-b", "c")) != prefix_of(Target("a", "b-c"))
