"""A guard over a busy function, in a process of its own: what memory and processor time it takes.

The log's lines are real ones and are read by the real reader; time is virtual.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.overhead import _peak_mb
from support.fakes.quota_cloud import FunctionTraffic, QuotaAccount
from support.fakes.shift_world import LIVE, ShiftWorld
from support.fakes.world import VirtualClock
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Shift

CALLS_PER_S = 1_000.0
SECONDS = 900.0
"""A run of the guard. `python -m bench.quotas.endurance 3600` plays an hour with its hand-overs, in ten minutes."""
SETTLED_S = 300.0
"""After that memory is not to grow."""
VCPU = 512 / 1_769
"""Of a function with 512 MB: one vCPU comes with 1,769 MB (Lambda, configuring memory)."""
TURNED_S = 900.0
"""A run of the guard is over then, and the next begins with nothing of it but a value."""


class _Watched(VirtualClock):
    """Notes memory as time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, float]] = []

    def sleep_ms(self, duration_ms: float) -> None:
        """Let time pass."""
        super().sleep_ms(duration_ms)
        if not self.seen or self.at_ms / 1000 >= self.seen[-1][0] + 60:
            self.seen.append((self.at_ms / 1000, _resident_mb()))


def measure_endurance(seconds: float = SECONDS) -> list[tuple[str, str, str]]:
    """Return rows (what, measured, goal)."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.quotas.endurance", str(seconds)],
        capture_output=True,
        text=True,
        check=True,
        timeout=1800,
        env=os.environ.copy(),
    )
    found = json.loads(done.stdout)
    part = found["guard_s"] / seconds
    what = f"a guard over {CALLS_PER_S:.0f} calls/s for {seconds:.0f} s"
    return [
        (f"{what}: memory", f"{found['grown_mb']:+.1f} MB, peak {found['peak_mb']:.0f} MB", "<= +20 MB"),
        (f"{what}: processor time", f"{part:.1%} of a core, {part / VCPU:.0%} of the guard's", "<= 50 %"),
    ]


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Timed:
    """Takes the time of the simulated service out of what is measured."""

    def __init__(self, client: object) -> None:
        self._client, self.spent_s = client, 0.0

    def __getattr__(self, name: str) -> object:
        call = getattr(self._client, name)

        def timed(**asked: object) -> object:
            began = time.process_time()
            try:
                return call(**asked)
            finally:
                self.spent_s += time.process_time() - began

        return timed


def _main(seconds: float) -> None:
    clock = _Watched()
    traffic = FunctionTraffic(number=1, new_per_s=CALLS_PER_S / 2, old_per_s=CALLS_PER_S / 2, began_ms=10_000.0)
    client = _Timed(QuotaAccount(clock).clients_of(traffic)("logs"))
    world = ShiftWorld(clock=clock, seconds=0.001, began_s=10.0)
    world.shifts.ended_s = 10.0 + seconds
    world.policies.policy = LIVE
    guard = replace(world.guard(), logs=CloudWatchLogs(lambda _: client, clock))
    began = time.process_time()
    shift = Shift(deployment_id=world.deployment_id)
    while clock.at_ms < world.shifts.ended_s * 1000:
        guard.run(shift, Deadline(clock.at_ms + TURNED_S * 1000))
        shift = world.handover.started[-1] if world.handover.started else shift
    spent_s = time.process_time() - began - client.spent_s
    settled = [mb for at_s, mb in clock.seen if at_s >= SETTLED_S] or [_resident_mb()]
    found = {"guard_s": spent_s, "grown_mb": max(settled) - settled[0], "peak_mb": _peak_mb()}
    print(json.dumps({**found, "stopped": len(world.shifts.stopped)}))


if __name__ == "__main__":
    _main(float(sys.argv[1]))
