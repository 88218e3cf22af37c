"""Batches of log events as items of a DynamoDB table, by deployment and arrival; they vanish by themselves.

An item is written for less than a thousandth of a cent where an object in S3 costs eight times as much, and a query
reads what is written (docs/adr/0010-live-source.md).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import FeedError
from warmgate.model.deadline import Deadline
from warmgate.model.feed import Batch, FeedEvent
from warmgate.ports.time import Clock

KEPT_S = 6 * 3600
"""No run reads what came before it began, and a run lasts 15 minutes."""
SHARDS = 4
"""A key takes a thousand writes a second (DynamoDB quotas): the streams of a deployment are spread over some."""
LARGEST = 350_000
"""Bytes of an item's events before they are packed; an item has at most 400 KB (DynamoDB quotas)."""
HINT = "name the table in WARMGATE_FEED_TABLE, with the keys `feed` and `at`, and allow dynamodb:PutItem or Query on it"


class TableBatches:
    """Batches through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock) -> None:
        self._clients = clients
        self._table = table
        self._clock = clock

    def put(self, deployment_id: str, batch: Batch) -> None:
        """Write the events of a stream as one item, or as some where they are many."""
        for part in _parts(batch.events):
            item = {
                "feed": {"S": _key(deployment_id, _shard(part[0].stream))},
                # The first event's id keeps two deliveries of a millisecond apart, and makes a repeated write the same.
                "at": {"S": f"{batch.arrived_ms:015.0f} {part[0].event_id}"},
                "group": {"S": batch.group},
                "events": {"B": _packed(part)},
                "expiration": {"N": str(int(batch.arrived_ms / 1000) + KEPT_S)},
            }
            with raised_as(FeedError, f"table {self._table}: deliveries of {deployment_id} were not kept", HINT):
                self._clients("dynamodb").put_item(TableName=self._table, Item=item)

    def since(self, deployment_id: str, arrived_ms: float, deadline: Deadline) -> tuple[Batch, ...]:
        """Query every shard from an arrival on."""
        found: list[Batch] = []
        with raised_as(FeedError, f"table {self._table}: deliveries of {deployment_id} could not be read", HINT):
            for shard in range(SHARDS):
                found += map(_batch, self._items(_key(deployment_id, shard), arrived_ms, deadline))
        return tuple(sorted(found, key=lambda batch: batch.arrived_ms))

    def _items(self, key: str, arrived_ms: float, deadline: Deadline) -> Iterator[dict[str, Any]]:
        more: dict[str, Any] = {}
        while True:
            page = self._clients("dynamodb").query(
                TableName=self._table,
                KeyConditionExpression="#feed = :feed AND #at >= :at",
                ExpressionAttributeNames={"#feed": "feed", "#at": "at"},
                ExpressionAttributeValues={":feed": {"S": key}, ":at": {"S": f"{max(0.0, arrived_ms):015.0f}"}},
                ConsistentRead=True,
                **more,
            )
            yield from page.get("Items", [])
            if not page.get("LastEvaluatedKey"):
                return
            if self._clock.now_ms() >= deadline.at_ms:
                raise FeedError(f"table {self._table}: no time is left to read all deliveries of {key}")
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _key(deployment_id: str, shard: int) -> str:
    return f"{deployment_id} {shard}"


def _shard(stream: str) -> int:
    return zlib.crc32(stream.encode()) % SHARDS


def _parts(events: Sequence[FeedEvent]) -> Iterator[Sequence[FeedEvent]]:
    """Yield the events in parts that fit into an item each, those of a shard together."""
    part: list[FeedEvent] = []
    size = 0
    for event in events:
        weight = 4 * len(event.message) + 200
        if part and (size + weight > LARGEST or event.stream != part[0].stream):
            yield part
            part, size = [], 0
        part.append(event)
        size += weight
    if part:
        yield part


def _packed(events: Sequence[FeedEvent]) -> bytes:
    rows = [[event.event_id, event.at_ms, event.message] for event in events]
    text = json.dumps({"stream": events[0].stream, "events": rows}, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode("utf-8", "surrogatepass"), 6)


def packed_size(events: Sequence[FeedEvent]) -> int:
    """Return about how many bytes an item of events has; a write is paid by the kilobyte."""
    return len(_packed(events)) + 200


def _batch(item: dict[str, Any]) -> Batch:
    try:
        found = json.loads(gzip.decompress(item["events"]["B"]).decode("utf-8", "surrogatepass"))
        return Batch(
            group=item["group"]["S"],
            arrived_ms=float(item["at"]["S"].partition(" ")[0]),
            events=tuple(
                FeedEvent(event_id=str(row[0]), stream=str(found["stream"]), at_ms=float(row[1]), message=str(row[2]))
                for row in found["events"]
            ),
        )
    except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
        raise FeedError(f"an item of deliveries cannot be read: {type(error).__name__}: {error}") from error
