"""Turns at what an account lets only so many ask for: one queue for all guards, kept as an instant in the table.

The instant is when the next one may ask. Who comes takes it, or now where it has passed, and moves it on by its own
part of a second (the generic cell rate algorithm): nobody counts the guards, and none is refused for another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.table import Table
from warmgate.errors import ClaimError
from warmgate.ports.time import Clock

KEY = "guard turns"
FARTHEST_MS = 600_000.0
"""An instant farther ahead is none that guards have queued up to: some machine's clock was wrong."""
KEPT_S = 3600
TRIES = 5
"""Between asking and writing another guard may have moved the instant past now, or now may have passed it."""


class TableTurns:
    """The queue of all that share a table; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock, per_s: float) -> None:
        self._table, self._clock, self._step_ms = Table(clients, table), clock, 1000 / per_s

    def take(self, requests: int) -> float:
        """Return in how many milliseconds so many requests may be made; raises ClaimError."""
        cost = requests * self._step_ms
        for _ in range(TRIES):
            now = self._clock.epoch_ms()
            known: dict[str, Any] = {"now": now, "far": now + FARTHEST_MS, "cost": cost, "kept": now / 1000 + KEPT_S}
            queued = self._table.update(
                KEY,
                "SET #next = #next + :cost, #expiration = :kept",
                when="#next > :now AND #next < :far",
                **known,
            )
            if queued.done:
                return float(queued.item["next"]) - cost - now
            begun = self._table.update(
                KEY,
                "SET #next = :now + :cost, #expiration = :kept",
                when="attribute_not_exists(#next) OR #next <= :now OR #next >= :far",
                **known,
            )
            if begun.done:
                return 0.0
        raise ClaimError(f"{KEY!r}: moved by others {TRIES} times", hint="the guard looks without a turn")
