"""Claims as items of a DynamoDB table, by conditional writes; the fields are those of Powertools' Idempotency.

Powertools knows no owner of a record and no renewal, so that its layer cannot keep a lease: `owner` is ours.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from warmgate.adapters.table import Table
from warmgate.model.release import Claim

KEPT_S = 90 * 24 * 3600
"""How long what was done is remembered: longer than any event is delivered."""
IN_PROGRESS, COMPLETED = "INPROGRESS", "COMPLETED"
FREE = (
    "attribute_not_exists(#id) OR #expiration < :now_s"
    " OR (#status = :in_progress AND #in_progress_expiration < :now_ms)"
)
OWN = "#owner = :owner AND #status = :in_progress"


class TableClaims:
    """Claims as items with the key `id`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str) -> None:
        self._table = Table(clients, table)
        self._owners: dict[str, str] = {}

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Write the item if there is none, or one whose lease has ended."""
        owner, now_s = uuid.uuid4().hex, time.time()
        written = self._table.update(
            key,
            "SET #status = :in_progress, #owner = :owner, #expiration = :kept, #in_progress_expiration = :until"
            " REMOVE #outcome",
            when=FREE,
            in_progress=IN_PROGRESS,
            owner=owner,
            kept=int(now_s + KEPT_S),
            until=int(now_s * 1000 + lease_ms),
            now_s=int(now_s),
            now_ms=int(now_s * 1000),
        )
        # The SDK repeats a write whose answer was lost, and meets its own item.
        if not written.done and written.item.get("owner") != owner:
            return Claim.DONE if written.item.get("status") == COMPLETED else Claim.HELD
        self._owners[key] = owner
        return Claim.TAKEN

    def renew(self, key: str, lease_ms: float) -> bool:
        """Move the end of the lease where the item still has this owner."""
        until = int(time.time() * 1000 + lease_ms)
        update = "SET #in_progress_expiration = :until"
        return self._table.update(key, update, when=OWN, until=until, **self._mine(key)).done

    def settle(self, key: str, outcome: str = "") -> None:
        """Complete the item, whoever has it now."""
        self._table.update(
            key,
            "SET #status = :completed, #expiration = :kept, #outcome = :outcome",
            completed=COMPLETED,
            kept=int(time.time() + KEPT_S),
            outcome=outcome,
        )

    def outcome_of(self, key: str) -> str | None:
        """Return what an item was settled with, empty where it is not settled, None where there is none."""
        item = self._table.read(key)
        return str(item.get("outcome", "")) if item else None

    def give_up(self, key: str) -> None:
        """Delete the item where it still has this owner."""
        self._table.delete(key, when=OWN, **self._mine(key))

    def _mine(self, key: str) -> dict[str, Any]:
        return {"owner": self._owners.get(key, "nobody"), "in_progress": IN_PROGRESS}
