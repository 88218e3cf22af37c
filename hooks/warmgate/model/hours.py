"""When environments are kept warm: hours of a week in a time zone, and how often; both written as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from warmgate.errors import UnfitError
from warmgate.model.cron import Cron, read_cron

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
MINUTES = (5, 10, 15, 20, 30, 60)
"""The lengths that `every` may have: parts of an hour, and no shorter than a sweep of all functions."""
_HOURS = re.compile(r"(?P<days>[A-Za-z,-]+) +(?P<from>\d{2}:\d{2})-(?P<until>\d{2}:\d{2}) +(?P<zone>[A-Za-z0-9_+/-]+)")
_EXAMPLE = "write it as Mon-Fri 07:30-19:00 Europe/Berlin"


class ZoneUnknownError(UnfitError):
    """There is no such time zone, or no database of time zones to look it up in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of some days of a week; where they end no later than they begin, they end on the day after."""

    days: frozenset[int]
    """Days on which they begin; Monday is 0."""
    from_minute: int
    until_minute: int
    zone: str

    def hold_at(self, at_s: float) -> bool:
        """Return whether an instant, in seconds since the epoch, is inside; raises ZoneUnknownError."""
        there = datetime.fromtimestamp(at_s, zone_of(self.zone))
        minute, day = there.hour * 60 + there.minute, there.weekday()
        if self.until_minute > self.from_minute:
            return day in self.days and self.from_minute <= minute < self.until_minute
        begun_today = day in self.days and minute >= self.from_minute
        return begun_today or ((day - 1) % 7 in self.days and minute < self.until_minute)

    @property
    def minutes_a_week(self) -> int:
        """Return how long they last in a week without a change of clocks."""
        return ((self.until_minute - self.from_minute - 1) % DAY_MINUTES + 1) * len(self.days)

    def __str__(self) -> str:
        """Return the text that they are read from."""
        return f"{_days_text(self.days)} {_clock(self.from_minute)}-{_clock(self.until_minute)} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often something happens: every so many minutes, or by a cron expression."""

    minutes: int = 0
    """0 where a cron expression says it."""
    cron: Cron | None = None

    def is_due(self, since_s: float, until_s: float, zone: str = "UTC") -> bool:
        """Return whether it happens after one instant and no later than another; raises ZoneUnknownError."""
        if self.cron is None:
            length_s = self.minutes * 60
            return until_s // length_s > since_s // length_s
        there = zone_of(zone)
        minutes = range(int(since_s // 60) + 1, int(until_s // 60) + 1)
        return any(self.cron.fires_at(datetime.fromtimestamp(minute * 60, there)) for minute in minutes)

    def __str__(self) -> str:
        """Return the text that it is read from."""
        return f"{self.minutes}m" if self.cron is None else f"cron({self.cron.text})"


def read_hours(text: str) -> Hours:
    """Return the hours that a text names; raises UnfitError."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise UnfitError(f"found {text!r}, expected days, hours and a time zone", hint=_EXAMPLE)
    begin, end = _minute(found["from"], most=DAY_MINUTES - 1), _minute(found["until"], most=DAY_MINUTES)
    if begin == end:
        raise UnfitError(f"found {text!r}, hours that end when they begin", hint="write 00:00-24:00 for a whole day")
    zone = found["zone"]
    if not _is_named(zone):
        raise ZoneUnknownError(f"found the time zone {zone!r}, expected a name of the IANA database", hint=_EXAMPLE)
    return Hours(days=_days(found["days"]), from_minute=begin, until_minute=end % DAY_MINUTES or end, zone=zone)


def read_rhythm(text: str) -> Rhythm:
    """Return the rhythm that a text names; raises UnfitError."""
    if text.startswith("cron(") and text.endswith(")"):
        return Rhythm(cron=read_cron(text[5:-1]))
    known = {f"{minutes}m": minutes for minutes in MINUTES}
    if text not in known:
        expected = f"one of {', '.join(known)} or a cron expression"
        raise UnfitError(f"found {text!r}, expected {expected}", hint="write 5m or cron(0/5 7-18 ? * MON-FRI *)")
    return Rhythm(minutes=known[text])


def zone_of(name: str) -> tzinfo:
    """Return a time zone; raises ZoneUnknownError where it is not known here."""
    if name == "UTC":
        return UTC
    # Reading the database takes longer than all else here, and no hook needs it.
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        hint = "write a name of the IANA database, as Europe/Berlin; a system without that database knows UTC alone"
        raise ZoneUnknownError(f"the time zone {name!r} is not known here", hint=hint) from error


def _is_named(zone: str) -> bool:
    """Return whether a zone is known, or cannot be looked up: a machine without the database must not refuse it."""
    for name in (zone, "Europe/Berlin"):
        try:
            zone_of(name)
        except ZoneUnknownError:
            continue
        return name == zone
    return True


def _minute(clock: str, most: int) -> int:
    minute = int(clock[:2]) * 60 + int(clock[3:])
    if int(clock[3:]) > 59 or minute > most:
        raise UnfitError(f"found the time {clock}, expected 00:00 to 23:59, or 24:00 for the end", hint=_EXAMPLE)
    return minute


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        ends = [_day(name, text) for name in part.split("-")]
        if len(ends) > 2:
            raise UnfitError(f"found the days {text!r}, expected ranges of two days", hint=_EXAMPLE)
        found |= {(ends[0] + ahead) % 7 for ahead in range((ends[-1] - ends[0]) % 7 + 1)}
    return frozenset(found)


def _day(name: str, text: str) -> int:
    if name.title() not in DAYS:
        raise UnfitError(f"found the days {text!r}, expected some of {', '.join(DAYS)}", hint=_EXAMPLE)
    return DAYS.index(name.title())


def _days_text(days: frozenset[int]) -> str:
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
