"""Claims as items of a DynamoDB table, by conditional writes; the fields are those of Powertools' Idempotency.

Powertools knows no owner of a record and no renewal, so that its layer cannot keep a lease: `owner` is ours.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.errors import ClaimError
from warmgate.model.release import Claim

KEPT_S = 90 * 24 * 3600
"""How long what was done is remembered: longer than any event is delivered."""
NAMES = {"#status": "status", "#owner": "owner"}
"""Words that DynamoDB keeps for itself."""
FREE = (
    "attribute_not_exists(id) OR expiration < :now_s OR (#status = :in_progress AND in_progress_expiration < :now_ms)"
)
OWN = "#owner = :owner AND #status = :in_progress"


class TableClaims:
    """Claims as items with the key `id`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str) -> None:
        self._clients = clients
        self._table = table
        self._owners: dict[str, str] = {}

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Write the item if there is none, or one whose lease has ended."""
        owner, now_s = uuid.uuid4().hex, time.time()
        item = {**_item(key, owner, now_s), "in_progress_expiration": _number((now_s * 1000) + lease_ms)}
        try:
            self._clients("dynamodb").put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=FREE,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":now_s": _number(now_s), ":now_ms": _number(now_s * 1000), ":in_progress": {"S": "INPROGRESS"}
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )  # fmt: skip
        except SDK_ERRORS as error:
            found = self._found(key, error)
            # The SDK repeats a write whose answer was lost, and meets its own item.
            if found.get("owner") != {"S": owner}:
                return Claim.DONE if found.get("status") == {"S": "COMPLETED"} else Claim.HELD
        self._owners[key] = owner
        return Claim.TAKEN

    def renew(self, key: str, lease_ms: float) -> bool:
        """Move the end of the lease where the item still has this owner."""
        until = {":until": _number(time.time() * 1000 + lease_ms)}
        return self._written(key, "update_item", until, UpdateExpression="SET in_progress_expiration = :until")

    def settle(self, key: str, outcome: str = "") -> None:
        """Complete the item, whoever has it now."""
        values = {":completed": {"S": "COMPLETED"}, ":until": _number(time.time() + KEPT_S), ":outcome": {"S": outcome}}
        try:
            self._clients("dynamodb").update_item(
                TableName=self._table,
                Key={"id": {"S": key}},
                UpdateExpression="SET #status = :completed, expiration = :until, outcome = :outcome",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=values,
            )
        except SDK_ERRORS as error:
            raise self._error(key, error) from error

    def outcome_of(self, key: str) -> str | None:
        """Return what an item was settled with, empty where it is not settled, None where there is none."""
        try:
            found = self._clients("dynamodb").get_item(
                TableName=self._table, Key={"id": {"S": key}}, ConsistentRead=True
            )
        except SDK_ERRORS as error:
            raise self._error(key, error) from error
        item: dict[str, Any] = found.get("Item") or {}
        return str(item.get("outcome", {}).get("S", "")) if item else None

    def give_up(self, key: str) -> None:
        """Delete the item where it still has this owner."""
        self._written(key, "delete_item", {})

    def _written(self, key: str, operation: str, values: dict[str, Any], **more: Any) -> bool:
        """Write to an item on the condition that it is this owner's; return whether it was."""
        try:
            getattr(self._clients("dynamodb"), operation)(
                TableName=self._table,
                Key={"id": {"S": key}},
                ConditionExpression=OWN,
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={
                    **values, ":owner": {"S": self._owners.get(key, "nobody")}, ":in_progress": {"S": "INPROGRESS"}
                },
                **more,
            )  # fmt: skip
        except SDK_ERRORS as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise self._error(key, error) from error
        return True

    def _found(self, key: str, error: Any) -> dict[str, Any]:
        """Return the item that a claim met; raises ClaimError where it failed for another reason."""
        if code_of(error) != "ConditionalCheckFailedException":
            raise self._error(key, error) from error
        found: dict[str, Any] = error.response.get("Item", {})
        return found

    def _error(self, key: str, error: BaseException) -> ClaimError:
        return ClaimError(
            f"table {self._table}: {key!r} could not be claimed: {code_of(error)}: {error}",
            hint="name the table in WARMGATE_TABLE, with the key `id`, and allow dynamodb:GetItem, PutItem, UpdateItem"
            " and DeleteItem on it",
        )


def _item(key: str, owner: str, now_s: float) -> dict[str, Any]:
    return {
        "id": {"S": key},
        "status": {"S": "INPROGRESS"},
        "expiration": _number(now_s + KEPT_S),
        "owner": {"S": owner},
    }


def _number(value: float) -> dict[str, str]:
    return {"N": str(int(value))}
