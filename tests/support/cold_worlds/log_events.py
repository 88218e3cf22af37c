"""Calls as the log events that Lambda would have written of them, in the JSON of `aws logs filter-log-events`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from warmgate_ops.cold_starts.calls import Beginning, Call

VERSIONED = "START RequestId: {id} Version: {version}\n"
REPORT = (
    "REPORT RequestId: {id}\tDuration: {duration:.2f} ms\tBilled Duration: {billed} ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 101 MB\t"
)


def log_events(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Return the events of text format, by time."""
    found = [event for call in calls for event in _events(call)]
    return sorted(found, key=lambda event: event["timestamp"])


def exported(calls: Iterable[Call]) -> str:
    """Return the text of a file with them."""
    return json.dumps({"events": log_events(calls)})


def _events(call: Call) -> list[dict[str, Any]]:
    started = int(call.ended_ms - call.duration_ms)
    report = REPORT.format(id=call.request_id, duration=call.duration_ms, billed=int(call.duration_ms) + 1)
    if call.beginning is Beginning.COLD:
        report += f"Init Duration: {call.init_ms:.2f} ms\t"
    if call.status != "success":
        report += f"Status: {call.status}\tError Type: {call.error_type}\t" if call.error_type else "Status: timeout\t"
    lines = [(started, VERSIONED.format(id=call.request_id, version=call.version))]
    if call.beginning is Beginning.PROVISIONED:
        lines.insert(0, (started - 1, "AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency\n"))
    if call.beginning is Beginning.SUPPRESSED:
        lines.insert(0, (started - 1, "INIT_REPORT Init Duration: 500.00 ms\tPhase: invoke\tStatus: timeout\n"))
    lines.append((int(call.ended_ms), f"{report}\n"))
    return [{"logStreamName": call.environment, "timestamp": at, "message": text} for at, text in lines]
