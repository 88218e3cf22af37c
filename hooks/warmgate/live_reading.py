"""Reads live calls as they appear in the log: each call once, late ones too. What was read before is a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.deadline import Deadline
from warmgate.logged_calls import LoggedCall, Window
from warmgate.ports import Logs

LATE_MS = 20_000.0
"""An event may be readable so long after others that were written after it: streams are ingested one by one."""
AHEAD_MS = 60_000.0
"""The account's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far the log has been read."""

    since_ms: float
    """Calls that were reported before are not asked for, in milliseconds since the epoch."""
    newest_ms: float = 0.0
    recent: tuple[tuple[str, float], ...] = ()
    """Request ids that were read lately, with their times: they are read again with late ones, and left out."""


def read_new_calls(
    logs: Logs, log_groups: Sequence[str], reading: Reading, now_ms: float, deadline: Deadline
) -> tuple[Reading, list[LoggedCall]]:
    """Return the calls that were not read before, by time, and how far the log has been read now.

    Raises:
        LogLookupError: the log cannot be read; the reading stands where it stood.
    """
    window = Window(max(reading.since_ms, reading.newest_ms - LATE_MS), now_ms + AHEAD_MS)
    known = {request_id for request_id, _ in reading.recent}
    # One reader a log group: both versions of a function mostly share theirs.
    found = [call for group in dict.fromkeys(log_groups) for call in logs.calls(group, window, deadline)]
    new = sorted((call for call in found if _key(call) not in known), key=lambda call: call.at_ms)
    newest_ms = max([reading.newest_ms, *(call.at_ms for call in new)])
    recent = (*reading.recent, *((_key(call), call.at_ms) for call in new))
    kept = tuple((request_id, at_ms) for request_id, at_ms in recent if at_ms >= newest_ms - 2 * LATE_MS)
    return Reading(since_ms=reading.since_ms, newest_ms=newest_ms, recent=kept), new


def _key(call: LoggedCall) -> str:
    # Lambda's retry of an asynchronous event keeps the request id: the report's time tells the attempts apart.
    return f"{call.record.request_id} {call.at_ms:.0f}"
