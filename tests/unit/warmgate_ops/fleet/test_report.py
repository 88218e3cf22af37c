"""The report of a fleet in each of its forms says the same, and obeys nothing that stands in it."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree as ET

from rich.console import Console

from unit.warmgate_ops.fleet.test_run import begun, fleet_of
from warmgate.model.fleet import Entry, State
from warmgate_ops.fleet.progress import Progress
from warmgate_ops.fleet.report import headline_of, junit_of, markdown_of, page_of, report_of
from warmgate_ops.fleet.view import block, watching_on

FLEET = fleet_of(5, 2)
FIRST, SECOND, THIRD, FOURTH, _ = FLEET.releases


def some_progress(reason: str = "limits.duration.p95: 612 ms > 400 ms") -> Progress:
    """Return the progress of a fleet that a refusal in wave 2 has stopped."""
    at_s = 1_800_000_000.0
    return (
        begun(FLEET)
        .with_entry(FIRST, Entry(state=State.RELEASED, deployment_id="d-1", began_s=at_s, ended_s=at_s + 61.2))
        .with_entry(SECOND, Entry(state=State.ALREADY_SERVING, reason="it served", began_s=at_s, ended_s=at_s))
        .with_entry(
            THIRD, Entry(state=State.ROLLED_BACK, deployment_id="d-3", reason=reason, began_s=at_s, ended_s=at_s + 5)
        )
        .with_entry(FOURTH, Entry(state=State.COULD_NOT_BEGIN, reason="AccessDenied", began_s=at_s, ended_s=at_s))
    )


def test_the_report_has_each_release_and_the_worst_of_them_as_outcome() -> None:
    """Wave, state, deployment, seconds and reason."""
    report: dict[str, Any] = report_of(FLEET, some_progress())

    assert (report["outcome"], report["exit_code"], report["is_over"]) == ("refused", 1, True)
    assert report["releases"][2] == {
        "wave": 2,
        "function": "f3",
        "alias": "live",
        "version": "2",
        "state": "rolled_back",
        "deployment_id": "d-3",
        "seconds": 5.0,
        "reason": "limits.duration.p95: 612 ms > 400 ms",
    }
    assert headline_of(FLEET, some_progress()) == (
        "REFUSED: 5 releases: 1 released, 1 already serving, 1 rolled back, 1 could not begin, 1 not begun;"
        " 1 not begun because on_refusal is stop"
    )
    (row,) = [line for line in markdown_of(report).splitlines() if "f3:live" in line]
    assert row.startswith("| 2 | f3:live | 2 | rolled back | d-3 | 5 | limits.duration.p95: 612 ms")


def test_junit_has_a_test_case_for_each_release() -> None:
    """A refusal is a failure, what could not begin an error, what has not begun is skipped."""
    suite = ET.fromstring(junit_of(report_of(FLEET, some_progress())))

    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "1", "1", "1"]
    assert [case.get("name") for case in suite] == [release.key for release in FLEET.releases]


def test_text_of_other_people_is_shown_and_never_obeyed() -> None:
    """What stands in a reason is text in the page and one cell in the table."""
    report = report_of(FLEET, some_progress("<script>x</script> | `a`"))

    assert "&lt;script&gt;" in page_of(report)
    assert "<script>" not in page_of(report)
    (row,) = [line for line in markdown_of(report).splitlines() if "f3:live" in line]
    assert row.replace("\\|", "").count("|") == 8


def test_a_terminal_shows_a_table_that_moves_and_elsewhere_there_are_lines() -> None:
    """The table has what runs and what did not end well; the line above counts all."""
    progress = some_progress().with_entry(FIRST, Entry(state=State.RUNNING, deployment_id="d-9", began_s=0.0))
    console = Console(file=io.StringIO(), width=120)
    console.print(block(FLEET, progress, 83.0, 20))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "f1:live" in text
    assert "83" in text
    assert "f2:live" not in text
    assert text.index("f1:live") < text.index("f3:live")
    console = Console(file=io.StringIO(), width=120)
    console.print(block(FLEET, progress, 83.0, 1))
    assert "f3:live" not in console.file.getvalue()  # type: ignore[attr-defined]

    said: list[str] = []
    with watching_on(Console(file=io.StringIO()), FLEET, progress, said.append) as watcher:
        watcher.tell("f1:live -> 2 released\x1b[2J")
        watcher.show(progress)
    assert len(said) == 1
    assert said[0].endswith("f1:live -> 2 released\\x1b[2J")
