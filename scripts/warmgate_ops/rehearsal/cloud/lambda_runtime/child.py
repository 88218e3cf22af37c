"""What a process of the cloud is made to be before it begins: it ends with its parent, and finds its sandbox."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import Sandbox

_PDEATHSIG = 1
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


def die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed rehearsal leaves nothing; nothing elsewhere."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back SIGINT and SIGTERM until the block has ended.

    A process whose start is interrupted is known to nobody who could end it, and what a signal raises while Python
    forks is lost: its hooks around a fork let nothing out.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {each: signal.signal(each, lambda number, _: held.append(number)) for each in INTERRUPTS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in held[:1]:
            signal.raise_signal(number)


def kill_children() -> None:
    """Kill what this process has started, as far as Linux knows; what they started ends with them."""
    for listed in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            for child in listed.read_text().split():
                os.kill(int(child), signal.SIGKILL)


def leash() -> tuple[str, ...]:
    """Return what ends a runtime with its emulator: a busy one would outlive a killed rehearsal by its whole call."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def as_environment(niceness: int, sandbox: Sandbox | None) -> Callable[[], None]:
    """Return what a new process does before it becomes the emulator of an environment."""
    return partial(_become, niceness, sandbox)


def _become(niceness: int, sandbox: Sandbox | None) -> None:
    os.nice(niceness)
    if sandbox is not None:
        sandbox.enter()
    die_with_parent()
