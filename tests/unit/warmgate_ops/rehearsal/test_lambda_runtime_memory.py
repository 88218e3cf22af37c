"""Memory of processes, as Linux and as `ps` tell it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.memory import (
    Memory,
    children_listed,
    memory_of_children,
    status_memory,
)


def test_a_status_file_is_read_in_megabytes() -> None:
    """VmHWM is the peak, VmRSS is now; a process without memory has none."""
    assert status_memory("Name:\tx\nVmHWM:\t   40960 kB\nVmRSS:\t   20480 kB\n") == Memory(20, 40)
    assert status_memory("Name:\tzombie\n") == Memory(0, 0)


def test_children_are_those_of_the_parent() -> None:
    """Other rows and broken rows are left out."""
    assert children_listed("  10   1 2048\n  11  10 4096\n  12  10 1024\nnonsense\n", 10) == {11: 4, 12: 1}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_peak_of_a_real_child_is_seen() -> None:
    """A child that held 60 MB and gave it back has a peak above what it holds now."""
    code = "x = bytearray(60_000_000); del x; import sys; print('ready', flush=True); sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        seen = memory_of_children(process.pid)
        process.stdin.close()

    assert seen.peak_mb >= 57
    assert seen.now_mb < seen.peak_mb
