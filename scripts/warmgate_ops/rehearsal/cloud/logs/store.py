"""The log events that were put, in the order of their timestamps. Pure, and not safe to use from several threads."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class LogEvent:
    """One log event; two of the same instant stand in the order in which they came."""

    timestamp_ms: int
    number: int
    stream: str = field(compare=False)
    message: str = field(compare=False)
    ingested_ms: int = field(compare=False)

    @property
    def event_id(self) -> str:
        """Return an id as long as CloudWatch's."""
        return f"{self.timestamp_ms:020d}{self.number:036d}"


class LogStore:
    """Every log group with its events."""

    def __init__(self) -> None:
        self._events: dict[str, list[LogEvent]] = {}
        self._streams: dict[str, set[str]] = {}
        self._numbers = itertools.count()

    def put(self, group: str, stream: str, events: Sequence[Mapping[str, Any]], now_ms: int) -> list[LogEvent]:
        """Add events to a stream, which comes into being with them, and return them."""
        kept = self._events.setdefault(group, [])
        self._streams.setdefault(group, set()).add(stream)
        added = [
            LogEvent(int(event["timestamp"]), next(self._numbers), stream, str(event["message"]), now_ms)
            for event in events
        ]
        for new in added:
            bisect.insort(kept, new)
        return added

    def drop(self, group: str, stream: str | None = None) -> None:
        """Forget a stream, or the group."""
        if stream is None:
            self._events.pop(group, None)
            self._streams.pop(group, None)
        elif group in self._events:
            self._events[group] = [event for event in self._events[group] if event.stream != stream]
            self._streams[group].discard(stream)

    def streams(self, group: str) -> frozenset[str]:
        """Return the streams of a group that have events; none where the group is not known."""
        return frozenset(self._streams.get(group, ()))

    def __contains__(self, group: str) -> bool:
        return group in self._events

    def between(
        self, group: str, first_ms: int | None, last_ms: int | None, after: tuple[int, int] | None = None
    ) -> Iterator[LogEvent]:
        """Yield the events of a group from one instant to another, both included, after a position where one is given.

        Args:
            group: its name.
            first_ms: the earliest timestamp, None for the beginning.
            last_ms: the latest timestamp, None for the end.
            after: timestamp and number of the event to go on after.
        """
        kept = self._events.get(group, [])
        start = 0 if first_ms is None else bisect.bisect_left(kept, first_ms, key=lambda event: event.timestamp_ms)
        if after is not None:
            start = max(start, bisect.bisect_right(kept, after, key=lambda event: (event.timestamp_ms, event.number)))
        for position in range(start, len(kept)):
            if last_ms is not None and kept[position].timestamp_ms > last_ms:
                return
            yield kept[position]
