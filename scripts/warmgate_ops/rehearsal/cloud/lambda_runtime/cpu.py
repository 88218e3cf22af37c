"""The share of a processor that a function's memory buys, kept by stopping and continuing its processes.

Lambda gives CPU in proportion to memory, one vCPU at 1,769 MB (Lambda, configure memory). What a process may use is
counted as a scheduler's quota is: a process that waits loses nothing, one that computes is stopped once it has used its
share of the time so far, and unused time is not saved up. The emulator itself is never stopped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from warmgate_ops.rehearsal.cloud.lambda_runtime.memory import children

VCPU_MB = 1769
PERIOD_S = 0.02
"""For so long a process that has waited may compute freely, in its share."""
_STEP_S = 0.001
_LOOKING_S = 0.002


def share_of(memory_mb: int) -> float | None:
    """Return the processors that memory buys; None where that is all there are, or where none can be measured."""
    share = memory_mb / VCPU_MB
    return share if sys.platform == "linux" and share < (os.cpu_count() or 1) else None


@dataclass(slots=True)
class Quota:
    """How much processor time was used and how much may have been. Pure."""

    share: float
    allowed_s: float = 0.0
    used_s: float = 0.0

    def pass_s(self, elapsed_s: float, used_s: float) -> None:
        """Let time go on, in which so much more was used."""
        self.used_s += used_s
        most_s = self.used_s + self.share * PERIOD_S
        self.allowed_s = min(self.allowed_s + elapsed_s * self.share, most_s)

    @property
    def is_used_up(self) -> bool:
        """Return whether nothing may be used now."""
        return self.used_s >= self.allowed_s

    @property
    def pause_s(self) -> float:
        """Return how long nothing can change: until the debt is paid, or what is left can have been used."""
        left_s = self.allowed_s - self.used_s
        return max(_STEP_S, -left_s / self.share if self.is_used_up else left_s)


@dataclass(slots=True)
class Throttle:
    """Keeps the descendants of a process to a share; `run` goes on until it is cancelled."""

    parent: int
    share: float
    _seen: dict[int, float] = field(default_factory=dict)

    async def run(self, begun: Callable[[], bool]) -> None:
        """Throttle from when `begun` says so; whatever is stopped goes on afterwards."""
        while not begun():
            await asyncio.sleep(_LOOKING_S)
        self._used_s()
        quota, stopped, at_s = Quota(self.share), False, time.monotonic()
        try:
            while True:
                now_s = time.monotonic()
                quota.pass_s(now_s - at_s, self._used_s())
                at_s = now_s
                if quota.is_used_up is not stopped:
                    stopped = quota.is_used_up
                    _signal(self._seen, signal.SIGSTOP if stopped else signal.SIGCONT)
                await asyncio.sleep(quota.pause_s)
        finally:
            _signal(descendants(self.parent), signal.SIGCONT)

    def _used_s(self) -> float:
        """Return the processor time that was used since the last question, threads and children included."""
        found = {pid: used_s for pid in descendants(self.parent) if (used_s := _processor_s(pid)) is not None}
        more_s = sum(used_s - self._seen.get(pid, 0.0) for pid, used_s in found.items())
        self._seen = found
        return more_s


def descendants(parent: int) -> list[int]:
    """Return the processes below a process."""
    found = children(parent)
    for pid in found:
        found += children(pid)
    return found


def _processor_s(pid: int) -> float | None:
    """Return the processor time of all threads of a process; None where it is gone."""
    try:
        # The clock of another process by its id (Linux, clock_getcpuclockid).
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return None


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
