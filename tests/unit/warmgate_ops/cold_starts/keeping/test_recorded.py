"""Recorded calls in files."""

from __future__ import annotations

import json

import pytest

from warmgate.errors import SettingsError
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.keeping.recorded import calls_in, line_of

CALL = Call(
    function="checkout-api",
    version="7",
    environment="2026/01/05/[7]aa",
    beginning=Beginning.COLD,
    ended_ms=1_767_571_200_000.0,
    duration_ms=120.5,
    init_ms=900.0,
    memory_mb=512.0,
)
ID = "8f507cfc-2f86-4b1c-9f0a-1e2d3c4b5a69"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t"
)


def test_a_line_is_read_back() -> None:
    """Every field of a call survives."""
    assert calls_in(f"{line_of(CALL)}\n\n{line_of(CALL)}\n", "calls.jsonl", "checkout-api") == (CALL, CALL)


def test_events_of_the_aws_cli_are_read() -> None:
    """Version and environment come from the stream's name, the beginning from the report."""
    stream = "2026/01/05/[7]aaaa"
    events = [
        {"logStreamName": stream, "timestamp": 1000, "message": f"{REPORT}Init Duration: 250.00 ms\t\n"},
        {"logStreamName": stream, "timestamp": 2000, "message": REPORT.replace("8f50", "8f51")},
        {"logStreamName": "2026/01/05/other[7]bbbb", "timestamp": 3000, "message": REPORT},
    ]
    first, second = calls_in(json.dumps({"events": events[:2]}), "log.json", "checkout-api")

    assert (first.version, first.environment, first.beginning, first.init_ms) == ("7", stream, Beginning.COLD, 250.0)
    assert (second.beginning, second.duration_ms, second.ended_ms) == (Beginning.WARM, 12.34, 2000.0)
    assert [call.environment for call in calls_in(json.dumps({"events": events}), "log.json", "other")] == [
        "2026/01/05/other[7]bbbb"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "calls:1: found no recorded call"),
        ("[1]", "calls:1: found no recorded call"),
        (line_of(CALL).replace("120.5", '"long"'), "calls:1 duration_ms: found 'long'"),
        (line_of(CALL).replace("120.5", "-1"), "calls:1 duration_ms: found -1"),
        (line_of(CALL).replace('"cold"', '"icy"'), "calls:1 beginning: found 'icy', expected one of warm, cold"),
        (line_of(CALL).replace("checkout-api", "cart"), "found calls of cart, expected some of checkout-api"),
    ],
)
def test_what_is_no_record_is_said(text: str, said: str) -> None:
    """With its line, and what was expected there."""
    with pytest.raises(SettingsError) as caught:
        calls_in(text, "calls", "checkout-api")
    assert said in str(caught.value)
