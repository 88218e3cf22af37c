"""What a user's function wrote while it was rehearsed: all of it, and the lines of a call that failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate_ops.rehearsal.own.first_calls import own_lines

SHOWN = 15
_FAILED = re.compile(r"\[ERROR\]|\tERROR\t|Task timed out|Status: (?:error|timeout)|\"level\": ?\"ERROR\"|Traceback")
_ENDS = ("REPORT RequestId:", '{"time":')


def logged(client: Any, group: str, version: str) -> list[str]:
    """Return the log of one version, its streams one after the other; empty where nothing was written."""
    by_stream: dict[str, list[str]] = {}
    try:
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                by_stream.setdefault(event["logStreamName"], []).append(event["message"].rstrip("\n"))
    except SDK_ERRORS:  # Without a call there is no group.
        return []
    return [line for stream, lines in by_stream.items() if f"[{version}]" in stream for line in lines]


def worth_showing(lines: Iterable[str]) -> list[str]:
    """Return what the function wrote in its first failed call, empty where none failed."""
    call: list[str] = []
    for line in lines:
        call.append(line)
        if line.startswith(_ENDS[0]) or (line.startswith(_ENDS[1]) and "platform.report" in line):
            if any(_FAILED.search(each) for each in call):
                return [*own_lines(call)][:SHOWN]
            call = []
    return []
