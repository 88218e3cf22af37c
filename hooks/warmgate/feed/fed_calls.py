"""Calls of one function's log as deliveries of a subscription bring them: doubled, late, in any order; each given once.

Events come in, as they arrive; calls come out. It asks nobody anything, and time is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable

from warmgate.logs.calls import LogEvent, Logged, LoggedCall, logged
from warmgate.model.feed import FeedEvent
from warmgate.model.log_stream import FunctionLog, LogStream

LATE_MS = 240_000.0
"""AWS: usually less than three minutes (CloudWatch Logs, subscriptions). What comes later than that is left out."""
CONTEXT_MS = 20_000.0
"""Of a stream so much is kept, for a call's beginning and its report may come in two deliveries."""
HELD_MS = 2_000.0
"""A call is held back so long, for its exception may come behind its report."""


class FedCalls:
    """What one run has been delivered of one log."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log
        self._seen: dict[str, float] = {}
        """Ids of events, with their times."""
        self._given: dict[str, float] = {}
        self._delivered: dict[str, float] = {}
        self._emerged: dict[str, float] = {}
        """When a call that is held back was first complete."""
        self._streams: dict[str, list[FeedEvent]] = {}
        self._changed: set[str] = set()
        self._cleared_ms = 0.0
        self.newest_ms = 0.0
        """Time of the newest event."""
        self.too_late = 0
        """Events that came too late to be read."""

    def take(self, events: Iterable[FeedEvent]) -> None:
        """Take events that were delivered; doubles change nothing."""
        for event in events:
            if event.event_id in self._seen or not self._log.holds(LogStream.named(event.stream)):
                continue
            if event.at_ms < self.newest_ms - LATE_MS:
                self.too_late += 1
                continue
            self._seen[event.event_id] = event.at_ms
            self.newest_ms = max(self.newest_ms, event.at_ms)
            self._streams.setdefault(event.stream, []).append(event)
            self._changed.add(event.stream)

    def mark(self, calls: Iterable[LoggedCall]) -> None:
        """Note calls that were read in another way: they are not given again."""
        for call in calls:
            self._given[call_key(call)] = call.at_ms
            self._emerged.pop(call_key(call), None)

    def given(self) -> frozenset[str]:
        """Return the keys of the calls that are not given again."""
        return frozenset(self._given)

    def given_since(self, since_ms: float) -> int:
        """Return how many calls from an instant on are not given again."""
        return sum(at_ms >= since_ms for at_ms in self._given.values())

    def delivered(self) -> frozenset[str]:
        """Return the keys of the calls that deliveries held."""
        return frozenset(self._delivered)

    def ready(self, now_ms: float) -> Logged:
        """Return the calls that were not given before and have been complete for a moment."""
        events = [event for name in self._changed for event in self._ordered(name)]
        read = logged(events, self._log)
        self._delivered.update((call_key(call), call.at_ms) for call in read.calls)
        new = [call for call in read.calls if call_key(call) not in self._given]
        ripe = [call for call in new if self._emerged.setdefault(call_key(call), now_ms) <= now_ms - HELD_MS]
        self.mark(ripe)
        waiting = {call.environment: call.at_ms for call in reversed(new) if call_key(call) in self._emerged}
        self._forget(waiting)
        return Logged(calls=tuple(ripe), read_to_ms=self.newest_ms, running=read.running)

    def _ordered(self, stream: str) -> list[LogEvent]:
        # Ids grow within a stream: of one instant they tell the order.
        found = self._streams[stream] = sorted(self._streams[stream], key=lambda event: (event.at_ms, event.event_id))
        return [LogEvent(stream=event.stream, at_ms=event.at_ms, message=event.message) for event in found]

    def _forget(self, waiting: dict[str, float]) -> None:
        """Let go of what nothing that is still to come needs."""
        for name in self._changed:
            kept = self._streams[name]
            since_ms = min(kept[-1].at_ms, waiting.get(name, kept[-1].at_ms)) - CONTEXT_MS
            self._streams[name] = [event for event in kept if event.at_ms >= since_ms]
        self._changed = set(waiting)
        if self.newest_ms - self._cleared_ms < CONTEXT_MS:
            return
        self._cleared_ms, oldest_ms = self.newest_ms, self.newest_ms - LATE_MS
        self._seen = {key: at_ms for key, at_ms in self._seen.items() if at_ms >= oldest_ms}
        self._given = {key: at_ms for key, at_ms in self._given.items() if at_ms >= oldest_ms}
        self._delivered = {key: at_ms for key, at_ms in self._delivered.items() if at_ms >= oldest_ms}
        self._streams = {name: kept for name, kept in self._streams.items() if kept[-1].at_ms >= oldest_ms}


def call_key(call: LoggedCall) -> str:
    """Return what a call is known by: a retry keeps the request id, and the report's time tells attempts apart."""
    return f"{call.record.request_id} {call.at_ms:.0f}"
