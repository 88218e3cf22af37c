"""What is seen of a deployment on a terminal and off it."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from warmgate.model.release import AliasState
from warmgate_ops.release.following import Seen
from warmgate_ops.release.view import BAR, block, following_on

HOSTILE = "\x1b[2J\u202e"
SHIFTING = Seen(
    status="InProgress",
    events=(
        ("Start", "Succeeded"),
        ("BeforeAllowTraffic", "Succeeded"),
        ("AllowTraffic", "InProgress"),
        ("AfterAllowTraffic", "Pending"),
    ),
    alias=AliasState(version="6", weights=(("7", 0.1),)),
    report={
        "outcome": "passed",
        "reason": "a long reason that the last line says",
        "findings": [
            {"check": "limits.init.p95", "outcome": "passed"},
            {"check": "compare.init.median", "outcome": "inconclusive"},
        ],
    },
)


def drawn(seen: Seen, width: int = 80) -> list[str]:
    """Return the lines of the block."""
    stream = io.StringIO()
    Console(file=stream, width=width).print(block(seen, "7", 83.4))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_the_block_shows_time_events_traffic_and_checks() -> None:
    """And that Ctrl-C stops no deployment; the reason is not in it."""
    assert drawn(SHIFTING) == [
        "  1:23  ✓ BeforeAllowTraffic  ▶ AllowTraffic  ○ AfterAllowTraffic",
        f"  traffic  {'━' * BAR}  version 6 with 10 % to 7",
        "  checks   1 of 2 checks passed; inconclusive compare.init.median",
        "  Ctrl-C stops waiting; the deployment goes on",
    ]


def test_before_anything_is_known_it_says_so() -> None:
    """No event, no alias, no verdict."""
    assert drawn(Seen())[:3] == [
        "  0:00  deployment created".replace("0:00", "1:23"),
        "  traffic  not read yet",
        "  checks   no verdict stored yet",
    ]


def test_a_rollback_has_a_line() -> None:
    """With its id and status."""
    assert drawn(replace(SHIFTING, rollback_id="d-2", rollback_status="InProgress"))[1] == "  rollback d-2 InProgress"


def test_it_fits_a_narrow_terminal_and_obeys_nobody() -> None:
    """Long names are cut, and what others have written moves no cursor."""
    report = {**(SHIFTING.report or {}), "findings": [{"check": f"c{HOSTILE}" * 30, "outcome": "failed"}]}
    lines = drawn(replace(SHIFTING, report=report, events=(("AllowTraffic", f"X{HOSTILE}"),)), width=40)

    assert all(len(line) <= 40 for line in lines)
    assert not any(character in "".join(lines) for character in HOSTILE[:1] + HOSTILE[-1])


@pytest.mark.parametrize("terminal", [True, False])
def test_each_change_is_a_line_with_its_time(terminal: bool) -> None:
    """On a terminal above the block, elsewhere by itself; what others have written is visible."""
    stream = io.StringIO()
    said: list[str] = []
    console = Console(file=stream, width=80, force_terminal=terminal, color_system=None)
    with following_on(console, "d-1: f:live 6 -> 7", "7", said.append) as watcher:
        watcher.show(SHIFTING)
        watcher.tell(f"deployment InProgress{HOSTILE}")

    text = stream.getvalue() if terminal else "\n".join(said)
    assert "d-1: f:live 6 -> 7" in text
    assert re.search(r"  \d\d:\d\d:\d\d  deployment InProgress\\x1b\[2J\\u202e", text)
    assert ("AllowTraffic" in text) is terminal
