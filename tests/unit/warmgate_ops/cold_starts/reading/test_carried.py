"""Calls are found in a log whatever program carried it, and nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unit.warmgate_ops.cold_starts.reading.wrappings import (
    BARE,
    BEGIN_MS,
    COLD,
    JSON,
    STREAM,
    TEXT,
    WARM,
    WITH_ALL,
    WITH_TIME,
    Log,
    Wrapping,
)
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.reading.files import calls_in_lines

FORMATS = pytest.mark.parametrize("log", [TEXT, JSON], ids=["text", "JSON"])


def calls(text: str) -> list[Call]:
    """Return the calls of a log, the cold one first: their order says nothing."""
    return sorted(calls_in_lines(iter(text.splitlines(keepends=True))), key=lambda call: call.request_id)


def told(found: list[Call]) -> list[tuple[object, ...]]:
    """Return what every wrapping lets through."""
    return [
        (call.request_id, call.beginning, call.duration_ms, call.init_ms, call.billed_ms, call.max_memory_mb)
        for call in found
    ]


EXPECTED = [
    (COLD, Beginning.COLD, 40.21, 312.05, 353.0, 91.0),
    (WARM, Beginning.WARM, 12.34, None, 353.0, 91.0),
]


@FORMATS
@pytest.mark.parametrize("wrapping", WITH_ALL.values(), ids=list(WITH_ALL))
def test_a_wrapping_with_streams_tells_environments_and_times(wrapping: Wrapping, log: Log) -> None:
    """Both calls, each with its environment, version and the time of its report."""
    found = calls(wrapping(log))

    assert told(found) == EXPECTED
    assert [(call.environment, call.version) for call in found] == [(STREAM, "7")] * 2
    assert [call.ended_ms for call in found] == [BEGIN_MS + 453, BEGIN_MS + 1_713]


@FORMATS
@pytest.mark.parametrize("wrapping", WITH_TIME.values(), ids=list(WITH_TIME))
def test_a_wrapping_without_streams_tells_times(wrapping: Wrapping, log: Log) -> None:
    """Both calls, to the second at least; the beginning tells the version."""
    found = calls(wrapping(log))

    assert told(found) == EXPECTED
    assert [call.version for call in found] == ["7"] * 2
    assert [int(call.ended_ms) // 1000 for call in found] == [BEGIN_MS // 1000, BEGIN_MS // 1000 + 1]


@FORMATS
@pytest.mark.parametrize("wrapping", BARE.values(), ids=list(BARE))
def test_a_wrapping_that_tells_nothing_lets_the_calls_through(wrapping: Wrapping, log: Log) -> None:
    """Both calls, whatever stands around them."""
    assert told(calls(wrapping(log))) == EXPECTED


@pytest.mark.parametrize(
    "wrapping",
    [
        lambda text: f"2026-11-24T09:00:00.420Z\t{COLD}\tINFO\t{text}",
        lambda text: f"[INFO]\t2026-11-24T09:00:00.420Z\t{COLD}\t{text}",
        lambda text: f'2026-11-24T09:00:00.420Z downstream said "{text}"',
        lambda text: f"got line: {text}",
        lambda text: json.dumps({"level": "INFO", "message": text, "timestamp": "2026-11-24T09:00:00Z"}),
        lambda text: f"2026-11-24 09:00:00 {json.dumps({'message': text})}",
    ],
)
def test_what_an_application_quotes_is_no_call(wrapping: object) -> None:
    """A report behind a request id, a quotation mark or an application's words is not the platform's."""
    assert callable(wrapping)
    assert calls(f"{wrapping(TEXT[4].text)}\n") == []


def test_a_report_broken_into_lines_is_one() -> None:
    """Viewers and people put the fields of a report on lines of their own."""
    text = TEXT[4].text.replace("\t", "\n") + "\nXRAY TraceId: 1-5e34a614-10bd\tSegmentId: 07f0\tSampled: true\n"
    (call,) = calls(text)
    assert (told([call]), call.trace_id) == (EXPECTED[:1], "1-5e34a614-10bd")


def test_rows_that_show_fields_alone_are_reports() -> None:
    """A query may show discovered fields without the message; memory is in bytes there."""
    text = (
        "@timestamp,@requestId,@duration,@billedDuration,@initDuration,@memorySize,@maxMemoryUsed,@logStream\n"
        f"2026-11-24 09:00:00.453,{COLD},40.21,353,312.05,256000000,91000000,{STREAM}\n"
        f"2026-11-24 09:00:01.713,{WARM},12.34,353,,256000000,91000000,{STREAM}\n"
    )
    found = calls(text)
    assert told(found) == EXPECTED
    assert [call.environment for call in found] == [STREAM] * 2


def test_tabs_that_were_escaped_twice_are_tabs() -> None:
    """Payloads that were printed and pasted hold a backslash and a t."""
    lines = [line.text.replace("\t", "\\t") + "\\n" for line in TEXT]
    text = json.dumps({"logStream": STREAM, "logEvents": [{"timestamp": 1, "message": line} for line in lines]})
    assert told(calls(text)) == EXPECTED


def test_an_environment_is_named_with_its_function_where_a_group_is_shared() -> None:
    """The stream names the function; without it the log group does."""
    shared = STREAM.replace("[7]", "basket[9]")
    text = "".join(f"{line.iso()}Z {shared} {line.text}\n" for line in TEXT)
    assert {(call.function, call.version) for call in calls(text)} == {("basket", "9")}
    assert {call.function for call in calls(WITH_ALL["awslogs"](TEXT))} == {"checkout"}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "nothing\n", "{", "[", '{"a": [', "\x00\xff", "a,b\n1,2\n", "- message: [\n"]
)
def test_a_text_without_reports_has_no_calls(text: str) -> None:
    """And is no error."""
    assert calls(text) == []


SHAPES = json.loads((Path(__file__).parents[4] / "data" / "cold_starts" / "shapes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("shape", SHAPES, ids=[shape["name"] for shape in SHAPES])
def test_shapes_of_public_logs_are_read_as_a_careful_reader_would(shape: dict[str, Any]) -> None:
    """As people paste and programs print them; values are made up."""
    found = [[call.request_id, str(call.beginning), call.duration_ms, call.init_ms] for call in calls(shape["log"])]
    assert found == sorted(shape["calls"])
