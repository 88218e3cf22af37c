"""The watch: a day is summed up when it is over, a week is told, and what happens in between is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from warmgate.errors import LogLookupError, WarmgateError
from warmgate.model.deadline import Deadline
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.causes.explain import Known
from warmgate_ops.cold_starts.watching.day import DAY_MS, Day, Watched, day_of
from warmgate_ops.cold_starts.watching.ports import Channel, Days, Figures, WatchedFunctions
from warmgate_ops.cold_starts.watching.week import expected_of, percentile, week_of
from warmgate_ops.cold_starts.watching.words import Message, message_of

WEEK = 7
USUAL = 14
"""Days before a day from which its expected value comes where no policy names one."""
RESERVE_MS = 20_000.0
"""Kept back of a run for storing what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What became of a run over all functions."""

    date: str
    done: Sequence[str]
    left: Sequence[str]
    """Functions that time did not suffice for, or that could not be read, each with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStartWatch:
    """Watches the cold starts of every function that allows it."""

    functions: WatchedFunctions
    days: Days
    figures: Figures
    channels: Sequence[Channel]
    clock: Clock
    log: Callable[[str, str], None]
    """Takes a word for what is said, and a line."""

    def sum_up(self, deadline: Deadline, when: date | None = None) -> Summed:
        """Sum up a day, yesterday by default, for every function; one that cannot be read costs no other its day.

        Raises:
            LogLookupError: none of them could be summed up; the run counts as failed, so that people hear.
        """
        asked = when or self._today() - timedelta(days=1)
        done: list[str] = []
        left: list[str] = []
        over = 0
        for watched in self.functions.all():
            if self.clock.now_ms() + RESERVE_MS > deadline.at_ms:
                left.append(f"{watched.name}: no time was left")
                continue
            try:
                day = self._day(watched, asked, deadline)
            except WarmgateError as error:
                left.append(f"{watched.name}: {error}")
                continue
            p95_ms = percentile([init for inits in day.inits_ms.values() for init in inits], 0.95)
            self.figures.of_day(day, p95_ms)
            over += day.expected_ms is not None and p95_ms is not None and p95_ms > day.expected_ms
            done.append(watched.name)
        self.figures.over_expected(over)
        for line in left:
            self.log("not summed up", line)
        if left and not done:
            raise LogLookupError(f"{asked}: none of {len(left)} functions could be summed up: {left[0]}")
        return Summed(date=asked.isoformat(), done=done, left=left)

    def report(self, until: date | None = None) -> Message | None:
        """Tell the seven days before a day, today by default, by every channel; None where there are no functions.

        Raises:
            NoticeError: the last one of channels that did not take the message; all of them were tried.
        """
        end = until or self._today()
        dates, before = _dates(end, WEEK), _dates(end - timedelta(days=WEEK), WEEK)
        names = [watched.name for watched in self.functions.all()]
        if not names:
            return None
        weeks = [week_of(name, self.days.find(name, dates), self.days.find(name, before)) for name in names]
        message = message_of(weeks, dates[0], dates[-1])
        failed: WarmgateError | None = None
        for channel in self.channels:
            try:
                channel.tell(message)
            except WarmgateError as error:
                self.log("not told", f"{channel.name}: {error}")
                failed = error
        if failed is not None:
            raise failed
        return message

    def _today(self) -> date:
        return datetime.fromtimestamp(self.clock.epoch_ms() / 1000, UTC).date()

    def _day(self, watched: Watched, day: date, deadline: Deadline) -> Day:
        since_ms = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000
        until_ms = since_ms + DAY_MS
        expected_ms = watched.expected_ms
        if expected_ms is None:
            expected_ms = expected_of(self.days.find(watched.name, _dates(day, USUAL)))
        read = self.functions.calls(watched, since_ms, until_ms, deadline)
        events = self.days.noted(watched.name, day.isoformat())
        known = Known(
            calls=read.calls,
            events=events,
            schedules=self.functions.schedules(watched) if read.calls else (),
            since_ms=since_ms,
            until_ms=until_ms,
        )
        found = day_of(watched, day.isoformat(), known, expected_ms, read.unread)
        self.days.keep(found)
        return found


def _dates(until: date, count: int) -> list[str]:
    """Return the dates of so many days before a day, the first one first."""
    return [(until - timedelta(days=back)).isoformat() for back in range(count, 0, -1)]
