"""An interrupted reading goes on where it stopped, with the window it had."""

from __future__ import annotations

from pathlib import Path

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.finding.found import found_in
from warmgate_ops.cold_starts.finding.gathered import Tally
from warmgate_ops.cold_starts.reading.account import Window
from warmgate_ops.cold_starts.reading.states import ReadingState

QUESTION = {"named": "all functions", "since": "24h"}


def tally() -> Tally:
    """Return some calls, one of them before the window."""
    found = Tally(since_ms=1000.0)
    for number, beginning in enumerate((Beginning.COLD, *[Beginning.WARM] * 3, Beginning.SUPPRESSED, Beginning.COLD)):
        found.add(
            Call(
                function="checkout",
                version="7",
                environment="e",
                beginning=beginning,
                ended_ms=5000.0 * number,
                duration_ms=20.0 + number,
                init_ms=300.0 if beginning is Beginning.COLD else None,
                memory_mb=512.0,
                request_id=f"r{number}",
            )
        )
    return found


def test_a_finished_group_is_not_read_again(tmp_path: Path) -> None:
    """What is found of it is the same, and so is the window."""
    path = tmp_path / "cache" / "state.json"
    first = ReadingState(path, QUESTION)
    window = first.window(Window(since_ms=1000.0, until_ms=9000.0, before_ms=0.0))
    first.finish("/aws/lambda/checkout", tally(), 12.0, 3)

    again = ReadingState(path, QUESTION)
    assert again.window(Window(since_ms=7.0, until_ms=8.0)) == window
    assert len(again) == 1
    kept = again.tally("/aws/lambda/checkout", 1000.0)
    assert kept is not None
    assert (found_in(kept[0], None), kept[1:]) == (found_in(tally(), None), (12.0, 3))
    assert again.tally("/aws/lambda/basket", 1000.0) is None

    again.forget()
    assert not path.exists()


def test_another_question_or_a_damaged_file_starts_anew(tmp_path: Path) -> None:
    """What was kept is of no use then."""
    path = tmp_path / "state.json"
    state = ReadingState(path, QUESTION)
    state.window(Window(since_ms=1.0, until_ms=2.0))
    state.finish("g", tally(), 0.0, 0)

    assert len(ReadingState(path, {**QUESTION, "since": "7d"})) == 0
    path.write_text("{")
    assert len(ReadingState(path, QUESTION)) == 0
