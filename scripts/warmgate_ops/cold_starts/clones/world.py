"""What a run on clones is given: its ports, and the moments and folders that it depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warmgate.ports.functions import Functions, Invoker
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock, Overlap
from warmgate_ops.cold_starts.clones.ports import Clones, Originals


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports of a run."""

    originals: Originals
    clones: Clones
    functions: Functions
    logs: Logs
    invoking: Callable[[int], Invoker]
    """Gives an invoker for so many overlapping calls."""
    overlap: Overlap
    clock: Clock
    now: Callable[[], datetime]
    records: Path
    upload: Callable[[str, str, bytes], None]
    """Puts bytes under a key of a bucket."""
    remove: Callable[[str, str], None]
    """Removes a key of a bucket."""
