"""How much memory the runtime behind an emulator holds, and the end of a runtime that holds too much."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a process now, and the most it ever had."""

    now_mb: int
    peak_mb: int


def memory_of_children(parent: int) -> Memory:
    """Return the memory of the largest child of a process."""
    if sys.platform == "linux":
        seen = [_status_memory(Path(f"/proc/{pid}/status")) for pid in children(parent)]
    else:
        seen = [Memory(held, held) for held in children_listed(_ps(), parent).values()]
    return Memory(max((each.now_mb for each in seen), default=0), max((each.peak_mb for each in seen), default=0))


def children(parent: int) -> list[int]:
    """Return the children of every thread of a process: the emulator is a Go program and forks from any."""
    if sys.platform != "linux":
        return list(children_listed(_ps(), parent))
    found: list[int] = []
    with contextlib.suppress(OSError):  # it may end while it is looked at
        for listed in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(word) for word in listed.read_text().split()]
    return found


def kill_children(parent: int) -> None:
    """End the children of a process."""
    for pid in children(parent):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def children_listed(listing: str, parent: int) -> dict[int, int]:
    """Return process id and resident megabytes of a process's children in the output of `ps -A -o pid=,ppid=,rss=`."""
    rows = (line.split() for line in listing.splitlines())
    return {int(row[0]): int(row[2]) // 1024 for row in rows if len(row) == 3 and row[1] == str(parent)}


def status_memory(text: str) -> Memory:
    """Return what a /proc/PID/status says; a process that is gone has none."""
    found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", text, re.MULTILINE))
    return Memory(int(found.get("VmRSS", 0)) // 1024, int(found.get("VmHWM", 0)) // 1024)


def _status_memory(path: Path) -> Memory:
    try:
        return status_memory(path.read_text())
    except OSError:
        return Memory(0, 0)


def _ps() -> str:
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, timeout=5, check=False)
    return done.stdout
