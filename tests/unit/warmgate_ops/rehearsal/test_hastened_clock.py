"""Hours pass in seconds, without a jump, for the front and for MiniStack's process alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from warmgate_ops.rehearsal.cloud.hastened_clock import HastenedClock
from warmgate_ops.rehearsal.cloud.ministack_site.hastened import Clock


class Wall:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at_s


def test_it_is_the_walls_clock_until_it_is_hastened(tmp_path: Path) -> None:
    """Nothing else changes for a cloud without bakes."""
    wall = Wall()
    assert HastenedClock(tmp_path / "clock", wall).now_s() == 1000.0
    assert not (tmp_path / "clock").exists()


def test_it_runs_on_without_a_jump(tmp_path: Path) -> None:
    """What lay before lies before, at the pace of then; a second pace begins where the first one was."""
    wall = Wall()
    clock = HastenedClock(tmp_path / "clock", wall)
    clock.hasten(3600)
    wall.at_s = 1002.0
    assert clock.now_s() == 1000.0 + 2 * 3600
    clock.hasten(60)
    wall.at_s = 1003.0

    assert clock.now_s() == 1000.0 + 2 * 3600 + 60
    assert clock.at(999.0) == 999.0
    assert clock.at(1001.0) == 1000.0 + 3600


def test_ministacks_process_has_the_same_time(tmp_path: Path) -> None:
    """It reads the pace from the file, also where it changes later."""
    front, other = HastenedClock(tmp_path / "clock"), Clock(tmp_path / "clock")
    assert other.now_s() == pytest.approx(front.now_s(), abs=1.0)
    front.hasten(3600)

    assert other.now_s() == pytest.approx(front.now_s(), abs=60.0)
    assert other.now_iso().endswith("Z")


def test_a_wait_passes_at_the_pace(tmp_path: Path) -> None:
    """An hour takes a tenth of a second here."""
    HastenedClock(tmp_path / "clock").hasten(36_000)
    began_s = time.monotonic()
    Clock(tmp_path / "clock").sleep(3600)

    assert 0.09 <= time.monotonic() - began_s < 5
