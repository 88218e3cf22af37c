"""What calls come to, added up one by one in memory that grows with eight bytes a warm call and 32 a cold one."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.prices import LIST, Prices

SLOWEST: Final = 1_000
"""How many of the slowest cold starts are kept of all functions together."""
_REPORTED_WITHOUT_INIT: Final = frozenset({Beginning.WARM, Beginning.SUPPRESSED, Beginning.PROVISIONED})
_INITIALISED: Final = frozenset({Beginning.COLD, Beginning.AHEAD})


@dataclass(slots=True)
class ColdStarts:
    """Cold starts that a caller waited for, each at the same place of each array; milliseconds."""

    at_ms: array[float] = field(default_factory=lambda: array("d"))
    """When the caller began to wait; 0 where the log tells no times."""
    init_ms: array[float] = field(default_factory=lambda: array("d"))
    first_ms: array[float] = field(default_factory=lambda: array("d"))
    """Duration of the call that met it."""

    def add(self, at_ms: float, init_ms: float, first_ms: float) -> None:
        """Add one."""
        self.at_ms.append(at_ms)
        self.init_ms.append(init_ms)
        self.first_ms.append(first_ms)

    def together(self) -> list[float]:
        """Return how long each caller waited: init or restore, and the call."""
        return [init + first for init, first in zip(self.init_ms, self.first_ms, strict=True)]

    def __len__(self) -> int:
        return len(self.at_ms)


@dataclass(slots=True)
class VersionTally:
    """All that is kept of one version of one function."""

    function: str
    version: str
    calls: int = 0
    cold: ColdStarts = field(default_factory=ColdStarts)
    """Initialised or restored while somebody waited."""
    restored: int = 0
    warm_ms: array[float] = field(default_factory=lambda: array("d"))
    """Durations of the calls whose report tells no init and no restore."""
    warm_median_ms: float | None = None
    """The median of those, where whoever asked was given no more."""
    suppressed: int = 0
    suppressed_max_ms: float = 0.0
    """The longest call with an init inside."""
    ahead: int = 0
    provisioned: int = 0
    waited_ms: float = 0.0
    """All that callers waited for calls that met a cold start."""
    initialised_ms: float = 0.0
    """Init that is billed, whether somebody waited or not."""
    init_usd: float = 0.0
    first_at_ms: float = 0.0
    last_at_ms: float = 0.0

    def saw(self, at_ms: float) -> None:
        """Note when a call ended; 0 where that is not known."""
        if at_ms:
            self.first_at_ms = min(self.first_at_ms or at_ms, at_ms)
            self.last_at_ms = max(self.last_at_ms, at_ms)


class Tally:
    """Adds calls up by function and version.

    Args:
        since_ms: calls before it are told apart: their cold starts are what is expected.
        prices: what init costs.
    """

    def __init__(self, *, since_ms: float = 0.0, prices: Prices = LIST) -> None:
        self.versions: dict[tuple[str, str], VersionTally] = {}
        self.before: dict[str, array[float]] = {}
        """How long callers waited for cold starts ahead of `since_ms`, by function."""
        self._since_ms = since_ms
        self._prices = prices
        self._slowest: list[tuple[float, int, Call]] = []
        self._number = 0

    def add(self, call: Call) -> None:
        """Add a call."""
        if call.ended_ms and call.ended_ms < self._since_ms:
            if call.beginning in {Beginning.COLD, Beginning.RESTORED}:
                waited_ms = (call.init_ms or 0.0) + call.duration_ms
                self.before.setdefault(call.function, array("d")).append(waited_ms)
            return
        key = (call.function, call.version)
        tally = self.versions.get(key)
        if tally is None:
            tally = self.versions[key] = VersionTally(*key)
        tally.calls += 1
        tally.saw(call.ended_ms)
        if call.beginning in _REPORTED_WITHOUT_INIT:
            tally.warm_ms.append(call.duration_ms)
        if call.beginning is not Beginning.WARM:
            self._add_beginning(tally, call)

    def add_warm(self, warm: VersionTally) -> None:
        """Add calls of which only number, median and times are known."""
        key = (warm.function, warm.version)
        tally = self.versions.setdefault(key, VersionTally(*key))
        tally.calls += warm.calls
        tally.warm_median_ms = warm.warm_median_ms
        tally.saw(warm.first_at_ms)
        tally.saw(warm.last_at_ms)

    def add_inside(self, call: Call) -> None:
        """Add how a call began that is counted among others already."""
        key = (call.function, call.version)
        tally = self.versions.setdefault(key, VersionTally(*key))
        if call.beginning is not Beginning.WARM and call.ended_ms >= self._since_ms:
            self._add_beginning(tally, call)

    def merge(self, other: Tally) -> None:
        """Add what was gathered elsewhere, of other versions."""
        self.versions |= other.versions
        self.before |= other.before
        self.keep_slowest(other.slowest())

    def keep_slowest(self, calls: Iterable[Call]) -> None:
        """Remember cold starts that are counted already, as far as they are among the slowest."""
        for call in calls:
            self._keep_slow(call.first_response_ms or 0.0, call)

    def slowest(self) -> list[Call]:
        """Return the cold starts that somebody waited longest for, the longest first."""
        return [call for _, _, call in sorted(self._slowest, key=lambda each: (-each[0], each[2].ended_ms))]

    def _add_beginning(self, tally: VersionTally, call: Call) -> None:
        init_ms = call.init_ms or 0.0
        match call.beginning:
            case Beginning.SUPPRESSED:
                tally.suppressed += 1
                tally.suppressed_max_ms = max(tally.suppressed_max_ms, call.duration_ms)
                tally.waited_ms += call.duration_ms
            case Beginning.AHEAD:
                tally.ahead += 1
            case Beginning.PROVISIONED:
                tally.provisioned += 1
            case _:
                at_ms = call.called_ms if call.ended_ms else 0.0
                tally.cold.add(at_ms, init_ms, call.duration_ms)
                tally.restored += call.beginning is Beginning.RESTORED
                tally.waited_ms += init_ms + call.duration_ms
                self._keep_slow(init_ms + call.duration_ms, call)
        if call.beginning in _INITIALISED:
            tally.initialised_ms += init_ms
            tally.init_usd += self._prices.duration_usd(init_ms, call.memory_mb or 0.0)

    def _keep_slow(self, waited_ms: float, call: Call) -> None:
        self._number += 1
        entry = (waited_ms, self._number, call)
        if len(self._slowest) < SLOWEST:
            heapq.heappush(self._slowest, entry)
        elif waited_ms > self._slowest[0][0]:
            heapq.heapreplace(self._slowest, entry)
