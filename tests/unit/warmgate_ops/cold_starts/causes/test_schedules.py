"""Schedule expressions: what AWS describes is understood, what it does not is refused, and times are its times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from warmgate.errors import UnfitError
from warmgate_ops.cold_starts.causes.schedules import Schedule, Timetable, read_expression

MINUTE = 60_000.0


def ms(text: str) -> float:
    """Return an instant in milliseconds."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000


def fires(text: str, since: str, until: str, **about: object) -> list[str]:
    """Return when an expression fires."""
    made = Schedule(name="s", source="schedule", text=text, expression=read_expression(text), **about)  # type: ignore[arg-type]
    return [f"{datetime.fromtimestamp(at / 1000, UTC):%m-%d %H:%M}" for at in made.fires(ms(since), ms(until))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cron(15 12 * * ? *)", ["11-01 12:15", "11-02 12:15", "11-03 12:15"]),
        ("cron(0 8 1 * ? *)", ["11-01 08:00"]),
        ("cron(0 8 L * ? *)", []),
        ("cron(0 8 1W * ? *)", ["11-02 08:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["11-02 18:00", "11-03 18:00"]),
        ("cron(0 9 ? * 3#1 *)", ["11-03 09:00"]),
        ("cron(0 9 ? NOV 1 2026)", ["11-01 09:00"]),
        ("cron(0 9 ? * SUN,TUE 2025-2027)", ["11-01 09:00", "11-03 09:00"]),
        ("cron(0/30 9 2 11 ? *)", ["11-02 09:00", "11-02 09:30"]),
        ("at(2026-11-02T10:00:00)", ["11-02 10:00"]),
    ],
)
def test_expressions_fire_as_aws_describes(text: str, expected: list[str]) -> None:
    """The first three days of November 2026, which begin with a Sunday."""
    assert fires(text, "2026-11-01T00:00", "2026-11-03T23:59") == expected


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(0 8 * * ?)",
        "cron(0 8 LW * ? *)",
        "cron(0 8 L-3 * ? *)",
        "cron(0 8 ? * FRI-MON *)",
        "cron(0 8 ? * 3#1,6#3 *)",
        "cron(60 8 * * ? *)",
        "cron(0/0 8 * * ? *)",
        "cron(0 8 32W * ? *)",
        "rate(0 minutes)",
        "rate(5 seconds)",
        "rate(five minutes)",
        "at(2026-02-30T10:00:00)",
        "at(tomorrow)",
        "every 5 minutes",
    ],
)
def test_what_aws_does_not_describe_is_refused(text: str) -> None:
    """Nothing is guessed: the error says what was found."""
    with pytest.raises(UnfitError, match="found"):
        read_expression(text)


def test_clocks_that_are_changed() -> None:
    """A time that clocks skip does not fire, and one that they show twice fires once, at its first."""
    zone = {"zone": "Europe/Berlin"}
    assert fires("cron(30 2 * * ? *)", "2026-03-28T12:00", "2026-03-30T12:00", **zone) == ["03-30 00:30"]
    assert fires("cron(30 2 * * ? *)", "2026-10-24T12:00", "2026-10-26T12:00", **zone) == ["10-25 00:30", "10-26 01:30"]


def test_a_schedule_fires_within_its_dates() -> None:
    """Neither before its start nor after its end."""
    about = {"since_ms": ms("2026-11-02T00:00"), "until_ms": ms("2026-11-02T23:00")}
    assert fires("cron(0 12 * * ? *)", "2026-11-01T00:00", "2026-11-04T00:00", **about) == ["11-02 12:00"]


def rule(text: str, **about: object) -> Schedule:
    """Return a rule that began nobody knows when."""
    return Schedule(name="r", source="EventBridge rule", text=text, expression=read_expression(text), **about)  # type: ignore[arg-type]


def test_calls_tell_the_phase_of_a_rate() -> None:
    """A rate of a rule, which says no begin, fires at the phase at which nearly every period has a call."""
    called = [number * 10 * MINUTE + 3_500 for number in range(30) if number != 7]

    table = Timetable(rule("rate(10 minutes)"), 0.0, 300 * MINUTE, called)

    assert not table.phase_known
    assert table.fires_between(70 * MINUTE, 81 * MINUTE) == [70 * MINUTE, 80 * MINUTE]


@pytest.mark.parametrize("called", [[], [1.0], [n * 7 * MINUTE for n in range(5)]])
def test_a_phase_that_calls_do_not_tell_is_not_guessed(called: list[float]) -> None:
    """Too few calls, or calls at no phase, give no times."""
    assert Timetable(rule("rate(10 minutes)"), 0.0, 300 * MINUTE, called).fires_between(0.0, 300 * MINUTE) == []


@pytest.mark.parametrize(
    ("qualifier", "version", "called"),
    [("", "$LATEST", True), ("", "7", False), ("7", "7", True), ("7", "8", False), ("live", "8", True)],
)
def test_a_target_calls_what_it_names(qualifier: str, version: str, *, called: bool) -> None:
    """Without a qualifier $LATEST is called and no version; an alias may stand on any published one."""
    assert Timetable(rule("cron(0 8 * * ? *)", qualifier=qualifier), 0.0, 1.0).calls(version) is called
