"""A share of a processor is kept as a quota: who computes is stopped in time, who waits loses and saves nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.rehearsal.cloud.lambda_runtime.cpu import PERIOD_S, Quota, Throttle, descendants, share_of

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads the clocks of other processes")
COMPUTING = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import sys, time
sys.stdin.readline()
began, used = time.monotonic(), time.process_time()
while time.process_time() - used < 0.25: pass
print(time.monotonic() - began, flush=True)
'''])
child.wait()
"""


@pytest.fixture
def computing() -> Iterator[subprocess.Popen[str]]:
    """Give a process whose child, once told to, computes for a quarter of a second and prints how long that took."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMPUTING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()


def tell(computing: subprocess.Popen[str]) -> None:
    """Tell it to compute."""
    assert computing.stdin is not None
    print("go", file=computing.stdin, flush=True)


@LINUX
def test_memory_buys_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """In proportion, one at 1,769 MB; nothing is held back from who has bought all there are."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    assert share_of(1769) == pytest.approx(1.0)
    assert share_of(128) == pytest.approx(0.07236, rel=0.001)
    assert share_of(3538) is None


@given(share=st.floats(0.05, 1.9), steps=st.lists(st.tuples(st.floats(0.001, 0.1), st.floats(0.0, 1.0)), max_size=60))
def test_who_obeys_never_uses_more_than_a_share_and_a_period(share: float, steps: list[tuple[float, float]]) -> None:
    """Whoever computes only while the quota is not used up stays below its share, a period and one step."""
    quota, elapsed_s, longest_s = Quota(share), 0.0, 0.0
    for step_s, busy in steps:
        used_s = 0.0 if quota.is_used_up else step_s * busy
        quota.pass_s(step_s, used_s)
        elapsed_s += step_s
        longest_s = max(longest_s, used_s)

    assert quota.used_s <= share * (elapsed_s + PERIOD_S) + longest_s + 1e-9
    assert quota.pause_s > 0


def test_waiting_saves_nothing_up() -> None:
    """After an hour of waiting a process may compute for a period and no longer."""
    quota = Quota(0.25)
    quota.pass_s(3600.0, 0.0)

    assert quota.pause_s == pytest.approx(0.25 * PERIOD_S)
    quota.pass_s(0.0, 0.105)
    assert quota.is_used_up
    assert quota.pause_s == pytest.approx(0.4)


@LINUX
@pytest.mark.quiet
@pytest.mark.slow
def test_a_process_and_its_children_take_as_long_as_their_share_says(computing: subprocess.Popen[str]) -> None:
    """A quarter of a processor makes of a quarter of a second a whole one, and lets all go on at the end."""

    async def throttled() -> str:
        task = asyncio.create_task(Throttle(computing.pid, 0.25).run(lambda: True))
        await asyncio.sleep(0)
        tell(computing)
        assert computing.stdout is not None
        said = await asyncio.to_thread(computing.stdout.readline)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return said

    assert 0.75 <= float(asyncio.run(throttled())) <= 1.6
    computing.wait(timeout=5)


@LINUX
def test_what_was_stopped_goes_on_when_nobody_throttles_any_more(computing: subprocess.Popen[str]) -> None:
    """A hundredth of a processor stops it for long; cancelled, it ends soon."""

    async def throttled() -> None:
        task = asyncio.create_task(Throttle(computing.pid, 0.01).run(lambda: True))
        tell(computing)
        await asyncio.sleep(0.4)
        (child,) = descendants(computing.pid)
        assert " T (stopped)" in Path(f"/proc/{child}/status").read_text().replace("\t", " ")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(throttled())
    began_s = time.monotonic()
    assert computing.wait(timeout=10) == 0
    assert time.monotonic() - began_s < 5.0
