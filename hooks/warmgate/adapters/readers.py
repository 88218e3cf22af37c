"""How many guards read logs just now, counted in the table: each adds one to an item that stands for some seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.table import Table
from warmgate.ports.time import Clock

SPAN_S = 20
KEPT_S = 3600


class TableReaders:
    """The guards that share a table; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock) -> None:
        self._table, self._clock = Table(clients, table), clock
        self._joined = self._before = 0

    def join(self) -> int:
        """Count this run among those of now; return how many there were in this span of seconds or the one before."""
        span = int(self._clock.epoch_ms() / 1000) // SPAN_S
        mine = 0 if span == self._joined else 1
        now = self._added(span, mine)
        if mine:
            self._joined, self._before = span, self._added(span - 1, 0)
        return max(1, now, self._before)

    def _added(self, span: int, mine: int) -> int:
        update = "SET #expiration = :kept ADD #readers :mine"
        written = self._table.update(f"guard readers {span}", update, kept=(span + 1) * SPAN_S + KEPT_S, mine=mine)
        return int(written.item.get("readers", 0))
