"""The platform's lines, read back by the parser of the hooks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warmgate.logs.platform import Reported, Restored, event_of_record, event_of_text
from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import (
    Logging,
    Ran,
    allocation_lines,
    log_lines,
    tail_of,
    times_s,
)
from warmgate_ops.rehearsal.cloud.lambda_runtime.snapshots import MARK, Restore, restore_of


def ran(**changed: Any) -> Ran:
    """Return a warm call of version 7."""
    usual: dict[str, Any] = {"version": "7", "duration_ms": 12.341, "memory_mb": 128, "peak_mb": 30}
    return Ran(request_id="id-1", ended_s=1_795_442_699.5, **{**usual, **changed})


REPORT = (
    "REPORT RequestId: id-1\tDuration: 12.34 ms\tBilled Duration: {} ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t"
)


@pytest.mark.parametrize(
    ("changed", "report"),
    [
        ({}, REPORT.format(13)),
        ({"init_ms": 111.23, "first": True}, REPORT.format(124) + "Init Duration: 111.23 ms\t"),
        ({"init_ms": 111.23, "provisioned": True}, REPORT.format(13) + "Init Duration: 111.23 ms\t"),
        (
            {"restore": Restore(3.21)},
            REPORT.format(13) + "Restore Duration: 3.21 ms\tBilled Restore Duration: 4 ms\t",
        ),
        ({"status": "timeout", "error_type": "Sandbox.Timedout"}, REPORT.format(13) + "Status: timeout"),
        ({"status": "error", "error_type": "X"}, REPORT.format(13) + "Status: error\tError Type: X"),
    ],
)
def test_the_report_line_is_lambdas(changed: dict[str, Any], report: str) -> None:
    """Order of fields, tabs, init billed on demand and not for provisioned concurrency."""
    assert log_lines(ran(**changed), Logging())[-1] == report


@pytest.mark.parametrize("json_records", [False, True])
def test_a_restore_is_told_apart_from_an_init(json_records: bool) -> None:
    """The hooks read its duration where they read that of an init, and no init."""
    lines = log_lines(ran(restore=Restore(3.21, ("restored",)), lines=("called",)), Logging(json=json_records))
    read = [event_of_record(json.loads(line)) if line.startswith("{") else event_of_text(line) for line in lines]

    assert lines[1] == "restored"
    assert [event.duration_ms for event in read if isinstance(event, Restored)] == [None, 3.21]
    assert [(event.init_ms, event.restore_ms) for event in read if isinstance(event, Reported)] == [(None, 3.21)]


def test_a_restore_stands_between_two_marks() -> None:
    """What was written before the first belongs to the snapshot, and without both there was none."""
    assert restore_of(("imported", MARK, "restored", f"{MARK}1.5")) == Restore(1.5, ("restored",))
    assert restore_of(("imported", MARK)) is None


def test_what_is_billed_is_what_is_printed() -> None:
    """1.004 ms are printed as 1.00 ms; the report would contradict itself with 2 ms billed."""
    assert (ran(duration_ms=1.004).billed_ms, ran(duration_ms=1.006).billed_ms) == (1, 2)


def test_an_environment_begins_with_init_start() -> None:
    """Only its first call shows it, before what the import wrote."""
    first = log_lines(ran(first=True, init_lines=("imported",), lines=("called",)), Logging())

    assert [line.split(" ")[0] for line in first] == ["INIT_START", "imported", "START", "called", "END", "REPORT"]
    assert log_lines(ran(), Logging())[0] == "START RequestId: id-1 Version: 7"


@pytest.mark.parametrize(
    ("level", "status", "kinds"),
    [
        ("DEBUG", "success", ["platform.start", "platform.report"]),
        ("INFO", "success", ["platform.start", "platform.report"]),
        ("WARN", "success", []),
        ("WARN", "timeout", ["platform.report"]),
    ],
)
def test_records_obey_the_system_log_level(level: str, status: str, kinds: list[str]) -> None:
    """A report is INFO where the call succeeded and WARN otherwise; start is INFO always."""
    lines = log_lines(ran(status=status), Logging(json=True, system_level=level))

    assert [json.loads(line)["type"] for line in lines] == kinds


def test_a_record_carries_the_time_of_the_call() -> None:
    """Time is UTC with milliseconds."""
    record = json.loads(log_lines(ran(), Logging(json=True))[-1])

    assert record["time"] == "2026-11-23T14:04:59.500Z"


def test_an_allocation_reports_its_init() -> None:
    """Provisioned concurrency logs init when it happens, without a request."""
    lines = allocation_lines(Init("init", "success", 431.2), (), Logging(), 0.0)

    assert lines[-1] == "INIT_REPORT Init Duration: 431.20 ms\tPhase: init"
    assert not any("RequestId" in line for line in lines)


def test_the_tail_is_cut_from_the_front() -> None:
    """The last bytes are kept."""
    assert tail_of(("a" * 5000, "end")) == b"a" * 4091 + b"\nend\n"


@pytest.mark.parametrize("as_json", [False, True])
def test_an_init_that_was_run_again_is_told_in_its_order(as_json: bool) -> None:
    """Each init's output stands before its report, and the call behind both."""
    inits = (Init("init", "error", 60.9, "Runtime.ImportModuleError"), Init("invoke", "error", 70.1))
    told = ran(first=True, init_lines=("first",), again_lines=("second",), failed_inits=inits, lines=("called",))
    lines = log_lines(told, Logging(json=as_json))

    assert [_kind(line) for line in lines[1:7]] == ["first", "init", "second", "invoke", "START", "called"]
    assert [kind in lines[place] for place, kind in ((2, "Runtime.ImportModuleError"), (4, "Runtime.ExitError"))] == [
        True,
        True,
    ]


def _kind(line: str) -> str:
    """Return the phase of an init's report, START, or the line itself."""
    if line.startswith("{"):
        found = json.loads(line)
        return str(found["record"].get("phase", "START"))
    return line.partition("Phase: ")[2].partition("\t")[0] or line.partition(" ")[0]


def test_lines_have_the_time_at_which_they_were_written() -> None:
    """An init begins so long before the call, START stands where the call began, everything else where it ended."""
    cold = ran(init_ms=400.0, duration_ms=100.0, first=True, init_lines=("imported",), lines=("said",))
    lines = log_lines(cold, Logging())
    records = [json.loads(line) for line in log_lines(cold, Logging(json=True)) if line.startswith("{")]
    warm = ran(duration_ms=100.0)

    assert [round(cold.ended_s - at_s, 3) for at_s in times_s(cold, lines)] == [0.5, 0.1, 0.1, 0.0, 0.0, 0.0]
    assert [each["time"][17:] for each in records] == ["59.000Z", "59.400Z", "59.500Z"]
    assert [round(warm.ended_s - at_s, 3) for at_s in times_s(warm, log_lines(warm, Logging()))] == [0.1, 0.0, 0.0]
    quiet = log_lines(warm, Logging(json=True, system_level="WARN"))
    assert times_s(warm, quiet) == ()
