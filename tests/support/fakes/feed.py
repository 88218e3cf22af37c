"""A log subscription on a virtual clock: filters of groups, and what they deliver, late, doubled or not at all.

Example:
    feed = FakeFeed(world.clock, world.logs.written, late_s=lambda number: 20.0 * (number % 3), copies=2)
    feed.open("/aws/lambda/checkout-api", world.deployment_id)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from support.fakes.world import EPOCH_MS, VirtualClock
from warmgate.errors import FeedError
from warmgate.logs.calls import LoggedCall
from warmgate.model.deadline import Deadline
from warmgate.model.feed import Batch, FeedEvent, filter_name

MOST_FILTERS = 2


@dataclass
class FakeFeed:
    """Both ports of a subscription: the filters of log groups, and the batches that they deliver."""

    clock: VirtualClock
    written: Sequence[LoggedCall] = ()
    late_s: Callable[[int], float] = lambda _number: 2.0
    """How long after its report the delivery of a call arrives, by its number."""
    copies: int = 1
    lost_s: tuple[float, float] = (0.0, 0.0)
    """Calls between these seconds of the clock are never delivered."""
    filters: dict[str, list[str]] = field(default_factory=dict)
    """Names by log group."""
    kept: list[tuple[str, Batch]] = field(default_factory=list)
    fails: Exception | None = None
    reads: int = 0

    def open(self, group: str, deployment_id: str) -> None:
        """Make a filter, from which on calls are delivered."""
        if self.fails is not None:
            raise self.fails
        names = self.filters.setdefault(group, [])
        if filter_name(deployment_id) in names:
            return
        if len(names) == MOST_FILTERS:
            raise FeedError(f"{group}: no subscription filter was made: LimitExceededException")
        names.append(filter_name(deployment_id))
        since_ms = self.clock.epoch_ms()
        for number, call in enumerate(self.written):
            if call.at_ms >= since_ms and not self._is_lost(call):
                arrived_ms = call.at_ms + self.late_s(number) * 1000
                batch = Batch(group=group, events=events_of_call(call), arrived_ms=arrived_ms)
                self.kept += [(deployment_id, batch)] * self.copies

    def close(self, group: str, deployment_id: str) -> bool:
        """Remove a filter."""
        if self.fails is not None:
            raise self.fails
        name = filter_name(deployment_id)
        if name not in self.filters.get(group, []):
            return False
        self.filters[group].remove(name)
        return True

    def put(self, deployment_id: str, batch: Batch) -> None:
        """Keep a batch."""
        if self.fails is not None:
            raise self.fails
        self.kept.append((deployment_id, batch))

    def since(self, deployment_id: str, arrived_ms: float, deadline: Deadline) -> tuple[Batch, ...]:
        """Return what has arrived by now."""
        self.reads += 1
        if self.fails is not None:
            raise self.fails
        now_ms = self.clock.epoch_ms()
        found = (batch for name, batch in self.kept if name == deployment_id)
        return tuple(
            sorted(
                (batch for batch in found if arrived_ms <= batch.arrived_ms <= now_ms),
                key=lambda batch: batch.arrived_ms,
            )
        )

    def _is_lost(self, call: LoggedCall) -> bool:
        since_s, until_s = self.lost_s
        return since_s <= (call.at_ms - EPOCH_MS) / 1000 < until_s


def in_streams(calls: Iterable[LoggedCall]) -> list[LoggedCall]:
    """Return calls whose environments have the names that Lambda gives to log streams."""
    return [replace(call, environment=f"2026/01/01/[{call.version}]{call.environment}") for call in calls]


def events_of_call(call: LoggedCall) -> tuple[FeedEvent, ...]:
    """Return what Lambda and the Python runtime log of a call, in text format."""
    record = call.record
    size_mb, used_mb = record.memory_mb or 256, record.max_memory_mb or 90
    init = f"\tInit Duration: {record.init_ms:.2f} ms" if record.init_ms else ""
    error = [f"[ERROR] {record.error_type}: 'secret'\nTraceback (most recent call last):"] if record.error_type else []
    lines = (
        f"START RequestId: {record.request_id} Version: {call.version}",
        *error,
        (
            f"REPORT RequestId: {record.request_id}\tDuration: {record.duration_ms:.2f} ms\tBilled Duration: 1 ms"
            f"\tMemory Size: {size_mb:.0f} MB\tMax Memory Used: {used_mb:.0f} MB{init}"
        ),
    )
    began_ms = call.at_ms - (record.duration_ms or 0.0)
    return tuple(
        FeedEvent(
            event_id=f"{call.at_ms:015.0f}{record.request_id}{place}",
            stream=call.environment,
            at_ms=call.at_ms if place else began_ms,
            message=line,
        )
        for place, line in enumerate(lines)
    )
