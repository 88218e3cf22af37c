"""What a process of the cloud is made to be before it begins: it ends with its parent, and finds its sandbox."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial

from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import Sandbox

_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed rehearsal leaves nothing; nothing elsewhere."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


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
