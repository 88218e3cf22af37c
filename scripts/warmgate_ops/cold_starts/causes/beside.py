"""Changes of the init duration laid beside what happened at the same time; nothing here says "because"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.causes.changes import Change, change_points
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.wording import MINUTE

WINDOW_MS = 15 * MINUTE
"""Events so long before the first value after a change are named beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A change of the init duration, and the events at the same time."""

    change: Change
    events: tuple[Event, ...]
    """All of them, by time: which one it was, nobody knows from times alone."""
    versions: tuple[str, str]
    """That served most cold starts just before and just after it."""


def init_changes(calls: Sequence[Call], events: Sequence[Event]) -> tuple[Beside, ...]:
    """Return where the init of cold starts changed, over all versions."""
    cold = sorted(
        (call for call in calls if call.beginning in {Beginning.COLD, Beginning.RESTORED} and call.init_ms),
        key=lambda call: call.called_ms,
    )
    changes = change_points([(call.called_ms, call.init_ms or 0.0) for call in cold])
    return tuple(_beside(change, cold, events) for change in changes)


def _beside(change: Change, cold: Sequence[Call], events: Sequence[Event]) -> Beside:
    before = [call.version for call in cold if call.called_ms <= change.after_ms][-5:]
    after = [call.version for call in cold if call.called_ms >= change.at_ms][:5]
    # A shift that takes an hour is beside what it brings about while it lasts.
    near = [event for event in events if event.at_ms <= change.at_ms <= event.over_ms + WINDOW_MS]
    return Beside(
        change=change,
        events=tuple(sorted(near, key=lambda event: event.at_ms)),
        versions=(max(before, key=before.count), max(after, key=after.count)),
    )
