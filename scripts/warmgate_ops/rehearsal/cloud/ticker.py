"""Does something again and again in a thread of its own, until it is ended."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Ticker:
    """A thread that does its work, waits, and does it again."""

    def __init__(self, name: str, work: Callable[[], None], every_s: Callable[[], float]) -> None:
        self._work = work
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the work under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s()):
            self._work()
