"""Claims in memory, as the table keeps them: a claim outlives the run that made it, and ends with its lease."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.fakes.world import VirtualClock
from warmgate.model.release import Claim


@dataclass
class Claimed:
    """One item: until when it is held, by which claim, and whether its work is done."""

    until_ms: float
    owner: object
    done: bool = False
    outcome: str = ""


@dataclass
class ClaimTable:
    """What all runs share."""

    clock: VirtualClock
    items: dict[str, Claimed] = field(default_factory=dict)
    fails: Exception | None = None


class FakeClaims:
    """The claims of one run."""

    def __init__(self, table: ClaimTable) -> None:
        self._table = table
        self._owners: dict[str, object] = {}

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Take a key that is free."""
        found = self._found(key)
        if found is not None and (found.done or self._table.clock.at_ms <= found.until_ms):
            return Claim.DONE if found.done else Claim.HELD
        self._owners[key] = object()
        self._table.items[key] = Claimed(self._table.clock.at_ms + lease_ms, self._owners[key])
        return Claim.TAKEN

    def renew(self, key: str, lease_ms: float) -> bool:
        """Move the end of a lease that is this run's."""
        found = self._found(key)
        if found is None or found.done or found.owner is not self._owners.get(key):
            return False
        found.until_ms = self._table.clock.at_ms + lease_ms
        return True

    def settle(self, key: str, outcome: str = "") -> None:
        """Keep a key for good."""
        self._found(key)
        self._table.items[key] = Claimed(0.0, None, done=True, outcome=outcome)

    def give_up(self, key: str) -> None:
        """Free a key that is this run's."""
        found = self._found(key)
        if found is not None and not found.done and found.owner is self._owners.get(key):
            del self._table.items[key]

    def _found(self, key: str) -> Claimed | None:
        if self._table.fails is not None:
            raise self._table.fails
        return self._table.items.get(key)
