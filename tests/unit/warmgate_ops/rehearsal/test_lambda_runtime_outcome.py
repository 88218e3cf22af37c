"""The emulator's answer as Lambda would tell it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init, Said, said_again
from warmgate_ops.rehearsal.cloud.lambda_runtime.outcome import Answered, init_is_repeated, named, outcome_of


def answered(body: bytes = b"{}", code: int = 200, **changed: Any) -> Answered:
    """Return an answer of a function with 2 s and 128 MB."""
    usual: dict[str, Any] = {"waited_ms": 90.0, "timeout_s": 2, "memory_mb": 128, "peak_mb": 30}
    return Answered(request_id="id-1", body=body, code=code, **{**usual, **changed})


def said(*inits: Init, duration_ms: float | None = 5.0, exited: str | None = None) -> Said:
    """Return what was said of a call without output."""
    return Said(inits=inits, duration_ms=duration_ms, exited=exited, init_lines=(), lines=())


def exception(request_id: str) -> bytes:
    """Return what awslambdaric answers for an exception."""
    return json.dumps({"errorMessage": "no", "errorType": "E", "requestId": request_id, "stackTrace": []}).encode()


def test_a_cold_start_is_told_apart_from_the_call() -> None:
    """Init has its own figure and is not in the duration."""
    outcome = outcome_of(answered(), said(Init("init", "success", 80.0)))

    assert (outcome.init_ms, outcome.duration_ms) == (80.0, 5.0)


def test_an_init_inside_a_call_counts_as_the_call() -> None:
    """After a crash the runtime starts again inside the next call: no Init Duration, a longer Duration."""
    outcome = outcome_of(answered(), said(Init("invoke", "success", 150.0)))

    assert (outcome.init_ms, outcome.duration_ms) == (None, 155.0)


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (exception("id-1"), True),
        (exception("another"), False),
        (b'{"errorMessage": "a", "errorType": "b"}', False),
        (b"[1]", False),
        (b"not json", False),
    ],
)
def test_only_what_the_runtime_answers_for_an_exception_is_one(body: bytes, failed: bool) -> None:
    """A function may answer with errorType and errorMessage without having failed."""
    assert outcome_of(answered(body), said()).failed is failed


def test_a_time_out_lasts_exactly_its_limit() -> None:
    """The runtime was ended from outside; Lambda names the request, and no error type in its report."""
    outcome = outcome_of(answered(b"", 502, ended="time"), said(duration_ms=None))

    assert (outcome.status, outcome.error_type, outcome.duration_ms, outcome.failed) == (
        "timeout",
        None,
        2000.0,
        True,
    )
    assert json.loads(outcome.payload)["errorMessage"] == "RequestId: id-1 Error: Task timed out after 2.00 seconds"


def test_an_exit_without_an_answer_names_how_the_process_ended() -> None:
    """The emulator may answer 502 with nothing in it."""
    outcome = outcome_of(answered(b"", 502), said(duration_ms=None, exited="exit status 7"))

    assert outcome.error_type == "Runtime.ExitError"
    assert "Runtime exited with error: exit status 7" in json.loads(outcome.payload)["errorMessage"]


def test_out_of_memory_shows_the_whole_memory() -> None:
    """Sampling may have seen less than the limit; Lambda prints the limit."""
    outcome = outcome_of(answered(b"", 502, ended="memory", peak_mb=90), said(duration_ms=None))

    assert (outcome.error_type, outcome.peak_mb, outcome.failed) == ("Runtime.OutOfMemory", 128, True)


def test_a_call_that_did_not_finish_lasted_as_long_as_it_was_waited_for() -> None:
    """The wait less the init is the nearest figure, and is never negative."""
    crashed = outcome_of(answered(b"", 502), said(Init("init", "success", 80.0), duration_ms=None))
    quick = outcome_of(answered(b"", 502, waited_ms=1.0), said(Init("init", "success", 80.0), duration_ms=None))

    assert (crashed.duration_ms, quick.duration_ms) == (10.0, 0.0)


@pytest.mark.parametrize(
    ("body", "ended", "init", "repeated"),
    [
        (exception(""), "", Init("init", "error", 60.9), True),
        (b"", "", Init("init", "error", 60.9), True),
        (b"", "memory", Init("init", "error", 60.9), False),
        (b"", "time", Init("init", "error", 3001.0), False),
        (b"", "init", Init("init", "timeout", 10001.0), True),
        (b"{}", "", Init("init", "success", 80.0), False),
        (exception(""), "", Init("invoke", "error", 60.9), False),
    ],
)
def test_a_first_init_that_failed_by_itself_is_repeated(body: bytes, ended: str, init: Init, repeated: bool) -> None:
    """Not one that ran out of time or memory, and not the repetition itself."""
    assert init_is_repeated(answered(body, ended=ended), said(init)) is repeated


def test_the_repeated_init_is_part_of_the_call() -> None:
    """The failed one is told, the second one lasts within the call, and neither is a start-up time."""
    first, second = said(Init("init", "error", 60.9), duration_ms=None), said(Init("invoke", "success", 4400.0))
    outcome = outcome_of(answered(), said_again(first, second))

    assert (outcome.init_ms, outcome.duration_ms) == (None, 4405.0)
    assert outcome.failed_inits == (Init("init", "error", 60.9),)
    assert outcome.status == "success"


@pytest.mark.parametrize(
    ("kind", "told"),
    [("Runtime.ImportModuleError", "Runtime.ImportModuleError"), ("RuntimeError", "Runtime.ExitError")],
)
def test_a_failed_init_has_the_runtimes_own_name(kind: str, told: str) -> None:
    """In its INIT_REPORT as in the call's REPORT; an exception of the code is an exit to the platform."""
    body = json.dumps({"errorType": kind, "errorMessage": "no"}).encode()
    heard = named(said(Init("init", "error", 1.0), duration_ms=None, exited="exit status 1"), answered(body, 502))

    assert heard.inits[0].error_type == told
    assert outcome_of(answered(body, 502), heard).error_type == told


@pytest.mark.parametrize("ended", ["time", "init"])
def test_an_init_that_was_ended_from_outside_timed_out(ended: str) -> None:
    """Lambda says timeout and names no error, whatever the emulator makes of the end of the process."""
    heard = named(said(Init("init", "error", 10001.0), exited="signal: killed"), answered(b"{}", 502, ended=ended))

    assert [(init.status, init.error_type) for init in heard.inits] == [("timeout", "")]
