"""The operations of EventBridge Scheduler that the front has a part in: expressions are checked, lists have pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from warmgate_ops.rehearsal.cloud.schedules.expressions import parse

Answer = tuple[int, dict[str, Any]]
Ask = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
"""Asks MiniStack by GET, with a path and a query."""
_MOST = 100


class SchedulerFront:
    """EventBridge Scheduler, whose schedules MiniStack keeps."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def answer(self, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Answer | None:
        """Return the answer of a request that is answered here, None for one that is MiniStack's."""
        if path.startswith("/schedules/") and method in {"POST", "PUT"}:
            return _refusal(body)
        if path.rstrip("/") == "/schedules" and method == "GET":
            return await self._page(query)
        return None

    async def _page(self, query: Mapping[str, str]) -> Answer:
        """Return a page of all that MiniStack lists, which it would cut off."""
        asked = {name: text for name, text in query.items() if name not in {"NextToken", "MaxResults"}}
        status, found = await self._ask("/schedules", {**asked, "MaxResults": "1000000"})
        if status >= 400:
            return status, found
        listed = sorted(found["Schedules"], key=lambda each: (each["GroupName"], each["Name"]))
        size = int(query.get("MaxResults") or _MOST)
        if not 1 <= size <= _MOST:
            return _invalid(f"MaxResults is {size}, expected a number from 1 to {_MOST}.")
        try:
            place = json.loads(base64.b64decode(query.get("NextToken") or "MA==", validate=True))
        except ValueError:
            return _invalid("Invalid NextToken.")
        page: dict[str, Any] = {"Schedules": listed[place : place + size]}
        if len(listed) > place + size:
            page["NextToken"] = base64.b64encode(json.dumps(place + size).encode()).decode()
        return 200, page


def _refusal(body: dict[str, Any]) -> Answer | None:
    """Return why a schedule cannot be kept; None where it can, or where MiniStack says what is missing."""
    text, zone = str(body.get("ScheduleExpression") or ""), str(body.get("ScheduleExpressionTimezone") or "UTC")
    target, window = body.get("Target") or {}, body.get("FlexibleTimeWindow") or {}
    if text:
        try:
            parse(text, zone)
        except ValueError as error:
            return _invalid(f"Invalid Schedule Expression {text}. {error}")
    if window.get("Mode") == "FLEXIBLE" and not 1 <= int(window.get("MaximumWindowInMinutes") or 0) <= 1440:
        return _invalid("MaximumWindowInMinutes must be from 1 to 1440 for a flexible time window.")
    if ":lambda:" in str(target.get("Arn")) and target.get("Input"):
        try:
            json.loads(target["Input"])
        except ValueError:
            return _invalid("Invalid Input: the input of a function must be well-formed JSON.")
    return None


def _invalid(text: str) -> Answer:
    return 400, {"__type": "ValidationException", "Message": text}
