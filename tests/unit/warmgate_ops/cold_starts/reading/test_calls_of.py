"""A record of a log becomes a call with the beginning that its caller met."""

from __future__ import annotations

import pytest

from warmgate.logs.invocations import Assembly, events_of
from warmgate.logs.records import InvocationRecord
from warmgate.logs.wrappings import Message
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.reading.calls_of import calls_of

STREAM = "2026/11/24/[7]0a1b2c3d"
PROVISIONED = "INIT_REPORT Init Duration: 300.00 ms\tPhase: init\tStatus: success"
INIT_START = "INIT_START Runtime Version: python:3.12.v5\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0c22"


def report(more: str = "", request_id: str = "a", duration_ms: float = 40.0) -> str:
    """Return the platform's text report of a call."""
    return (
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\tBilled Duration: 41 ms\tMemory Size: 256 MB\t"
        f"Max Memory Used: 90 MB\t{more}"
    )


def read(*timed: tuple[float, str], stream: str = STREAM) -> list[Call]:
    """Return the calls of one environment's lines."""
    assembly = Assembly(alone=True)
    records: list[InvocationRecord] = []
    for message, said in events_of(Message(text, stream=stream, at_ms=at_ms) for at_ms, text in timed):
        records += assembly.take(message, said)
    return list(calls_of((*records, *assembly.rest()), function="checkout", version="3"))


def test_a_cold_start_is_waited_for_with_its_init() -> None:
    """The caller waits for init and for this call."""
    (call,) = read(
        (1000.0, INIT_START),
        (1301.0, "START RequestId: a Version: 7"),
        (1341.0, report("Init Duration: 300.00 ms\t")),
    )

    assert (call.beginning, call.init_ms, call.first_response_ms) == (Beginning.COLD, 300.0, 340.0)
    assert (call.function, call.version, call.environment) == ("checkout", "7", STREAM)
    assert (call.called_ms, call.billed_ms, call.memory_mb, call.max_memory_mb) == (1001.0, 41.0, 256.0, 90.0)


@pytest.mark.parametrize(("begun_ms", "beginning"), [(2300.0, Beginning.COLD), (2301.0, Beginning.AHEAD)])
def test_nobody_waited_for_an_init_that_ended_long_before_the_call(begun_ms: float, beginning: Beginning) -> None:
    """A second between the end of init and the call is the bound."""
    (call,) = read(
        (1000.0, INIT_START),
        (begun_ms, "START RequestId: a Version: 7"),
        (begun_ms + 40, report("Init Duration: 300.00 ms\t")),
    )
    assert call.beginning is beginning


def test_a_beginning_that_was_not_written_is_reckoned_from_the_report() -> None:
    """Without its START line, a call began its duration before its report."""
    (call,) = read((1000.0, INIT_START), (9040.0, report("Init Duration: 300.00 ms\t")))
    assert (call.beginning, call.first_response_ms) == (Beginning.AHEAD, None)


@pytest.mark.parametrize(
    ("lines", "beginning", "init_ms"),
    [
        ([report()], Beginning.WARM, None),
        ([report("Restore Duration: 210.00 ms\tBilled Restore Duration: 84 ms\t")], Beginning.RESTORED, 210.0),
        (
            [
                "INIT_REPORT Init Duration: 300.00 ms\tPhase: init\tStatus: success",
                report("Init Duration: 300.00 ms\t"),
            ],
            Beginning.PROVISIONED,
            300.0,
        ),
        ([INIT_START, report()], Beginning.SUPPRESSED, None),
        (
            ["INIT_REPORT Init Duration: 31.00 ms\tPhase: invoke\tStatus: timeout", report()],
            Beginning.SUPPRESSED,
            31.0,
        ),
    ],
)
def test_beginnings_are_told_apart(lines: list[str], beginning: Beginning, init_ms: float | None) -> None:
    """Warm, restored, provisioned, and an init that ran inside the call."""
    (call,) = read(*((1000.0 + at, line) for at, line in enumerate(lines)))
    assert (call.beginning, call.init_ms) == (beginning, init_ms)


def test_a_stream_that_names_its_function_wins() -> None:
    """In a log group of several functions the stream says whose a call is."""
    (call,) = read((1.0, report()), stream="2026/11/24/basket[9]0a1b2c3d")
    assert (call.function, call.version) == ("basket", "9")


def test_without_streams_and_times_the_given_names_count() -> None:
    """A tail of one call knows neither."""
    record = InvocationRecord(request_id=None, duration_ms=1.0)
    (call,) = calls_of([record, InvocationRecord(request_id="b")], function="f", version="3")
    assert (call.function, call.version, call.environment, call.ended_ms, call.request_id) == ("f", "3", "", 0.0, "")
