"""Fire times of AWS's cron expressions are those that a slow look at every minute finds."""

from __future__ import annotations

from calendar import monthcalendar, monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.cold_starts.causes.schedules import Schedule, read_expression

NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def at_clock(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return a time on a clock."""
    return datetime(year, month, day, hour)  # noqa: DTZ001 - the strategies and calendars know no time zone


def part(least: int, most: int) -> st.SearchStrategy[str]:
    """Return values, ranges and steps of a field."""
    value = st.integers(least, most)
    return st.one_of(
        value.map(str),
        st.tuples(value, value).map(lambda both: f"{min(both)}-{max(both)}"),
        st.tuples(value, st.integers(1, 20)).map(lambda both: f"{both[0]}/{both[1]}"),
        st.integers(1, 20).map(lambda step: f"*/{step}"),
    )


def field(least: int, most: int) -> st.SearchStrategy[str]:
    """Return a whole field."""
    return st.one_of(st.just("*"), st.lists(part(least, most), min_size=1, max_size=3).map(",".join))


OF_MONTH = st.one_of(field(1, 31), st.just("L"), st.integers(1, 31).map(lambda day: f"{day}W"))
OF_WEEK = st.one_of(
    field(1, 7),
    st.sampled_from(NAMES),
    st.just("L"),
    st.integers(1, 7).map(lambda day: f"{day}L"),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda both: f"{both[0]}#{both[1]}"),
)
DAYS = st.one_of(OF_MONTH.map(lambda day: (day, "?")), OF_WEEK.map(lambda day: ("?", day)))
MONTH = st.one_of(field(1, 12), st.sampled_from(MONTHS))


def holds(text: str, value: int, least: int, most: int) -> bool:
    """Say whether a field holds a value, by trying."""
    for each in text.split(","):
        span, _, step = each.partition("/")
        first, _, last = span.partition("-")
        low = least if first == "*" else int(first)
        high = most if first == "*" or (step and not last) else int(last or first)
        if value in [low + n * int(step or 1) for n in range(200) if low + n * int(step or 1) <= high]:
            return True
    return False


def on_day(of_month: str, of_week: str, day: datetime) -> bool:
    """Say whether a day is one of an expression's, by the calendar as it hangs on a wall."""
    last = monthrange(day.year, day.month)[1]
    weekday = (day.weekday() + 1) % 7 + 1
    weeks = monthcalendar(day.year, day.month)
    if of_week == "?":
        if of_month == "L":
            return day.day == last
        if of_month.endswith("W"):
            wanted = int(of_month[:-1])
            weekdays = [number for week in weeks for number in week[:5] if number]
            return wanted <= last and day.day == min(weekdays, key=lambda number: abs(number - wanted))
        return holds(of_month, day.day, 1, 31)
    own = [week[day.weekday()] for week in weeks if week[day.weekday()]]
    if of_week == "L":
        return weekday == 7
    if of_week in NAMES:
        return NAMES[weekday - 1] == of_week
    if of_week.endswith("L"):
        return weekday == int(of_week[:-1]) and day.day == own[-1]
    if "#" in of_week:
        wanted, nth = map(int, of_week.split("#"))
        return weekday == wanted and own.index(day.day) + 1 == nth
    return holds(of_week, weekday, 1, 7)


CHANGED = [at_clock(2026, 3, 28, 20), at_clock(2026, 10, 24, 20), at_clock(2026, 3, 8), at_clock(2026, 4, 4, 10)]
"""Before clocks are changed somewhere."""
HOURS = 20


@given(
    fields=st.tuples(field(0, 59), field(0, 23), DAYS, MONTH),
    start=st.one_of(st.datetimes(at_clock(2024, 1, 1), at_clock(2029, 12, 1)), st.sampled_from(CHANGED)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_cron_fires_when_every_minute_is_looked_at(
    fields: tuple[str, str, tuple[str, str], str], start: datetime, zone: str
) -> None:
    """Over most of a day, in zones with clocks that are changed, each fire is a minute that fits, and the other way."""
    minutes, hours, (of_month, of_week), months = fields
    text = f"cron({minutes} {hours} {of_month} {months} {of_week} *)"
    schedule = Schedule(name="s", source="schedule", text=text, expression=read_expression(text), zone=zone)
    first = start.replace(second=0, microsecond=0, tzinfo=UTC)
    month = str(MONTHS.index(months) + 1) if months in MONTHS else months

    expected = []
    for number in range(HOURS * 60):
        at = first + timedelta(minutes=number)
        local = at.astimezone(ZoneInfo(zone))
        # What a clock shows twice fires the first time alone.
        again = bool(local.fold)
        fits = holds(minutes, local.minute, 0, 59) and holds(hours, local.hour, 0, 23)
        if fits and not again and holds(month, local.month, 1, 12) and on_day(of_month, of_week, local):
            expected.append(at.timestamp() * 1000)

    assert sorted(schedule.fires(first.timestamp() * 1000, at.timestamp() * 1000)) == expected


@given(
    period=st.integers(1, 600), began=st.integers(0, 10**4), since=st.integers(0, 10**4), length=st.integers(1, 10**3)
)
def test_a_rate_fires_at_its_begin_and_each_period_after(period: int, began: int, since: int, length: int) -> None:
    """Its times are those of counting on from its begin, in minutes."""
    text = f"rate({period} minutes)"
    begin_ms = began * 60_000.0
    schedule = Schedule(name="s", source="schedule", text=text, expression=read_expression(text), since_ms=begin_ms)
    counted = [begin_ms + n * period * 60_000 for n in range((10**4 + 10**3) // period + 2)]
    first, last = since * 60_000.0, (since + length) * 60_000.0

    assert list(schedule.fires(first, last)) == [at for at in counted if first <= at <= last]
