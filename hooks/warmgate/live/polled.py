"""The source that asks the log itself, within its quota: what is new where that is little, else slices of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from warmgate.errors import LogLookupError
from warmgate.live.reading import ReadGroup, read_on
from warmgate.live.slices import EVENTS, FIRST_EVENTS, SHORTEST_MS, Rate
from warmgate.logs.calls import LoggedCall
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog
from warmgate.ports.live import Look, Watched
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock

SAMPLED = "live traffic is a sample: the latest slices that one look can read, each of them whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """How far one log has been read, and how much is written to it."""

    group: ReadGroup = field(default_factory=ReadGroup)
    rate: Rate = field(default_factory=Rate)


class PolledSource:
    """Live calls by FilterLogEvents."""

    def __init__(self, logs: Logs, watched: Watched, clock: Clock) -> None:
        self._logs, self._clock, self._watched = logs, clock, watched
        self._progress: Mapping[FunctionLog, _Progress] = {log: _Progress() for log in watched.logs}

    def look(self, deadline: Deadline) -> Look:
        """Return what is new in each log; where one cannot be read, all stand where they stood."""
        before, whole = dict(self._progress), Look(requests=0)
        try:
            for log in self._watched.logs:
                whole = _joined(whole, self._one(log, deadline))
        except LogLookupError:
            self._progress = before
            raise
        return replace(whole, calls=tuple(sorted(whole.calls, key=_time)))

    def close(self) -> None:
        """Do nothing: a log holds nothing for its readers."""

    def _one(self, log: FunctionLog, deadline: Deadline) -> Look:
        progress, now_ms = self._progress[log], self._clock.epoch_ms()
        group, rate = progress.group, progress.rate
        window = rate.window(group, self._watched.since_ms, now_ms)
        if rate.busy and window.until_ms - window.since_ms < SHORTEST_MS:
            return Look(requests=0)
        left_out_ms = max(0.0, window.since_ms - rate.ended_ms) if rate.busy else 0.0
        if left_out_ms:
            # Which calls ended there is not known: what is remembered of them would hide others.
            group = replace(group, running={})
        first = not progress.group.newest_ms
        most = None if self._watched.whole else FIRST_EVENTS if first else EVENTS
        read = self._logs.calls(log, window, deadline, most)
        group, new = read_on(group, read)
        after = rate.after(window, read, now_ms)
        self._progress = {**self._progress, log: _Progress(group=group, rate=after)}
        read_ms = max(SHORTEST_MS, after.ended_ms - window.since_ms)
        part = read_ms / (read_ms + left_out_ms)
        notes = (SAMPLED,) if left_out_ms or (read.cut and not rate.busy) else ()
        return Look(
            calls=tuple(new),
            requests=read.requests,
            throttled=read.throttled,
            part=part,
            notes=notes,
        )


def _joined(one: Look, other: Look) -> Look:
    """Return two looks at the same time as one."""
    return Look(
        calls=(*one.calls, *other.calls),
        requests=one.requests + other.requests,
        throttled=one.throttled + other.throttled,
        part=min(one.part, other.part),
        notes=tuple(dict.fromkeys((*one.notes, *other.notes))),
    )


def _time(call: LoggedCall) -> float:
    return call.at_ms
