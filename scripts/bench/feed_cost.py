"""What live calls by subscription cost, from one report a second to ten thousand: list prices times counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from support.fakes.feed import events_of_call
from warmgate.adapters.batches import SHARDS, packed_size
from warmgate.logs.calls import LoggedCall
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start

RATES = (1, 10, 100, 1_000, 10_000)
CALL_S = 0.1
"""Duration of a call of the function that shifts: so many environments serve at a rate."""
FLUSH_S = 1.0
"""An environment's log is taken to be sent so often; AWS states no time."""
LOOK_S = 2.0
REREAD = 5.0
"""Seconds of arrivals that each look reads again."""
FEED_S, FEED_GB = 0.02, 0.25
"""Billed duration and memory of a call of the feed: one write."""
CALL_USD, GB_S_USD = 0.20 / 1e6, 0.0000133334
WRITE_USD, READ_USD = 0.625 / 1e6, 0.125 / 1e6
"""List prices of us-east-1: Lambda on arm64, DynamoDB on demand (1 KB written, 4 KB read consistently)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCost:
    """Dollars an hour, by what they are paid for."""

    deliveries_per_s: float
    feed_usd: float
    writes_usd: float
    reads_usd: float

    @property
    def usd(self) -> float:
        """Return all of it."""
        return self.feed_usd + self.writes_usd + self.reads_usd


def cost_of(reports_per_s: float) -> FeedCost:
    """Return the cost of an hour at a rate of reports."""
    environments = max(1.0, reports_per_s * CALL_S)
    deliveries = min(reports_per_s, environments / FLUSH_S)
    size = item_bytes(max(1, round(reports_per_s / deliveries)))
    writes = -(-size // 1024)
    read_units = -(-size // 4096)
    # A query is charged by the sum of what it reads, and by one unit at the least.
    reads = max(SHARDS / LOOK_S, deliveries * size / 4096 * (LOOK_S + REREAD) / LOOK_S)
    hour = 3600
    return FeedCost(
        deliveries_per_s=deliveries,
        feed_usd=hour * deliveries * (CALL_USD + FEED_S * FEED_GB * GB_S_USD),
        writes_usd=hour * deliveries * writes * WRITE_USD,
        reads_usd=hour * max(reads, read_units / LOOK_S) * READ_USD,
    )


def item_bytes(calls: int) -> int:
    """Return how large an item of so many calls is, as it is stored."""
    events = [
        event
        for number in range(calls)
        for event in events_of_call(
            LoggedCall(
                record=InvocationRecord(
                    request_id=_id(number), duration_ms=7.0 + number % 13, start=Start.WARM, status="success"
                ),
                at_ms=1_767_225_600_000.0 + 97 * number,
                environment="2026/01/01/[7]0123456789abcdef0123456789abcdef",
                version="7",
            )
        )
    ]
    return packed_size(events)


def measure_feed_cost() -> list[tuple[str, str, str]]:
    """Return rows (what, figure, goal) for each rate; polling costs a quota and no money."""
    rows = []
    for rate in RATES:
        cost = cost_of(rate)
        parts = f"feed ${cost.feed_usd:.4f}, writes ${cost.writes_usd:.4f}, reads ${cost.reads_usd:.4f}"
        figure = f"${cost.usd:.4f} an hour ({parts}; {cost.deliveries_per_s:.0f} deliveries/s)"
        rows.append((f"live calls by subscription, {rate:,} reports/s", figure, "-"))
    return rows


def _id(number: int) -> str:
    # Digits of a hash: a request id cannot be packed any smaller.
    found = hashlib.sha256(json.dumps(number).encode()).hexdigest()
    return f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:32]}"
