"""Leaves of a log event what a reader of calls needs, and nothing that an application wrote.

A runtime's record of an exception keeps the exception's type alone: message and stack trace may hold what callers sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from warmgate.logs.invocations import events_of
from warmgate.logs.platform import Ended, Event, KindStated, Reported, Started
from warmgate.logs.raised import Raised
from warmgate.logs.wrappings import Message, read_messages

_PLATFORMS = re.compile(r"(?:START|END|REPORT) RequestId:")
MOST_CHARACTERS = 2_000
"""Of one line: the platform's reports have some 300."""


def reduced(message: str) -> str:
    """Return the lines of an event that a reader of calls needs, empty where there are none."""
    return "\n".join(_lines(message))


def _lines(message: str) -> Iterator[str]:
    for part, event in events_of(read_messages(message.split("\n"))):
        # These the platform writes as they are: behind a time or in an envelope an application quotes them.
        if part.inside or (part.carrier and isinstance(event, Started | Ended | Reported)):
            continue
        line = _line(part, event)
        if 0 < len(line) <= MOST_CHARACTERS:
            yield line


def _line(message: Message, event: Event) -> str:
    if message.record is not None:
        return json.dumps(_record(message.record), separators=(",", ":"))
    match event:
        case Raised(error_type=error_type, request_id=None):
            return f"[ERROR] {error_type}:"
        case Raised(error_type=error_type, request_id=request_id):
            return f'{request_id}\tERROR\tInvoke Error \t{{"errorType":"{error_type}"'
        case KindStated():
            return ""
        case Started() | Ended() | Reported():
            found = _PLATFORMS.search(message.text)  # behind output without a line end
            return message.text[found.start() :] if found else ""
    return message.text


def _record(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what an exception said; a record of the platform stays whole."""
    if "type" in record:
        return record
    return {**record, "errorMessage": "", "stackTrace": []}
