"""Reservations in a DynamoDB table: one item a pool, with a sum and who holds how much of it until when.

Sum and holders change in one conditional write, so the sum never leaves the holders nor goes beyond what a hook allows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from warmgate.adapters.table import Table, Written
from warmgate.ports.time import Clock

MOST_TRIES = 25
"""How often a write is tried that others came before; each time somebody took something or nothing is left."""


class TableReservations:
    """Reservations as items `probes POOL`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock) -> None:
        self._table = Table(clients, table)
        self._clock = clock

    def take(self, pool: str, wanted: int, most: int, lease_ms: float) -> tuple[str, int]:
        """Add a holder and its part to the sum, if the sum stays within `most`; what has expired is taken out."""
        key, owner = f"probes {pool}", uuid4().hex
        count = min(wanted, most)
        for _ in range(MOST_TRIES):
            if count < 1:
                break
            added = self._added(key, owner, count, most, lease_ms)
            # Where its answer was lost the SDK does a write again, and meets what it has written.
            if added.done or owner in added.item.get("holders", {}):
                return owner, count
            found = self._swept(key, added.item or self._begun(key))
            count = min(wanted, most - int(found.get("used", 0)))
        return "", 0

    def give_back(self, pool: str, owner: str) -> None:
        """Take a holder out, and its part out of the sum."""
        key = f"probes {pool}"
        held = self._table.read(key).get("holders", {}).get(owner)
        if held is not None:
            self._remove(key, owner, held)

    def _added(self, key: str, owner: str, count: int, most: int, lease_ms: float) -> Written:
        return self._table.update(
            key,
            "SET #holders.#owner = :held, #used = #used + :count",
            when="#used <= :room AND attribute_not_exists(#holders.#owner)",
            names={"owner": owner},
            held={"count": count, "until_ms": self._clock.epoch_ms() + lease_ms},
            count=count,
            room=most - count,
        )

    def _swept(self, key: str, found: dict[str, Any]) -> dict[str, Any]:
        """Return the item once what has expired is out of it."""
        now_ms = self._clock.epoch_ms()
        dead = {who: held for who, held in found.get("holders", {}).items() if held["until_ms"] < now_ms}
        for who, held in dead.items():
            self._remove(key, who, held)
        return self._table.read(key) if dead else found

    def _begun(self, key: str) -> dict[str, Any]:
        update = "SET #holders = :none, #used = :zero"
        return self._table.update(key, update, when="attribute_not_exists(#used)", none={}, zero=0).item

    def _remove(self, key: str, owner: str, held: dict[str, float]) -> None:
        # Where it is not there any more, somebody else has taken it out.
        self._table.update(
            key,
            "SET #used = #used - :count REMOVE #holders.#owner",
            when="attribute_exists(#holders.#owner)",
            names={"owner": owner},
            count=int(held["count"]),
        )
