"""AWS's cron expressions: six fields with , - * / ? L W and #, as EventBridge's reference of them has it.

What the reference does not describe (LW, L-3, ranges that run backwards) is refused and not guessed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from warmgate.errors import UnfitError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART = re.compile(r"(?P<first>\*|[A-Z0-9]+)(?:-(?P<last>[A-Z0-9]+))?(?:/(?P<step>\d{1,4}))?")
DayRule = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class _Field:
    """What a field may hold."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """Return what a value means; raises UnfitError."""
        value = self.names.index(text) + self.least if text in self.names else int(text) if text.isdigit() else -1
        if not self.least <= value <= self.most:
            raise UnfitError(f"{self.name}: found {text}, expected {self.least} to {self.most}")
        return value

    def values(self, text: str) -> frozenset[int]:
        """Return all values of a list of values, ranges and steps; raises UnfitError."""
        return frozenset(value for part in text.split(",") for value in self._of(part))

    def _of(self, part: str) -> range:
        found = _PART.fullmatch(part)
        if found is None or (found["first"] == "*" and found["last"]):
            raise UnfitError(
                f"{self.name}: found {part!r}, which AWS's reference of cron expressions does not describe"
            )
        everything = found["first"] == "*"
        first = self.least if everything else self.number(found["first"])
        open_ended = everything or (found["step"] is not None and found["last"] is None)
        last = self.most if open_ended else self.number(found["last"] or found["first"])
        step = int(found["step"] or 1)
        if first > last or step < 1:
            raise UnfitError(f"{self.name}: found {part}, expected a range that runs forward, by steps of 1 at least")
        return range(first, last + 1, step)


MINUTES, HOURS = _Field("minutes", 0, 59), _Field("hours", 0, 23)
DAYS_OF_MONTH, MONTHS_OF_YEAR = _Field("day of month", 1, 31), _Field("month", 1, 12, MONTHS)
DAYS_OF_WEEK, YEARS = _Field("day of week", 1, 7, DAYS), _Field("year", 1970, 2199)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was understood."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    on_day: DayRule

    def on(self, day: date) -> Iterator[datetime]:
        """Yield the times of a day at which it fires, on the clock of its time zone."""
        if day.month in self.months and day.year in self.years and self.on_day(day):
            for hour in self.hours:
                for minute in self.minutes:
                    yield datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - the schedule's own clock


def read_cron(text: str) -> Cron:
    """Return the expression of what stands between the brackets of cron(...); raises UnfitError."""
    fields = text.upper().split()
    if len(fields) != 6:
        raise UnfitError(f"cron: found {len(fields)} fields, expected 6: minutes hours day month weekday year")
    minutes, hours, of_month, months, of_week, years = fields
    if (of_month == "?") == (of_week == "?"):
        raise UnfitError("cron: found ? in neither or both of day of month and day of week, expected it in one")
    return Cron(
        minutes=tuple(sorted(MINUTES.values(minutes))),
        hours=tuple(sorted(HOURS.values(hours))),
        months=MONTHS_OF_YEAR.values(months),
        years=YEARS.values(years),
        on_day=_by_week(of_week) if of_month == "?" else _by_month(of_month),
    )


def _by_month(text: str) -> DayRule:
    rules = [_month_rule(part) for part in text.split(",")]
    return lambda day: any(rule(day) for rule in rules)


def _month_rule(part: str) -> DayRule:
    if part == "L":
        return lambda day: day.day == _last(day)
    if re.fullmatch(r"\d{1,2}W", part):
        near = DAYS_OF_MONTH.number(part[:-1])
        return lambda day: near <= _last(day) and day.day == _nearest_weekday(day.replace(day=near))
    values = DAYS_OF_MONTH.values(part)
    return lambda day: day.day in values


def _by_week(text: str) -> DayRule:
    if "#" in text:
        found = re.fullmatch(r"([A-Z0-9]+)#([1-5])", text)
        if found is None:
            raise UnfitError(f"day of week: found {text}, expected one day and one number with #, as 3#2")
        wanted, nth = DAYS_OF_WEEK.number(found[1]), int(found[2])
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == nth
    rules = [_week_rule(part) for part in text.split(",")]
    return lambda day: any(rule(day) for rule in rules)


def _week_rule(part: str) -> DayRule:
    if part == "L":
        return lambda day: _weekday(day) == 7
    if len(part) > 1 and part.endswith("L"):
        wanted = DAYS_OF_WEEK.number(part[:-1])
        return lambda day: _weekday(day) == wanted and day.day > _last(day) - 7
    values = DAYS_OF_WEEK.values(part)
    return lambda day: _weekday(day) in values


def _weekday(day: date) -> int:
    """Return 1 for Sunday to 7 for Saturday."""
    return day.isoweekday() % 7 + 1


def _last(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date) -> int:
    """Return the day of the month, Monday to Friday, that is nearest to a day and in its month."""
    if _weekday(day) == 7:
        return day.day - 1 if day.day > 1 else 3
    if _weekday(day) == 1:
        return day.day + 1 if day.day < _last(day) else day.day - 2
    return day.day
