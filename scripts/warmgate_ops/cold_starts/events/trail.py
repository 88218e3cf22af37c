"""CloudTrail's event history, at the pace that it allows: two requests a second in an account and region."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config

from warmgate.adapters.faults import SDK_ERRORS, is_throttle
from warmgate.adapters.sdk import client as client_of
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.causes.wording import DAY
from warmgate_ops.cold_starts.events.asking import Clients
from warmgate_ops.cold_starts.events.trail_records import LAMBDA

PAGE = 50
BETWEEN_MS = 520.0
"""LookupEvents: two requests a second (CloudTrail API reference)."""
KEPT_MS = 90 * DAY
"""The event history reaches back 90 days."""
MOST_PAGES = 120
"""Of all events of Lambda in the account: a minute of asking."""
TRIES = 4
# The SDK would ask again faster than the pace.
_ONCE = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True)
class Looked:
    """What the event history gave."""

    records: tuple[Mapping[str, Any], ...]
    note: str = ""
    """What is missing of it; empty where nothing is."""


class EventHistory:
    """LookupEvents; `clients` gives the client of a service."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        found = clients("cloudtrail")
        # The same endpoint and region, without repeats of the SDK's own.
        self._client = client_of(
            "cloudtrail", config=_ONCE, endpoint_url=found.meta.endpoint_url, region=found.meta.region_name
        )
        self._clock = clock
        self._free_ms = 0.0

    def records(self, function: str, arn: str, since_ms: float, until_ms: float) -> Looked:
        """Return the records that name a function, newest first.

        Which resource a record of Lambda names is stated nowhere: where none names the function, all of Lambda's are
        read, up to a minute long.
        """
        window = {"StartTime": _utc(since_ms), "EndTime": _utc(until_ms)}
        found = {}
        for name in filter(None, (function, arn)):
            found.update({str(each.get("eventID")): each for each in self._looked_up("ResourceName", name, window)})
        note = "" if since_ms >= self._clock.epoch_ms() - KEPT_MS else "CloudTrail's event history reaches back 90 days"
        if found:
            return Looked(tuple(found.values()), note)
        records = []
        for number, record in enumerate(self._looked_up("EventSource", LAMBDA, window)):
            records.append(record)
            if number + 1 >= MOST_PAGES * PAGE:
                note = f"only the newest {number + 1:,} events of Lambda in the account were read; pass --trail for all"
                break
        return Looked(tuple(records), note)

    def _looked_up(self, key: str, value: str, window: Mapping[str, datetime]) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}], **window}
        while True:
            page = self._page({**asked, "MaxResults": PAGE})
            for event in page.get("Events", []):
                if record := _record(event):
                    yield record
            if not page.get("NextToken"):
                return
            asked["NextToken"] = page["NextToken"]

    def _page(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        for tries in range(1, TRIES + 1):
            self._clock.sleep_ms(max(0.0, self._free_ms - self._clock.now_ms()))
            self._free_ms = self._clock.now_ms() + BETWEEN_MS * tries
            try:
                page: dict[str, Any] = self._client.lookup_events(**asked)
                return page
            except SDK_ERRORS as error:
                if tries == TRIES or not is_throttle(error):
                    raise
        raise AssertionError("the last try returns or raises")


def _record(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    try:
        found = json.loads(event.get("CloudTrailEvent") or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _utc(at_ms: float) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
