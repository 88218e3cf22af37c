"""What a rehearsal prints: plain lines off a terminal, one table, text of a reason shown as it is."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from warmgate_ops.rehearsal.display import MOST_ROWS, show_row, show_table, show_verdict
from warmgate_ops.rehearsal.expect import RehearsedRelease, Row

ROW = Row(
    scenario="broken",
    expected="Failed",
    outcome="failed",
    status="Failed",
    alias_before="1",
    alias_after="1",
    calls=20,
    live_calls=31,
    live_errors=0,
    seconds=6.4,
    reason="10 of 10 calls failed [red]",
    differences=(),
)
RELEASE = RehearsedRelease(
    deployment_id="d-1",
    deployment_status="Failed",
    baseline="1",
    candidate="2",
    alias_before="1",
    alias_after="1",
    highest_weight=0.0,
    reported={},
    report={
        "findings": [{"outcome": "failed", "check": "limits.errors.rate", "reason": "10 of 10 [x]"}],
        "warnings": [],
        "notes": ["burst of 5 instead of 10: [quota]"],
    },
)


def console() -> tuple[Console, io.StringIO]:
    """Return a console and what it has printed."""
    stream = io.StringIO()
    return Console(file=stream, width=160), stream


def test_the_table_has_a_line_for_each_scenario_and_a_sum() -> None:
    """Names, statuses and reasons stand in the table, markup in a reason included."""
    printer, stream = console()
    show_table(printer, [ROW, replace(ROW, scenario="slow_init", differences=("alias: found 2, expected 1",))], 12.6)
    text = stream.getvalue()

    assert "10 of 10 calls failed [red]" in text
    assert "1 -> 1" in text
    assert "1 of 2 releases ended as expected in 13 s; not: slow_init" in text


def test_the_table_of_live_traffic_tells_where_each_release_ended() -> None:
    """A line more below the reason, and only where a release has something to say on it."""
    printer, stream = console()
    show_table(printer, [ROW], 1.0)
    assert "refused by" not in stream.getvalue()
    show_table(printer, [ROW, replace(ROW, expected="rolled_back", ended="rolled_back", refused_by="guard")], 1.0)

    assert "  rolled_back, refused by guard; 31 live calls\n" in stream.getvalue()


def test_the_table_can_be_read_at_80_columns() -> None:
    """No header and no cell is broken; a long reason goes on below its line, word by word."""
    stream = io.StringIO()
    printer = Console(file=stream, width=80, force_terminal=True, color_system=None)
    reason = "limits.init.p95: All 10 cold starts took longer than 500 ms (median 809 ms, slowest 1,112 ms); allowed 2"
    show_table(printer, [replace(ROW, scenario="noisy_neighbours", outcome="inconclusive", reason=reason)], 12.6)
    header, row, *below, _ = stream.getvalue().splitlines()

    assert header.split() == ["scenario", "expected", "sent", "outcome", "alias", "calls", "s"]
    assert row.split() == ["noisy_neighbours", "Failed", "Failed", "inconclusive", "1", "->", "1", "20", "6.4"]
    assert " ".join(line.strip() for line in below) == reason
    assert all(len(line.rstrip()) <= 80 for line in (header, row, *below))


def test_a_row_that_differs_says_how() -> None:
    """A scenario that is not as expected names each difference."""
    printer, stream = console()
    show_row(printer, ROW)
    show_row(printer, replace(ROW, differences=("alias: found 2, expected 1",)))

    assert stream.getvalue().splitlines() == [
        "broken as expected in 6.4 s",
        "broken NOT AS EXPECTED in 6.4 s",
        "  alias: found 2, expected 1",
    ]


def test_a_verdict_shows_every_finding_and_note() -> None:
    """The user's own release is told with its outcome, each check and each note, as they are."""
    printer, stream = console()
    show_verdict(printer, ROW, RELEASE)

    assert stream.getvalue().splitlines() == [
        "refused (failed): 10 of 10 calls failed [red]",
        "  failed        limits.errors.rate       10 of 10 [x]",
        "  note: burst of 5 instead of 10: [quota]",
        "  alias 1 -> 1, 20 calls, 6.4 s",
    ]


def test_the_log_of_a_failed_call_is_shown_row_by_row() -> None:
    """A traceback is one event with carriage returns: shown as rows, its first ones, and nothing of it is obeyed."""
    rows = [
        "[ERROR]\tTypeError: no floats",
        "Traceback:",
        '  File "/var/task/app.py", line 19\x1b[2J',
        *["deeper"] * 40,
    ]
    printer, stream = console()
    log = ("START RequestId: a Version: 2", "\r".join(rows), "REPORT RequestId: a\tDuration: 1 ms")
    show_verdict(printer, ROW, replace(RELEASE, log=log))
    shown = stream.getvalue().splitlines()

    assert shown[3:7] == [
        "  log of the first call that failed:",
        "    [ERROR] TypeError: no floats",
        "    Traceback:",
        '      File "/var/task/app.py", line 19\\x1b[2J',
    ]
    assert shown.count("    deeper") == MOST_ROWS - 3
