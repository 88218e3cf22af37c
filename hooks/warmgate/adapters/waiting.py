"""Real time and real threads, and calls that are repeated until they work or a deadline comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any, TypeVar

from warmgate.adapters.faults import DENIED, SDK_ERRORS, code_of, is_passing
from warmgate.model.deadline import Deadline
from warmgate.ports.time import Clock

T = TypeVar("T")
LONGEST_WAIT_S = 10.0


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> float:
        """Return the monotonic clock."""
        return time.monotonic() * 1000

    def sleep_ms(self, duration_ms: float) -> None:
        """Sleep."""
        time.sleep(duration_ms / 1000)

    def utc_now(self) -> str:
        """Return the wall clock to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def epoch_ms(self) -> float:
        """Return the wall clock in milliseconds since the epoch."""
        return time.time() * 1000


class ThreadTimer:
    """A thread that waits; it needs nothing of what the caller holds but the interpreter's lock."""

    def call_at(self, at_ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Start the thread."""
        timer = threading.Timer(max(0.0, at_ms / 1000 - time.monotonic()), action)
        timer.daemon = True
        timer.start()
        return timer.cancel


class ThreadOverlap:
    """One thread a task; the threads are kept for the next round."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._size = 0

    def run(self, tasks: Sequence[Callable[[], T]], deadline: Deadline) -> list[T | None]:
        """Run all tasks at once and wait for them until the deadline."""
        futures = [self._threads(len(tasks)).submit(task) for task in tasks]
        left_s = deadline.left_ms(time.monotonic() * 1000) / 1000
        done, unfinished = wait(futures, timeout=left_s)
        if unfinished:
            # Threads that still wait for an answer are left to it; the next round gets new ones.
            self.close()
        return [future.result() if future in done else None for future in futures]

    def close(self) -> None:
        """Let the threads go without waiting for calls that a deadline has cut."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool, self._size = None, 0

    def _threads(self, count: int) -> ThreadPoolExecutor:
        if self._pool is None or count > self._size:
            self.close()
            self._pool, self._size = ThreadPoolExecutor(count, thread_name_prefix="probe"), count
        return self._pool


def repeat_until(deadline: Deadline, clock: Clock, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Return what a call gives, repeated while its fault may clear; the first try needs nothing but the call."""
    try:
        return call(*args, **kwargs)
    except SDK_ERRORS as error:
        if not _may_clear(error):
            raise
    from tenacity import Retrying, retry_if_exception, wait_random_exponential

    retrying = Retrying(
        retry=retry_if_exception(_may_clear),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT_S),
        stop=lambda state: clock.now_ms() + state.upcoming_sleep * 1000 >= deadline.at_ms,
        sleep=lambda seconds: clock.sleep_ms(seconds * 1000),
        reraise=True,
    )
    return retrying(call, *args, **kwargs)


def _may_clear(error: BaseException) -> bool:
    # A role made by the same stack update is denied for some seconds, until IAM has carried it everywhere.
    return is_passing(error) or code_of(error) in DENIED
