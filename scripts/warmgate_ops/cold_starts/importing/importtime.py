"""CPython's own log of imports, as `-X importtime` writes it: read, and held against what was recorded. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warmgate_ops.cold_starts.importing.records import ColdStart, Phase

_ROW = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)\s*$")
_HEAD = "import time: self [us]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far CPython's log and the recorded times agree on the modules that both have."""

    modules: int
    """Modules of init that both have."""
    missing: tuple[str, ...]
    """Modules that were recorded and that the log lacks."""
    logged_ms: float
    recorded_ms: float

    @property
    def share(self) -> float:
        """Return the log's time as a share of the recorded time."""
        return self.logged_ms / self.recorded_ms if self.recorded_ms else 1.0


def log_lines(said: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of a log of imports among other output, as tuna reads them."""
    return tuple(line for line in said if line.startswith(_HEAD) or _ROW.match(line))


def self_times(lines: Iterable[str]) -> dict[str, float]:
    """Return milliseconds without nested imports by module."""
    found: dict[str, float] = {}
    for line in lines:
        if row := _ROW.match(line):
            found[row[4]] = found.get(row[4], 0.0) + int(row[1]) / 1000
    return found


def agreement(lines: Iterable[str], colds: Sequence[ColdStart], handler: str) -> Agreement:
    """Return how a log agrees with the median of recorded cold starts.

    The handler's module is left out: CPython logs no module that `importlib.import_module` loads.
    """
    logged = self_times(lines)
    times: dict[str, list[float]] = {}
    for cold in colds:
        for each in cold.modules:
            if each.phase is Phase.INIT and not each.failed and each.path and each.name != handler:
                times.setdefault(each.name, []).append(each.self_ms)
    recorded = {name: sorted(each)[len(each) // 2] for name, each in times.items()}
    both = recorded.keys() & logged.keys()
    return Agreement(
        modules=len(both),
        missing=tuple(sorted(recorded.keys() - logged.keys())),
        logged_ms=sum(logged[name] for name in both),
        recorded_ms=sum(recorded[name] for name in both),
    )
