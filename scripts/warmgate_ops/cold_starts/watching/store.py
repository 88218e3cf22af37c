"""Days and events as objects of the report bucket, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.objects import Objects
from warmgate.adapters.owners import owned_by
from warmgate.adapters.port_errors import raised_as
from warmgate.errors import ReportError
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.watching.day import Day, day_in, document_of

FOLDER = "cold-starts/"
JSON = "application/json"
MOST_EVENTS = 1000
"""Of a function and a day: one page of ListObjectsV2."""
_VALUES = ("at_ms", "until_ms", "environments", "count", "sure")
_TEXTS = ("version", "before", "alias", "name", "by", "detail")


class BucketDays:
    """Objects `PREFIXcold-starts/days/FUNCTION/DATE.json`, and `…/events/FUNCTION/DATE/ID.json`."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str, account: str) -> None:
        self._clients = clients
        self._bucket = bucket
        self._account = account
        self._folder = f"{prefix}{FOLDER}"
        self._objects = Objects(clients, bucket, account, "cold-start watch")

    def keep(self, day: Day) -> None:
        """Store a day in the place of what is there of it; raises ReportError."""
        self._objects.write(self._day_key(day.function, day.date), document_of(day), JSON)

    def find(self, function: str, dates: Sequence[str]) -> Sequence[Day]:
        """Return the days that are there, by date; raises ReportError."""
        texts = (self._objects.read(self._day_key(function, date)) for date in dates)
        days = (day_in(text) for text in texts if text is not None)
        return [day for day in days if day is not None]

    def note(self, function: str, event: Event, event_id: str) -> None:
        """Store an event once, however often it is delivered; raises ReportError."""
        document = {"kind": event.kind.value, **{name: getattr(event, name) for name in (*_VALUES, *_TEXTS)}}
        key = f"{self._events_folder(function, event_date(event))}{event_id}.json"
        self._objects.write_missing(key, json.dumps(document, allow_nan=False), JSON)

    def noted(self, function: str, date: str) -> Sequence[Event]:
        """Return the events of a day by time; raises ReportError."""
        folder = self._events_folder(function, date)
        hint = "allow s3:ListBucket on the report bucket to the cold-start watch's role"
        with raised_as(ReportError, f"{self._objects.where(folder)} could not be listed", hint):
            listed = self._clients("s3").list_objects_v2(
                Bucket=self._bucket, Prefix=folder, MaxKeys=MOST_EVENTS, **owned_by(self._account)
            )
        texts = (self._objects.read(each["Key"]) for each in listed.get("Contents", []))
        events = (_event_in(text) for text in texts if text is not None)
        return sorted((event for event in events if event is not None), key=lambda event: event.at_ms)

    def _day_key(self, function: str, date: str) -> str:
        return f"{self._folder}days/{function}/{date}.json"

    def _events_folder(self, function: str, date: str) -> str:
        return f"{self._folder}events/{function}/{date}/"


def event_date(event: Event) -> str:
    """Return the day (UTC) on which an event began to matter."""
    return datetime.fromtimestamp(event.at_ms / 1000, UTC).date().isoformat()


def _event_in(text: str) -> Event | None:
    """Return the event of a document; None where it is none that this version reads."""
    try:
        found = json.loads(text)
        values: dict[str, Any] = {name: found[name] for name in _VALUES} | {name: str(found[name]) for name in _TEXTS}
        return Event(kind=Happening(found["kind"]), **values)
    except (ValueError, KeyError, TypeError):
        return None
