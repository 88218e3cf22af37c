"""Schedule expressions of AWS: rate, cron with its six fields, at. Pure.

A cron is asked minute by minute in its time zone. A local time that a clock jumps over has no call, and one that comes
twice has one, as EventBridge Scheduler documents it for daylight-saving time.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_MONTHS = dict(zip(calendar.month_abbr[1:], map(str, range(1, 13)), strict=True))
_DAYS = dict(zip(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"), map(str, range(1, 8)), strict=True))
_MOST_MINUTES = 100_000
"""So many minutes back are asked for at most: a clock that jumped further has no calls before."""


class Expression(Protocol):
    """When something is called."""

    def between(self, after_s: float, until_s: float, begun_s: float) -> list[float]:
        """Return the times behind one and up to another, in seconds since the epoch.

        Args:
            after_s: not included.
            until_s: included.
            begun_s: from when a rate counts.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so many seconds."""

    every_s: int

    def between(self, after_s: float, until_s: float, begun_s: float) -> list[float]:
        """Return the multiples since the beginning, which is the first of them."""
        first = max(0, int((after_s - begun_s) // self.every_s) + 1) if after_s >= begun_s else 0
        last = int((until_s - begun_s) // self.every_s)
        return [begun_s + number * self.every_s for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class At:
    """Once."""

    at_s: float

    def between(self, after_s: float, until_s: float, begun_s: float) -> list[float]:  # noqa: ARG002 - as the protocol
        """Return that time where it lies between."""
        return [self.at_s] if after_s < self.at_s <= until_s else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """At minutes of a calendar."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    """The field of the days of a month."""
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]
    zone: ZoneInfo

    def between(self, after_s: float, until_s: float, begun_s: float) -> list[float]:  # noqa: ARG002 - as the protocol
        """Return the minutes that match."""
        first = max(int(after_s // 60) + 1, int(until_s // 60) - _MOST_MINUTES)
        return [minute * 60.0 for minute in range(first, int(until_s // 60) + 1) if self._matches(minute * 60)]

    def _matches(self, at_s: int) -> bool:
        local = datetime.fromtimestamp(at_s, self.zone)
        return (
            local.minute in self.minutes
            and local.hour in self.hours
            and local.month in self.months
            and local.year in self.years
            and local.fold == 0
            and _day_matches(self.days, local)
            and _weekday_matches(self.weekdays, local)
        )


def parse(text: str, zone: str = "UTC") -> Expression:
    """Return an expression; raises ValueError for one that AWS refuses."""
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone}: no time zone, expected one of IANA's names, Europe/Berlin for example") from error
    if found := _RATE.fullmatch(text):
        count = int(found[1])
        if count < 1 or (count == 1) is bool(found[3]):
            raise ValueError(f"{text}: expected a number above 0, with the plural of its unit above 1")
        return Rate(count * _UNITS[found[2]])
    if found := _AT.fullmatch(text):
        return At(datetime.fromisoformat(found[1]).replace(tzinfo=local).timestamp())
    if found := _CRON.fullmatch(text):
        return _cron(found, local)
    raise ValueError(f"{text}: expected rate(5 minutes), cron(0 2 * * ? *) with six fields, or at(2026-01-01T02:00:00)")


def _cron(found: re.Match[str], zone: ZoneInfo) -> Cron:
    days, weekdays = found[3].upper(), _named(found[5].upper(), _DAYS)
    if (days == "?") is (weekdays == "?"):
        raise ValueError(
            f"{found[0]}: expected ? for the day of the month or for the day of the week, and not for both"
        )
    cron = Cron(
        minutes=frozenset(_numbers(found[1], 0, 59)),
        hours=frozenset(_numbers(found[2], 0, 23)),
        days=days,
        months=frozenset(_numbers(_named(found[4].upper(), _MONTHS), 1, 12)),
        weekdays=weekdays,
        years=frozenset(_numbers(found[6], 1970, 2199)),
        zone=zone,
    )
    # Every day of a leap year: what a field says wrongly shows here and not with its first call.
    for number in range(7):
        moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number)
        _day_matches(days, moment)
        _weekday_matches(weekdays, moment)
    return cron


def _named(field: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Z]{3}", lambda word: names.get(word[0].capitalize(), word[0]), field)


def _numbers(field: str, least: int, most: int) -> Iterator[int]:
    """Yield what a field of numbers lists: *, lists, ranges, steps."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span == "*":
            first, last = least, most
        else:
            first = int(low)
            last = int(high) if high else (most if step else first)
        if not least <= first <= most or not least <= last <= most or (step and int(step) < 1):
            raise ValueError(f"{field}: expected numbers from {least} to {most}")
        # FRI-MON goes over the end of the week.
        values = range(first, last + 1) if first <= last else (*range(first, most + 1), *range(least, last + 1))
        yield from values[:: int(step or 1)]


def _day_matches(field: str, local: datetime) -> bool:
    if field in {"?", "*"}:
        return True
    last = calendar.monthrange(local.year, local.month)[1]
    for part in field.split(","):
        if part == "L":
            wanted = last
        elif part == "LW":
            wanted = _weekday_near(local, last, last)
        elif part.endswith("W"):
            wanted = _weekday_near(local, int(part[:-1]), last)
        elif local.day in _numbers(part, 1, 31):
            return True
        else:
            continue
        if local.day == wanted:
            return True
    return False


def _weekday_near(local: datetime, day: int, last: int) -> int:
    """Return the weekday nearest to a day, within its month."""
    day = min(day, last)
    weekday = calendar.weekday(local.year, local.month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _weekday_matches(field: str, local: datetime) -> bool:
    if field in {"?", "*"}:
        return True
    today = local.isoweekday() % 7 + 1
    last = calendar.monthrange(local.year, local.month)[1]
    for part in field.split(","):
        if part == "L":
            matches = today == 7
        elif part.endswith("L"):
            matches = today == int(part[:-1]) and local.day > last - 7
        elif "#" in part:
            day, _, number = part.partition("#")
            matches = today == int(day) and (local.day - 1) // 7 + 1 == int(number)
        else:
            matches = today in _numbers(part, 1, 7)
        if matches:
            return True
    return False
