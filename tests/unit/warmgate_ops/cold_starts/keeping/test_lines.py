"""What `--keep` may say."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.keeping.lines import read_every, read_keep

BERLIN = ZoneInfo("Europe/Berlin")
KEEP = "Mon-Fri 07:30-19:00 Europe/Berlin = 5, else 1"


@pytest.mark.parametrize(
    ("day", "hour", "minute", "wanted"),
    [(5, 7, 29, 1), (5, 7, 30, 5), (5, 18, 59, 5), (5, 19, 0, 1), (10, 12, 0, 1)],
)
def test_hours_hold_on_the_clock_of_their_zone(day: int, hour: int, minute: int, wanted: int) -> None:
    """The minute at which they end is outside, and Saturday is no day of theirs."""
    assert read_keep(KEEP).at(datetime(2026, 1, day, hour, minute, tzinfo=BERLIN).timestamp()) == wanted


def test_the_clock_changes_and_the_hours_stay() -> None:
    """07:30 in Berlin is another instant in summer."""
    summer = datetime(2026, 7, 6, 7, 30, tzinfo=BERLIN)
    winter = datetime(2026, 1, 5, 7, 30, tzinfo=BERLIN)

    assert [read_keep(KEEP).at(at.timestamp()) for at in (summer, winter)] == [5, 5]
    assert (summer.utctimetuple().tm_hour, winter.utctimetuple().tm_hour) == (5, 6)


@pytest.mark.parametrize(
    ("text", "most", "week_hours"),
    [
        ("5", 5, 5 * 168.0),
        ("0", 0, 0.0),
        (KEEP, 5, 57.5 * 5 + 110.5),
        ("Sat,Sun 00:00-24:00 UTC = 2", 2, 96.0),
        ("Fri 22:00-06:00 UTC = 3, Sat 00:00-12:00 UTC = 1, else 0", 3, 8 * 3 + 6.0),
    ],
)
def test_a_week_is_added_up(text: str, most: int, week_hours: float) -> None:
    """The first line that holds counts; what no line says is 0."""
    keep = read_keep(text)

    assert keep.most == most
    assert keep.environment_seconds(1_767_571_200.0) / 3600 == week_hours
    assert read_keep(str(keep)) == keep


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found nothing"),
        ("else 1, Mon 08:00-09:00 UTC = 2", "found 'else 1, Mon 08:00-09:00 UTC', expected days"),
        ("Mon 08:00-09:00 = 2", "expected days, hours and a time zone"),
        ("Mon 08:00-09:00 Mars/Base = 2", "found the time zone 'Mars/Base'"),
        ("Mon 08:00-08:00 UTC = 2", "hours that end when they begin"),
        ("Mon 08:00-25:00 UTC = 2", "found the time 25:00"),
        ("101", "found 101 environments, expected at most 100"),
        ("many", "found 'many'"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    """With the option, what was found, and how it is written."""
    with pytest.raises(SettingsError) as caught:
        read_keep(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith("--keep: ")


@pytest.mark.parametrize("text", ["5m", "60m", "cron(0/5 7-18 ? * MON-FRI *)", "cron(0 8 1,15 JAN-MAR ? *)"])
def test_a_rhythm_is_read(text: str) -> None:
    """Its text says the same again."""
    assert str(read_every(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7m", "expected one of 5m, 10m"),
        ("cron(0 8 * * * *)", "expected `?`"),
        ("cron(0 8 ? * MON)", "found 5 fields"),
        ("cron(0 8 ? * MON#2 *)", "found 'MON#2' for day of week"),
        ("cron(0 8 L * ? *)", "found 'L' for day of month"),
        ("cron(0 25 ? * MON *)", "found '25' for hours, expected 0 to 23"),
        ("cron(0/0 2 ? * MON *)", "a step of 0"),
    ],
)
def test_a_rhythm_that_is_not_known_is_said(text: str, said: str) -> None:
    """Nothing is guessed from an expression of another kind."""
    with pytest.raises(SettingsError, match="--every: ") as caught:
        read_every(text)
    assert said in str(caught.value)
