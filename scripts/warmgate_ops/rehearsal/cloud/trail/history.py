"""The events of the account, and what LookupEvents finds among them. Pure; time is passed in."""

from __future__ import annotations

import base64
import json
from collections import deque
from typing import Any

MOST_READS, MOST_CHANGES = 5_000, 20_000
"""Events that are kept: whoever polls does not push out what was changed."""
MOST_ON_PAGE = 50
"""Events on a page, at most and where no number is asked for (CloudTrail, LookupEvents)."""
KEPT_S = 90 * 86_400.0
_KEYS = ("EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId")


class TrailRefusal(Exception):  # noqa: N818 - the API's refusal, not an error of ours
    """What LookupEvents does not answer; the code is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class History:
    """Events, newest last, each with its number and when it was recorded."""

    def __init__(self) -> None:
        self._reads: deque[tuple[int, float, dict[str, Any]]] = deque(maxlen=MOST_READS)
        self._changes: deque[tuple[int, float, dict[str, Any]]] = deque(maxlen=MOST_CHANGES)
        self._count = 0

    def add(self, event: dict[str, Any], at_s: float) -> None:
        """Record an event."""
        self._count += 1
        kept = self._reads if event["ReadOnly"] == "true" else self._changes
        kept.append((self._count, at_s, event))

    def lookup(self, body: dict[str, Any], now_s: float, delay_s: float) -> dict[str, Any]:
        """Return a page of events, newest first; raises TrailRefusal.

        Args:
            body: the request.
            now_s: the time.
            delay_s: how long an event cannot be found yet.
        """
        key, value = _attribute(body)
        size = _size(body)
        since_s, until_s = float(body.get("StartTime") or 0.0), float(body.get("EndTime") or now_s)
        if since_s > until_s:
            raise TrailRefusal("InvalidTimeRangeException", "The start time is after the end time.")
        asked = json.dumps([body.get(name) for name in ("LookupAttributes", "StartTime", "EndTime")], default=str)
        before = _place(str(body.get("NextToken") or ""), asked)
        found = [
            (number, event)
            for number, at_s, event in sorted((*self._reads, *self._changes), key=lambda each: -each[0])
            if (before is None or number < before)
            and at_s <= now_s - delay_s
            and max(since_s, now_s - KEPT_S) <= event["EventTime"] <= until_s
            and _has(event, key, value)
        ]
        page: dict[str, Any] = {"Events": [event for _, event in found[:size]]}
        if len(found) > size:
            page["NextToken"] = base64.b64encode(json.dumps([found[size - 1][0], asked]).encode()).decode()
        return page


def _attribute(body: dict[str, Any]) -> tuple[str, str]:
    """Return the attribute that is asked for; both are empty without one."""
    attributes = body.get("LookupAttributes") or []
    if len(attributes) > 1:
        text = "You can specify only one lookup attribute."
        raise TrailRefusal("InvalidLookupAttributesException", text)
    if body.get("EventCategory") not in (None, "insight"):
        raise TrailRefusal("InvalidEventCategoryException", "The event category is not valid.")
    if not attributes:
        return "", ""
    key, value = str(attributes[0].get("AttributeKey")), str(attributes[0].get("AttributeValue") or "")
    if key not in _KEYS or not value:
        raise TrailRefusal("InvalidLookupAttributesException", f"{key} is no lookup attribute, or has no value.")
    return key, value


def _size(body: dict[str, Any]) -> int:
    size = int(body.get("MaxResults") or MOST_ON_PAGE)
    if not 1 <= size <= MOST_ON_PAGE:
        raise TrailRefusal("InvalidMaxResultsException", f"MaxResults must be from 1 to {MOST_ON_PAGE}.")
    return size


def _place(token: str, asked: str) -> int | None:
    """Return the number behind which a page goes on; a token belongs to the request that it came from."""
    if not token:
        return None
    try:
        number, of = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError):
        number, of = 0, None
    if of != asked:
        raise TrailRefusal("InvalidNextTokenException", "The token is not of this request.")
    return int(number)


def _has(event: dict[str, Any], key: str, value: str) -> bool:
    if not key:
        return True
    if key in {"ResourceName", "ResourceType"}:
        return any(each[key] == value for each in event["Resources"])
    return bool(event.get(key) == value)
