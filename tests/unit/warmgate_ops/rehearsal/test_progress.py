"""How far a rehearsal is: plain lines off a terminal, one line that moves on it, markup of others shown as it is."""

from __future__ import annotations

import io

from rich.console import Console

from warmgate_ops.rehearsal.progress import Steps, progress


def test_off_a_terminal_it_is_a_line_a_step() -> None:
    """Logs of a CI run show every step, without control characters."""
    stream = io.StringIO()
    with progress(Console(file=stream, width=160), ["broken"]) as steps:
        steps("broken", "d-1: [x]")

    assert stream.getvalue() == "broken: d-1: [x]\n"


def test_a_line_says_which_of_how_many_and_since_when() -> None:
    """The cloud is no scenario and has no place."""
    stream, clock = io.StringIO(), iter([100.0, 112.4])
    steps = Steps(Console(file=stream, width=160), ["healthy", "slow_init"], lambda: next(clock))
    steps("cloud", "starting")
    steps("slow_init", "publishing")

    assert stream.getvalue() == "cloud: starting\n[2 of 2, 12 s] slow_init: publishing\n"


def test_on_a_terminal_one_line_moves() -> None:
    """Place, bar, time and step are on it, within the width; it leaves nothing behind."""
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system=None)
    with progress(console, ["healthy", "slow_init"]) as steps:
        steps("healthy", "d-1: [x] " + "long " * 30)
        console.file.flush()
        steps.ended()
        steps("slow_init", "publishing")

    text = stream.getvalue()
    assert "2 of 2 " in text
    assert "━" in text
    assert "0:00:00 slow_init publishing" in text
    assert all(len(line.split("\x1b[2K")[-1]) <= 80 for line in text.replace("\r", "\n").splitlines())
    assert text.endswith("\x1b[2K")
