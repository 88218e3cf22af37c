"""What a process of the cloud finds: no shared memory, where the machine lets anybody take it away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime import child

QUEUE = "import multiprocessing; multiprocessing.Queue()"


@pytest.mark.skipif(not child.hides_shared_memory(), reason="this system gives nobody a namespace of mounts")
def test_what_needs_shared_memory_fails_as_on_lambda() -> None:
    """A queue between processes is made here by the parent, and by no environment; everything else is as it was."""
    done = subprocess.run(
        [sys.executable, "-c", f"import os; print(os.getuid(), os.getgid()); {QUEUE}"],
        preexec_fn=child.hide_shared_memory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout.split() == [str(os.getuid()), str(os.getgid())]
    assert done.returncode != 0
    assert "Error" in done.stderr.splitlines()[-1]
    assert subprocess.run([sys.executable, "-c", QUEUE], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize(("hidden", "told"), [(True, 0), (False, 1)])
def test_a_difference_that_stays_is_told(monkeypatch: pytest.MonkeyPatch, hidden: bool, told: int) -> None:
    """Where nobody may hide it, the rehearsal says that Lambda has none."""
    monkeypatch.setattr(child, "hides_shared_memory", lambda: hidden)

    lines = child.unlike_lambda()

    assert len(lines) == told
    assert all("/dev/shm" in line and "Lambda has none" in line for line in lines)
