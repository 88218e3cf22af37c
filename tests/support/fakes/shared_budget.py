"""What hooks share, in memory: reservations and a ledger, with leases on a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from support.fakes.world import VirtualClock
from warmgate.errors import HeldError
from warmgate.model.verdict import Ended, Page, Spent


@dataclass
class FakeReservations:
    """Reservations of pools; `highest` is the largest sum there ever was of each."""

    clock: VirtualClock
    held: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    taken: int = 0
    fails: Exception | None = None

    def used(self, pool: str) -> int:
        """Return what is reserved of a pool now."""
        return sum(n for (of, _), (n, until) in self.held.items() if of == pool and until >= self.clock.at_ms)

    def take(self, pool: str, wanted: int, most: int, lease_ms: float) -> tuple[str, int]:
        """Reserve what fits."""
        if self.fails is not None:
            raise self.fails
        count = max(0, min(wanted, most - self.used(pool)))
        if count == 0:
            return "", 0
        self.taken += 1
        self.held[pool, str(self.taken)] = (count, self.clock.at_ms + lease_ms)
        self.highest[pool] = max(self.highest.get(pool, 0), self.used(pool))
        return str(self.taken), count

    def give_back(self, pool: str, owner: str) -> None:
        """Free it."""
        if self.fails is not None:
            raise self.fails
        self.held.pop((pool, owner), None)


@dataclass
class FakeLedger:
    """Pages in memory."""

    clock: VirtualClock
    pages: dict[str, Page] = field(default_factory=dict)
    holders: dict[str, tuple[str, float]] = field(default_factory=dict)
    fails: Exception | None = None

    def open(self, key: str, owner: str, lease_ms: float) -> Page:
        """Take a page over that is free, its own, expired or closed."""
        if self.fails is not None:
            raise self.fails
        page = self.pages.get(key, Page(key=key, run=0))
        holder, until_ms = self.holders.get(key, (owner, 0.0))
        if holder != owner and until_ms >= self.clock.at_ms and page.ended is None:
            raise HeldError(key)
        self.holders[key] = (owner, self.clock.at_ms + lease_ms)
        self.pages[key] = replace(page, run=page.run + 1)
        return self.pages[key]

    def spend(self, page: Page, spent: Spent) -> None:
        """Note it on the latest run's page."""
        self.pages[page.key] = replace(self._own(page), spent=spent)

    def close(self, page: Page, ended: Ended) -> None:
        """Note it on the latest run's page."""
        self.pages[page.key] = replace(self._own(page), ended=ended)

    def _own(self, page: Page) -> Page:
        if self.fails is not None:
            raise self.fails
        if self.pages[page.key].run != page.run:
            raise HeldError(page.key)
        return self.pages[page.key]
