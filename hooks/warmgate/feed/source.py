"""Where a run of the guard reads live calls: what a subscription delivers, the log itself where that is not enough.

A filter delivers nothing of before it was made, so the log is read until both surely overlap. From then on it is read
once a minute, for what was not delivered; where that is much, it
is read alone. Each call is given once, whichever way it came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from warmgate.errors import FeedError
from warmgate.feed.fed_calls import FedCalls, call_key
from warmgate.logs.calls import Logged, Window
from warmgate.model.deadline import Deadline
from warmgate.model.log_stream import FunctionLog
from warmgate.ports.feed import Batches, CallLog, Subscriptions
from warmgate.ports.time import Clock

OVERLAP_MS = 30_000.0
"""The log is read for so long after its filter was made: an event of before may be readable 20 s late."""
AUDIT_MS = 60_000.0
"""So often the log is asked for what was not delivered."""
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
    late_ms: float = LATE_MS


@dataclass(slots=True)
class _Group:
    """One function's log, since its filter was made."""

    fed: FedCalls
    opened_ms: float
    audited_ms: float
    """When the log was read last."""
    is_fed: bool = True
    """Whether deliveries are relied upon."""


class FeedSource:
    """The live calls of one run over one deployment."""

    def __init__(
        self, ports: FeedPorts, logs: CallLog, clock: Clock, deployment_id: str, log: Callable[[str], None]
    ) -> None:
        self._ports, self._logs, self._clock, self._log = ports, logs, clock, log
        self._deployment_id = deployment_id
        self._groups: dict[FunctionLog, _Group] = {}
        self._arrived_ms = 0.0
        self._notes: dict[str, str] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what people should know of the way in which calls were read."""
        return tuple(self._notes.values())

    def calls(self, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return the calls that were not given before; raises LogLookupError where the log is needed and not read."""
        group = self._groups.get(log) or self._opened(log)
        if not group.is_fed or not self._drained(deadline):
            return self._polled(group, log, window, deadline)
        now_ms = self._clock.epoch_ms()
        if now_ms < group.opened_ms + self._ports.overlap_ms:
            return self._polled(group, log, window, deadline)
        if now_ms >= group.audited_ms + self._ports.audit_ms:
            return self._audited(group, log, window, deadline)
        return group.fed.ready(now_ms)

    def _opened(self, log: FunctionLog) -> _Group:
        now_ms = self._clock.epoch_ms()
        group = self._groups[log] = _Group(FedCalls(log), now_ms, now_ms)
        try:
            self._ports.subscriptions.open(log.group, self._deployment_id)
        except FeedError as error:
            group.is_fed = False
            self._note(f"filter {log.group}", f"{log.group}: no subscription, read by FilterLogEvents ({error})")
        self._arrived_ms = self._arrived_ms or now_ms - ARRIVAL_MS
        return group

    def _drained(self, deadline: Deadline) -> bool:
        """Take what was delivered since; return whether it could be read."""
        try:
            batches = self._ports.batches.since(self._deployment_id, self._arrived_ms - ARRIVAL_MS, deadline)
        except FeedError as error:
            self._note("batches", f"deliveries could not be read, read by FilterLogEvents meanwhile ({error})")
            return False
        for batch in batches:
            self._arrived_ms = max(self._arrived_ms, batch.arrived_ms)
            for log, group in self._groups.items():
                if log.group == batch.group:
                    group.fed.take(batch.events)
        return True

    def _polled(self, group: _Group, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        now_ms = self._clock.epoch_ms()
        found = self._logs.calls(log, window, deadline)
        group.audited_ms = now_ms
        group.fed.mark(found.calls)
        return found

    def _audited(self, group: _Group, log: FunctionLog, window: Window, deadline: Deadline) -> Logged:
        """Return what the log shows since it was read last; rely on it alone where much was not delivered."""
        since_ms, late_ms = group.audited_ms - self._ports.late_ms, self._clock.epoch_ms() - self._ports.late_ms
        ready = group.fed.ready(self._clock.epoch_ms())
        given, delivered = group.fed.given(), group.fed.delivered()
        found = self._polled(group, log, Window(since_ms, window.until_ms), deadline)
        new = [call for call in found.calls if call_key(call) not in given]
        # Each call is counted once: those of before were counted by the audit before, or read from the log alone.
        due = [call for call in found.calls if since_ms <= call.at_ms < late_ms]
        lost = sum(call_key(call) not in delivered for call in due)
        if lost:
            group.is_fed = lost <= LOST_SHARE * len(due)
            what = f"{log.group}: {lost} of {len(due)} calls of a minute were not delivered"
            self._note(f"lost {log.group}", f"{what}, read by FilterLogEvents {'too' if group.is_fed else 'again'}")
        calls = tuple(sorted((*ready.calls, *new), key=lambda call: call.at_ms))
        return replace(found, calls=calls, read_to_ms=max(found.read_to_ms, ready.read_to_ms))

    def _note(self, about: str, text: str) -> None:
        """Log a text, and keep it as what is last known about something."""
        if self._notes.get(about) != text:
            self._log(f"{self._deployment_id}: {text}")
        self._notes[about] = text
