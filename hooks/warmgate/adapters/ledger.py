"""The ledger in a DynamoDB table: one item a hook execution, with its holder, a lease, what was spent and found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmgate.adapters.table import Table
from warmgate.errors import HeldError
from warmgate.model.deployment import Status
from warmgate.model.verdict import Ended, Outcome, Page, Spent
from warmgate.ports.time import Clock

KEPT_S = 7 * 24 * 3600
"""A deployment lasts 50 hours at the most (CodeDeploy quotas)."""


class TableLedger:
    """Pages as items; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str, clock: Clock) -> None:
        self._table = Table(clients, table)
        self._clock = clock

    def open(self, key: str, owner: str, lease_ms: float) -> Page:
        """Write holder and lease and count the run, if the page is free, its own, expired or closed."""
        now_ms = self._clock.epoch_ms()
        opened = self._table.update(
            key,
            "SET #holder = :owner, #until_ms = :until, #expiration = :expires,"
            " #run = if_not_exists(#run, :zero) + :one",
            when="attribute_not_exists(#holder) OR #holder = :owner OR #until_ms < :now OR attribute_exists(#status)",
            owner=owner,
            until=now_ms + lease_ms,
            now=now_ms,
            zero=0,
            one=1,
            expires=int(now_ms / 1000) + KEPT_S,
        )
        if not opened.done:
            raise HeldError(f"{key}: another run is at work", hint="it reports the status; nothing is to be done")
        return _page(key, opened.item)

    def spend(self, page: Page, spent: Spent) -> None:
        """Write what will have been spent, if the run is the latest."""
        self._write(page, "SET #calls = :calls, #cost_usd = :cost", calls=spent.calls, cost=spent.cost_usd)

    def close(self, page: Page, ended: Ended) -> None:
        """Write what was found, if the run is the latest."""
        self._write(
            page,
            "SET #outcome = :outcome, #status = :status, #reason = :reason",
            outcome=ended.outcome.value,
            status=ended.status.value,
            reason=ended.reason,
        )

    def _write(self, page: Page, update: str, **values: Any) -> None:
        if not self._table.update(page.key, update, when="#run = :run", run=page.run, **values).done:
            raise HeldError(f"{page.key}: a later run has taken over from run {page.run}")


def _page(key: str, found: dict[str, Any]) -> Page:
    ended = None
    if "status" in found:
        ended = Ended(outcome=Outcome(found["outcome"]), status=Status(found["status"]), reason=found["reason"])
    spent = Spent(calls=int(found.get("calls", 0)), cost_usd=found.get("cost_usd", 0.0))
    return Page(key=key, run=int(found["run"]), spent=spent, ended=ended)
