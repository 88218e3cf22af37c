"""Reads what CloudWatch Logs hands to a Lambda function: gzip in base64 in JSON (its subscription filters)."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Mapping
from typing import Any

from warmgate.errors import FeedError
from warmgate.model.feed import Delivery, FeedEvent

LARGEST = 64 * 1024 * 1024
"""Bytes that a delivery may have unpacked; an asynchronous call has at most 1 MB packed (Lambda quotas)."""
CONTROL, DATA = "CONTROL_MESSAGE", "DATA_MESSAGE"


def delivery_of(event: Mapping[str, Any]) -> Delivery:
    """Return the delivery of an event; raises FeedError where it is none."""
    try:
        packed = base64.b64decode(event["awslogs"]["data"], validate=True)
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as opened:
            text = opened.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ValueError(f"more than {LARGEST} bytes unpacked")
        found = json.loads(text)
        if found["messageType"] not in {CONTROL, DATA}:
            raise ValueError(f"messageType is {found['messageType']!r}, expected {DATA} or {CONTROL}")
        return _delivery(found)
    except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
        raise FeedError(
            f"event: found {type(error).__name__}: {error}, expected a delivery of CloudWatch Logs as awslogs.data",
            hint="let subscription filters alone call this function",
        ) from error


def _delivery(found: Mapping[str, Any]) -> Delivery:
    stream = str(found["logStream"])
    return Delivery(
        owner=str(found["owner"]),
        group=str(found["logGroup"]),
        filters=tuple(map(str, found["subscriptionFilters"])),
        events=tuple(
            FeedEvent(
                event_id=str(each["id"]), stream=stream, at_ms=float(each["timestamp"]), message=str(each["message"])
            )
            for each in found["logEvents"]
        ),
        is_control=found["messageType"] == CONTROL,
    )
