"""Processes of the local cloud: none is lost by a signal that comes while it is started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.child import INTERRUPTS, uninterrupted

KILLING = """
import subprocess, sys, time
from warmgate_ops.rehearsal.cloud.lambda_runtime.child import kill_children
child = subprocess.Popen(["sleep", "60"])
kill_children()
sys.exit(-child.wait())
"""


def told(number: int, reached: list[str]) -> None:
    """Send a signal while it is held back."""
    with uninterrupted():
        os.kill(os.getpid(), number)
        reached.append("the end of the block")


@pytest.mark.parametrize("number", INTERRUPTS)
def test_a_signal_during_a_start_is_raised_behind_it(number: int) -> None:
    """Raised within a fork it would be lost, or the child would be nobody's."""
    reached: list[str] = []

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            told(number, reached)
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)

    assert reached == ["the end of the block"]


@pytest.mark.slow
def test_children_of_a_late_end_are_killed(tmp_path: Path) -> None:
    """Nothing goes on writing into a folder that is removed."""
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", KILLING], env=told, cwd=tmp_path, timeout=30, check=False)

    assert done.returncode == signal.SIGKILL
