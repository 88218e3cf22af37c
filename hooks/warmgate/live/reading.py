"""Reads live calls as they appear in the log: each call once, late ones too. What was read before is a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from warmgate.logs.calls import Logged, LoggedCall, Window
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog
from warmgate.ports.logs import Logs

LATE_MS = 20_000.0
"""An event may be readable so long after others that were written after it: streams are ingested one by one."""
AHEAD_MS = 60_000.0
"""The account's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadGroup:
    """How far one function's log has been read."""

    newest_ms: float = 0.0
    """Time of the newest event that was read, which may be another function's: they share log groups."""
    recent: tuple[tuple[str, float], ...] = ()
    """Request ids that were read lately, with their times: they are read again with late ones, and left out."""
    running: Mapping[str, str] = field(default_factory=dict)
    """Request ids of calls that had not ended, by environment: until then others' reports there are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far the log has been read."""

    since_ms: float
    """Calls that were reported before are not asked for, in milliseconds since the epoch."""
    groups: Mapping[FunctionLog, ReadGroup] = field(default_factory=dict)


def read_new_calls(
    logs: Logs, function_logs: Sequence[FunctionLog], reading: Reading, now_ms: float, deadline: Deadline
) -> tuple[Reading, list[LoggedCall]]:
    """Return the calls that were not read before, by time, and how far the log has been read now.

    Raises:
        LogLookupError: the log cannot be read; the reading stands where it stood.
    """
    groups, found = dict(reading.groups), list[LoggedCall]()
    # One reader a log group: both versions of a function mostly share theirs. Each stands where it was read to:
    # one may be minutes behind the other after a deadline.
    for log in dict.fromkeys(function_logs):
        group = groups.get(log, ReadGroup())
        window = Window(max(reading.since_ms, group.newest_ms - LATE_MS), now_ms + AHEAD_MS)
        groups[log], new = read_on(group, logs.calls(log, window, deadline))
        found += new
    return Reading(since_ms=reading.since_ms, groups=groups), sorted(found, key=lambda call: call.at_ms)


def read_on(group: ReadGroup, read: Logged) -> tuple[ReadGroup, list[LoggedCall]]:
    """Return how far a log has been read now, and which calls of a reading are new."""
    known = {key for key, _ in group.recent}
    new = [c for c in read.calls if _key(c) not in known and (c.record.begun or _may_end(c, group.running))]
    return _grown(group, new, read), new


def _may_end(call: LoggedCall, running: Mapping[str, str]) -> bool:
    """Return whether a call whose beginning was read before, or never, is the one that runs in its environment."""
    return running.get(call.environment) in {None, call.record.request_id}


def _grown(group: ReadGroup, new: Sequence[LoggedCall], read: Logged) -> ReadGroup:
    newest_ms = max(group.newest_ms, read.read_to_ms)
    recent = (*group.recent, *((_key(call), call.at_ms) for call in new))
    kept = tuple((key, at_ms) for key, at_ms in recent if at_ms >= newest_ms - 2 * LATE_MS)
    ended = {call.environment for call in new}
    running = {name: request_id for name, request_id in group.running.items() if name not in ended}
    return ReadGroup(newest_ms=newest_ms, recent=kept, running={**running, **read.running})


def _key(call: LoggedCall) -> str:
    # Lambda's retry of an asynchronous event keeps the request id: the report's time tells the attempts apart.
    return f"{call.record.request_id} {call.at_ms:.0f}"
