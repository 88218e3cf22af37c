"""With `cpu_by_memory` a call takes as long as its memory says, its init does not, and what waits is not held back."""

from __future__ import annotations

import pytest

from support.fakes.lambda_calls import Install, call
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

PLANTED = """
import time
def compute(ms):
    began = time.process_time()
    while (time.process_time() - began) * 1000 < ms:
        pass
compute(200)
first = [True]
def handler(event, context):
    compute(100 if first.pop() else 20)
    first.append(False)
    time.sleep(event.get("sleep", 0))
"""
"""CPU work of known size, whatever this machine can: 200 ms in init, 100 ms in the first call, 20 ms in later ones."""


def quickest(cloud: LocalCloud, install: Install, memory_mb: int) -> tuple[float, float, float]:
    """Return init, first and later call in milliseconds, each the shortest of a few: others use this machine too."""
    tried = [_tried(cloud, install(PLANTED, MemorySize=memory_mb)) for _ in range(2)]
    return min(each[0] for each in tried), min(each[1] for each in tried), min(each[2] for each in tried)


def _tried(cloud: LocalCloud, function: str) -> tuple[float, float, float]:
    first, *later = (call(cloud, function).report for _ in range(4))
    assert first.init_ms is not None
    return first.init_ms, first.duration_ms, min(each.duration_ms for each in later)


@pytest.mark.quiet
def test_calls_are_in_proportion_and_init_is_not(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """A quarter or half of 1,769 MB makes calls four times or twice as long, within a quarter; init stays as it is."""
    conditions.cpu_by_memory = True
    init_ms, first_ms, later_ms = quickest(local_cloud, install, 442)
    half_init_ms, half_first_ms, _ = quickest(local_cloud, install, 884)

    assert first_ms == pytest.approx(400, rel=0.25)
    assert later_ms == pytest.approx(70, rel=0.25)
    assert half_first_ms == pytest.approx(200, rel=0.25)
    # Others compute beside an init, which twice the memory would else halve.
    assert init_ms / half_init_ms == pytest.approx(1.0, rel=0.4)


def test_an_init_is_held_back_where_asked(local_cloud: LocalCloud, install: Install, conditions: Conditions) -> None:
    """Its 200 ms, and what the interpreter needs, then take four times as long."""
    conditions.cpu_by_memory, conditions.cpu_in_init = True, True
    init_ms = call(local_cloud, install(PLANTED, MemorySize=442)).report.init_ms

    assert init_ms is not None
    assert init_ms > 800


@pytest.mark.quiet
def test_waiting_takes_as_long_as_ever(local_cloud: LocalCloud, install: Install, conditions: Conditions) -> None:
    """Half a second of sleep is half a second at 128 MB, beside what 20 ms of work take; else they take 20 ms."""
    function = install(PLANTED, MemorySize=128)
    free_ms = min(call(local_cloud, function).report.duration_ms for _ in range(4))
    conditions.cpu_by_memory = True
    slept_ms = min(call(local_cloud, function, {"sleep": 0.5}).report.duration_ms for _ in range(2))

    assert free_ms < 60
    assert slept_ms == pytest.approx(500 + 20 / (128 / 1769), rel=0.2)
