"""CloudTrail's files in a bucket: for more than 90 days, and for accounts with too many events to look up."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.events.asking import Clients
from warmgate_ops.cold_starts.events.trail import Looked

LARGEST_FILE = 200_000_000
"""Bytes of one file when unpacked; CloudTrail's own are some megabytes."""
_PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
_REGION = re.compile(r"CloudTrail/[a-z0-9-]+")
EXPECTED = "s3://BUCKET/PREFIX down to the region, as s3://trails/AWSLogs/123456789012/CloudTrail/eu-central-1"


def trail_place(text: str) -> tuple[str, str]:
    """Return bucket and prefix of --trail; raises SettingsError."""
    found = _PLACE.fullmatch(text)
    prefix = (found["prefix"] or "").strip("/") if found else ""
    if found is None or not _REGION.search(prefix):
        raise SettingsError(f"--trail: found {text}, expected {EXPECTED}")
    return found["bucket"], prefix


def records_in_files(clients: Clients, place: tuple[str, str], since_ms: float, until_ms: float) -> Looked:
    """Return the records of Lambda in the files of a window's days.

    Args:
        clients: gives the client of a service.
        place: bucket and prefix, down to the region.
        since_ms: begin of the window, milliseconds since the epoch.
        until_ms: its end.
    """
    client, files, found, broken = clients("s3"), 0, [], 0
    for key in _keys(client, place, since_ms, until_ms):
        files += 1
        try:
            found += records_of(client.get_object(Bucket=place[0], Key=key)["Body"].read())
        except (ValueError, zlib.error):
            broken += 1
    if not files:
        return Looked((), f"no file of CloudTrail under s3://{place[0]}/{place[1]}; expected {EXPECTED}")
    return Looked(tuple(found), f"{broken} of {files} files of CloudTrail could not be read" if broken else "")


def _keys(client: Any, place: tuple[str, str], since_ms: float, until_ms: float) -> Iterator[str]:
    # A file may hold events of the minutes before midnight of the day before.
    day = datetime.fromtimestamp(since_ms / 1000, UTC).date()
    while day <= datetime.fromtimestamp(until_ms / 1000, UTC).date() + timedelta(days=1):
        prefix = f"{place[1]}/{day:%Y/%m/%d}/"
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=place[0], Prefix=prefix):
            yield from (each["Key"] for each in page.get("Contents", []) if each["Key"].endswith((".json.gz", ".json")))
        day += timedelta(days=1)


def records_of(content: bytes) -> list[Mapping[str, Any]]:
    """Return the records of Lambda in a file, packed or not; raises ValueError and zlib.error for what is none."""
    if content.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        content = unpacking.decompress(content, LARGEST_FILE)
        if unpacking.unconsumed_tail:
            raise ValueError(f"a file of more than {LARGEST_FILE:,} bytes")
    value = json.loads(content)
    records = value.get("Records") if isinstance(value, dict) else None
    if not isinstance(records, list):
        raise ValueError("no Records")  # noqa: TRY004 - what is in a file is a value
    return [each for each in records if isinstance(each, dict) and each.get("eventSource") == "lambda.amazonaws.com"]
