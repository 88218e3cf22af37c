"""Schedules of EventBridge rules and of EventBridge Scheduler, and when they fired."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from warmgate.errors import UnfitError
from warmgate_ops.cold_starts.causes.cron import Cron, read_cron
from warmgate_ops.cold_starts.causes.wording import MINUTE

PRECISION_MS = MINUTE
"""Targets are called within the minute (EventBridge Scheduler, Schedule types: 60 second precision)."""
MOST_FIRES = 200_000
PHASE_MS = 5_000.0
"""Calls of a rate that stand so close to one phase are its."""
PHASE_SHARE = 0.8
"""In so many periods of a rate there must be a call at its phase."""
FEWEST_PERIODS = 5
_UNITS = {"minute": 1, "hour": 60, "day": 24 * 60}
_RATE = re.compile(r"(\d{1,6})\s+(minute|hour|day)s?")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_EXPRESSION = re.compile(r"\s*(cron|rate|at)\((.*)\)\s*")


@dataclass(frozen=True, slots=True)
class Rate:
    """rate(value unit)."""

    period_ms: float


@dataclass(frozen=True, slots=True)
class At:
    """at(time), on the clock of the schedule's time zone."""

    when: datetime


Expression = Cron | Rate | At


def read_expression(text: str) -> Expression:
    """Return a schedule expression; raises UnfitError for what is not described by AWS."""
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        raise UnfitError(f"found {text!r}, expected cron(...), rate(...) or at(...)")
    kind, inner = found.groups()
    if kind == "cron":
        return read_cron(inner)
    if kind == "at":
        if _AT.fullmatch(inner.strip()) is None:
            raise UnfitError(f"found {text!r}, expected at(yyyy-mm-ddThh:mm:ss)")
        try:
            return At(datetime.fromisoformat(inner.strip()))
        except ValueError as error:
            raise UnfitError(f"found {text!r}: {error}") from error
    rate = _RATE.fullmatch(inner.strip())
    if rate is None or int(rate[1]) < 1:
        raise UnfitError(f"found {text!r}, expected rate(value unit), as rate(5 minutes)")
    return Rate(int(rate[1]) * _UNITS[rate[2]] * MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What calls the function at times; those here are milliseconds since the epoch."""

    name: str
    source: str
    """What it is, such as EventBridge rule."""
    text: str
    """The expression as AWS has it."""
    expression: Expression
    qualifier: str = ""
    """What of the function it calls: an alias, a version; empty is $LATEST."""
    zone: str = "UTC"
    window_ms: float = 0.0
    """The flexible window: it fires at any time so long after its own."""
    since_ms: float | None = None
    """Where it begins: the first time of a rate."""
    until_ms: float | None = None

    def fires(self, since_ms: float, until_ms: float) -> Iterator[float]:
        """Yield when it fired between two instants; of a rate nothing where it is not known when it began."""
        first = since_ms if self.since_ms is None else max(since_ms, self.since_ms)
        last = until_ms if self.until_ms is None else min(until_ms, self.until_ms)
        for at_ms in self._times(first, last):
            if first <= at_ms <= last:
                yield at_ms

    def _times(self, first: float, last: float) -> Iterator[float]:
        match self.expression:
            case Rate(period_ms=period) if self.since_ms is not None:
                at_ms = self.since_ms + max(0, (first - self.since_ms) // period) * period
                while at_ms <= last:
                    yield at_ms
                    at_ms += period
            case At(when=when):
                yield from _instant(when, self.zone)
            case Cron() as cron:
                for day in _days(first, last):
                    for when in cron.on(day):
                        yield from _instant(when, self.zone)
            case _:
                return


def _days(first: float, last: float) -> Iterator[date]:
    """Yield the days of any time zone that two instants lie in."""
    day = datetime.fromtimestamp(first / 1000, UTC).date() - timedelta(days=1)
    while day <= datetime.fromtimestamp(last / 1000, UTC).date() + timedelta(days=1):
        yield day
        day += timedelta(days=1)


def _instant(when: datetime, zone: str) -> Iterator[float]:
    """Yield the instant of a time on a clock: none where clocks skip it, the first one where they show it twice.

    As EventBridge Scheduler has it (Schedule types, Daylight savings time).
    """
    local = when.replace(tzinfo=ZoneInfo(zone))
    there = local.astimezone(UTC)
    if there.astimezone(local.tzinfo).replace(tzinfo=None) == when:
        yield there.timestamp() * 1000


class Timetable:
    """A schedule's times in one window, worked out once.

    Args:
        schedule: the schedule.
        since_ms: where the window begins.
        until_ms: where it ends.
        called_ms: when calls began: of a rate that began nobody knows when, they tell the phase.
    """

    def __init__(self, schedule: Schedule, since_ms: float, until_ms: float, called_ms: Sequence[float] = ()) -> None:
        self.schedule = schedule
        self.name = schedule.name
        self.window_ms = schedule.window_ms
        self.phase_known = not isinstance(schedule.expression, Rate) or schedule.since_ms is not None
        self._fires: list[float] = []
        if not self.phase_known and isinstance(schedule.expression, Rate):
            self._fires = _phased(schedule.expression.period_ms, since_ms, until_ms, called_ms)
            return
        for at_ms in schedule.fires(since_ms, until_ms):
            self._fires.append(at_ms)
            if len(self._fires) >= MOST_FIRES:
                break
        self._fires.sort()

    def fires_between(self, since_ms: float, until_ms: float) -> list[float]:
        """Return when it fired between two instants, both included."""
        return self._fires[bisect_left(self._fires, since_ms) : bisect_right(self._fires, until_ms)]

    def calls(self, version: str) -> bool:
        """Return whether it may call a version: an alias may have stood on any published one."""
        qualifier = self.schedule.qualifier or "$LATEST"
        if qualifier == "$LATEST" or qualifier.isdigit():
            return qualifier == version
        return version.isdigit()

    def in_words(self) -> str:
        """Return what it is and when it fires."""
        zone = "" if self.schedule.zone == "UTC" else f" {self.schedule.zone}"
        window = f", window {self.window_ms / MINUTE:.0f} min" if self.window_ms else ""
        return f"{self.schedule.source} {self.name} {self.schedule.text}{zone}{window}"


def _phased(period_ms: float, since_ms: float, until_ms: float, called_ms: Sequence[float]) -> list[float]:
    """Return the times of a rate whose phase nearly every period has a call at; nothing where none stands out."""
    if period_ms < 4 * PHASE_MS:
        return []
    periods: dict[int, set[int]] = {}
    for at_ms in called_ms:
        number, phase = divmod(at_ms - since_ms, period_ms)
        periods.setdefault(int(phase // PHASE_MS), set()).add(int(number))
    expected = int((until_ms - since_ms) // period_ms)
    if expected < FEWEST_PERIODS or not periods:
        return []
    place, seen = max(periods.items(), key=lambda each: len(each[1]))
    if len(seen) < PHASE_SHARE * expected:
        return []
    first = since_ms + place * PHASE_MS
    return [first + number * period_ms for number in range(expected + 1) if first + number * period_ms <= until_ms]
