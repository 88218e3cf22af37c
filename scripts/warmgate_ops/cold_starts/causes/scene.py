"""Everything that a cause looks at for one cold start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.happened import Event
from warmgate_ops.cold_starts.causes.history import Environment, Gone, History, Standing
from warmgate_ops.cold_starts.causes.schedules import Timetable
from warmgate_ops.cold_starts.causes.wording import HOUR

SETTLING_MS = 30_000.0
"""How long after an event what it set off is still put down to it, at least."""
USUALLY = 2.0
"""A gap up to so many times the median one is a usual one."""
SETTLING_CALLS = 3.0
"""So many calls of the usual length are waited for, where that is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One cold start with its surroundings; times are milliseconds since the epoch."""

    call: Call
    environment: Environment
    history: History
    standing: Standing
    events: Sequence[Event]
    """Those that are of the function, by time."""
    schedules: Sequence[Timetable]
    since_ms: float
    """Where the known calls begin."""
    until_ms: float
    """Where the known calls end."""
    served_ms: float | None
    """When the version's last call before this one ended; None where none is known."""
    histories: Mapping[str, History]
    """Of every version."""
    other_version: str
    """The version that served last before this one, where this one had not served at all; empty where there is none."""

    @property
    def at_ms(self) -> float:
        """Return when the call arrived."""
        return self.call.called_ms

    @property
    def is_first(self) -> bool:
        """Return whether no call of the version before it is known."""
        return self.served_ms is None and not self.standing.serving

    @property
    def settling_ms(self) -> float:
        """Return how long after a move of traffic new environments are put down to it: until calls overlap as ever."""
        return max(SETTLING_MS, SETTLING_CALLS * self.history.usual_ms)

    @property
    def limit_ms(self) -> float | None:
        """Return the longest gap that an environment of the version survived, None where too few are known."""
        return self.history.survived_ms

    def usual_at_once(self, event: Event) -> int:
        """Return how many calls ran at once in the hour before a move, on the version that had the traffic."""
        earlier = self.histories.get(event.before)
        return 1 if earlier is None else max(1, earlier.peak(event.at_ms - HOUR, event.at_ms))

    def in_use(self) -> list[Gone]:
        """Return environments that are gone although their gap was one that others survived, or a usual one."""
        limit = self.limit_ms
        if limit is None:
            return []
        # Of calls at a steady pace the longest gap is hardly longer than any other one.
        reach = max(limit, USUALLY * self.history.usual_gap_ms)
        return [gone for gone in self.standing.gone if gone.gap_ms <= reach]

    def brought_to(self, version: str) -> list[Event]:
        """Return the events before the call that are of a version or of no known one, the newest first."""
        return [
            event for event in reversed(self.events) if event.at_ms <= self.at_ms and event.version in {"", version}
        ]
