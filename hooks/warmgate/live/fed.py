"""The source that reads what a log subscription delivers, and the log itself where that is not enough.

A filter delivers nothing of before it was made, so the log is read until both surely overlap. From then on it is read
once a minute, or where nothing comes, for what was not delivered; where that is much, it is read alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from warmgate.errors import FeedError
from warmgate.feed.fed_calls import FedCalls, call_key
from warmgate.live.reading import ReadGroup, read_on
from warmgate.logs.calls import LoggedCall
from warmgate.model.deadline import Deadline
from warmgate.ports.feed import Batches, Subscriptions
from warmgate.ports.live import LiveSource, Look, SourceOf, Watched
from warmgate.ports.time import Clock

OVERLAP_MS = 30_000.0
"""The log is read for so long after its filter was made: an event of before may be readable 20 s late."""
AUDIT_MS = 60_000.0
"""So often the log is asked for what was not delivered."""
QUIET_MS = 15_000.0
"""Where deliveries hold nothing younger, the log is asked this often."""
LOST_SHARE = 0.1
"""Of the calls that the log shows: where more than that were not delivered, deliveries are not relied on."""
LATE_MS = 20_000.0
"""Younger calls may still be on their way."""
ARRIVAL_MS = 5_000.0
"""Who stores batches has clocks that differ by less, and stores one in less than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPorts:
    """What live calls by subscription need."""

    subscriptions: Subscriptions
    batches: Batches
    overlap_ms: float = OVERLAP_MS
    audit_ms: float = AUDIT_MS
    quiet_ms: float = QUIET_MS
    late_ms: float = LATE_MS


class FedSource:
    """Live calls by subscription; `polled` gives those of the log."""

    def __init__(self, ports: FeedPorts, polled: LiveSource, watched: Watched, clock: Clock) -> None:
        self._ports, self._polled, self._watched, self._clock = ports, polled, watched, clock
        self._fed = {log: FedCalls(log) for log in watched.logs}
        self._groups = {log: ReadGroup() for log in watched.logs}
        self._opened_ms: float | None = None
        self._tried_ms = 0.0
        """When the filters were to be made last: a function may log for the first time, a place may become free."""
        self._audited_ms = self._arrived_ms = 0.0
        self._relies = True
        """Whether deliveries are relied on."""
        self._young: tuple[LoggedCall, ...] = ()
        """Calls that the last audit saw too early to tell whether they are delivered."""

    def look(self, deadline: Deadline) -> Look:
        """Return what is new; raises LogLookupError where the log is needed and cannot be read."""
        if self._watched.whole:
            return self._polled.look(deadline)
        now_ms, notes = self._clock.epoch_ms(), tuple[str, ...]()
        if self._opened_ms is None and now_ms >= self._tried_ms + self._ports.audit_ms:
            notes = self._begun()
        if self._opened_ms is None or not self._relies:
            return self._of_log(deadline, notes)
        notes = self._drained(deadline)
        if notes or self._clock.epoch_ms() < self._opened_ms + self._ports.overlap_ms:
            return self._of_log(deadline, notes)
        if self._clock.epoch_ms() >= self._audited_ms + self._pause_ms():
            return self._audited(deadline)
        return Look(calls=self._delivered(), requests=0)

    def _pause_ms(self) -> float:
        """Return how long the log is not asked."""
        newest_ms = max((fed.newest_ms for fed in self._fed.values()), default=0.0)
        is_quiet = newest_ms < self._clock.epoch_ms() - self._ports.quiet_ms
        return self._ports.quiet_ms if is_quiet else self._ports.audit_ms

    def close(self) -> None:
        """Leave the filter: the guard or the next run goes on with it, and whoever sees the end removes it."""
        self._polled.close()

    def _begun(self) -> tuple[str, ...]:
        """Make the filters; return why there are none."""
        self._tried_ms = now_ms = self._clock.epoch_ms()
        for group in dict.fromkeys(log.group for log in self._watched.logs):
            try:
                self._ports.subscriptions.open(group, self._watched.deployment.deployment_id)
            except FeedError as error:
                return (f"{group}: no subscription, read by FilterLogEvents ({error})",)
        self._opened_ms = self._audited_ms = now_ms
        self._arrived_ms = now_ms - ARRIVAL_MS
        return ()

    def _drained(self, deadline: Deadline) -> tuple[str, ...]:
        """Take what was delivered since; return why it could not be read."""
        deployment_id = self._watched.deployment.deployment_id
        try:
            batches = self._ports.batches.since(deployment_id, self._arrived_ms - ARRIVAL_MS, deadline)
        except FeedError as error:
            return (f"deliveries could not be read, read by FilterLogEvents meanwhile ({error})",)
        for batch in batches:
            self._arrived_ms = max(self._arrived_ms, batch.arrived_ms)
            for log, fed in self._fed.items():
                if log.group == batch.group:
                    fed.take(batch.events)
        return ()

    def _delivered(self) -> tuple[LoggedCall, ...]:
        found: list[LoggedCall] = []
        for log, fed in self._fed.items():
            self._groups[log], new = read_on(self._groups[log], fed.ready(self._clock.epoch_ms()))
            found += new
        return tuple(sorted(found, key=_time))

    def _of_log(self, deadline: Deadline, notes: tuple[str, ...]) -> Look:
        """Return what the log shows that nobody was given."""
        look = self._polled.look(deadline)
        self._audited_ms, self._young = self._clock.epoch_ms(), ()
        given = frozenset(key for fed in self._fed.values() for key in fed.given())
        self._mark(look.calls)
        calls = tuple(call for call in look.calls if call_key(call) not in given)
        return replace(look, calls=calls, notes=(*look.notes, *notes))

    def _audited(self, deadline: Deadline) -> Look:
        """Return new calls of both ways; rely on the log alone where much of what it shows was not delivered."""
        delivered, young = self._delivered(), self._young
        look = self._of_log(deadline, ())
        late_ms = self._audited_ms - self._ports.late_ms
        seen = (*young, *look.calls)
        self._young = tuple(call for call in seen if call.at_ms >= late_ms)
        known = frozenset(key for fed in self._fed.values() for key in fed.delivered())
        lost = sum(call_key(call) not in known and call.at_ms < late_ms for call in seen)
        notes = look.notes
        if lost:
            due = lost + sum(call.at_ms < late_ms for call in delivered)
            self._relies = lost <= LOST_SHARE * max(due, self._given_since(late_ms - self._ports.audit_ms))
            way = "too" if self._relies else "again"
            notes += (f"{lost} calls were not delivered by subscription, read by FilterLogEvents {way}",)
        return replace(look, calls=tuple(sorted((*delivered, *look.calls), key=_time)), notes=notes)

    def _given_since(self, since_ms: float) -> int:
        return sum(fed.given_since(since_ms) for fed in self._fed.values())

    def _mark(self, calls: Iterable[LoggedCall]) -> None:
        calls = tuple(calls)
        for fed in self._fed.values():
            fed.mark(calls)


def fed_source_of(ports: FeedPorts, polled_of: Callable[[Watched, Clock], LiveSource]) -> SourceOf:
    """Return what makes the source of a run."""
    return lambda watched, clock: FedSource(ports, polled_of(watched, clock), watched, clock)


def _time(call: LoggedCall) -> float:
    return call.at_ms
