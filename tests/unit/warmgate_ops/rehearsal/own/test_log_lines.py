"""What is shown of a function's own log."""

from __future__ import annotations

from warmgate_ops.rehearsal.own.log_lines import worth_showing

FINE = ["START RequestId: a Version: 2", "fine", "END RequestId: a", "REPORT RequestId: a\tDuration: 1.00 ms"]


def test_the_first_call_that_failed_is_shown_without_the_platforms_lines() -> None:
    """Python's and Node.js's own ways to say that something went wrong."""
    for wrong in ("[ERROR] KeyError: 'x'", "2026-01-01T00:00:00.000Z\tb\tERROR\tInvoke Error\t{}"):
        failed = ["START RequestId: b Version: 2", "looking", wrong, "END RequestId: b", "REPORT RequestId: b"]
        assert worth_showing([*FINE, *failed, *failed]) == ["looking", wrong]


def test_json_logs_are_read_by_their_report() -> None:
    """The platform's records are JSON then, too."""
    report = '{"time":"t","type":"platform.report","record":{}}'
    wrong = '{"timestamp":"t","level":"ERROR","message":"no"}'

    assert worth_showing(['{"level":"INFO","message":"a"}', report, wrong, report]) == [wrong]


def test_nothing_is_shown_where_nothing_failed() -> None:
    """All of it is in the file."""
    assert worth_showing(FINE) == []
