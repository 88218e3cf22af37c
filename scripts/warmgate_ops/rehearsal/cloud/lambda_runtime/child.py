"""What a process of the cloud is made to be before it begins: it ends with its parent, and finds no shared memory."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - it is hidden, not used
_PDEATHSIG = 1
_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _RECURSIVE, _PRIVATE = 0x1, 0x4000, 0x40000
_ASK = f"import os, sys; sys.exit(os.access({SHARED_MEMORY!r}, os.W_OK))"


def die_with_parent() -> None:
    """Ask Linux to end this process with its parent, so that a killed rehearsal leaves nothing; nothing elsewhere."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)


def leash() -> tuple[str, ...]:
    """Return what ends a runtime with its emulator: a busy one would outlive a killed rehearsal by its whole call."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def as_environment(niceness: int) -> Callable[[], None]:
    """Return what a new process does before it becomes the emulator of an environment."""
    return partial(_become, niceness)


def _become(niceness: int) -> None:
    hide_shared_memory()
    die_with_parent()
    os.nice(niceness)


def hide_shared_memory() -> None:
    """Take /dev/shm from this process and its children, as Lambda has none; nothing where the system lets nobody.

    A namespace of mounts of one's own needs no rights where a user may have a namespace of users.
    """
    if sys.platform != "linux":
        return
    libc, user, group = ctypes.CDLL(None), os.getuid(), os.getgid()
    if libc.unshare(_NEW_USER | _NEW_MOUNTS) != 0:
        return
    for name, text in (("uid_map", f"{user} {user} 1"), ("setgroups", "deny"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)
    libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    libc.mount(b"none", SHARED_MEMORY.encode(), b"tmpfs", _READ_ONLY, b"mode=0000,size=4k")


def unlike_lambda() -> tuple[str, ...]:
    """Return what functions find on this machine that they do not find on Lambda, a line each."""
    if hides_shared_memory():
        return ()
    return (f"{SHARED_MEMORY} is not kept from the functions here, and Lambda has none: a multiprocessing.Queue works",)


@lru_cache(maxsize=1)
def hides_shared_memory() -> bool:
    """Return whether environments on this machine have no shared memory to write to."""
    if sys.platform != "linux":
        return False
    asked = subprocess.run([sys.executable, "-c", _ASK], preexec_fn=hide_shared_memory, timeout=30, check=False)
    return asked.returncode == 0
