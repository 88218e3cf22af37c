"""Claims in a DynamoDB table, by the conditional writes of Powertools' Idempotency; its records and no others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.errors import ClaimError
from warmgate.release import Claim

KEPT_S = 90 * 24 * 3600
"""How long what was done is remembered: longer than any event is delivered."""


class TableClaims:
    """Claims as items with the key `id`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], table: str) -> None:
        self._clients = clients
        self._table = table

    def claim(self, key: str, lease_ms: float) -> Claim:
        """Write the item if there is none, or one whose lease has ended."""
        from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError

        try:
            self._store.save_inprogress(data={"key": key}, remaining_time_in_millis=max(1, int(lease_ms)))
        except IdempotencyItemAlreadyExistsError as error:
            found = error.old_data_record or self._read(key)
            return Claim.DONE if found is not None and found.status == "COMPLETED" else Claim.HELD
        except SDK_ERRORS as error:
            raise self._error(key, error) from error
        return Claim.TAKEN

    def settle(self, key: str, outcome: str = "") -> None:
        """Complete the item."""
        try:
            self._store.save_success(data={"key": key}, result={"key": key, "outcome": outcome})
        except SDK_ERRORS as error:
            raise self._error(key, error) from error

    def give_up(self, key: str) -> None:
        """Delete the item."""
        try:
            self._store.delete_record(data={"key": key}, exception=ClaimError(key))
        except SDK_ERRORS as error:
            raise self._error(key, error) from error

    def outcome_of(self, key: str) -> str | None:
        """Return what an item was settled with, empty where it is not settled, None where there is none."""
        found = self._read(key)
        if found is None:
            return None
        return str((found.response_json_as_dict() or {}).get("outcome", "")) if found.status == "COMPLETED" else ""

    @cached_property
    def _store(self) -> Any:
        # Powertools brings boto3 with it; it is imported when something is claimed.
        from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig

        store = DynamoDBPersistenceLayer(table_name=self._table, key_attr="id", boto3_client=self._clients("dynamodb"))
        store.configure(
            IdempotencyConfig(event_key_jmespath="key", expires_after_seconds=KEPT_S), function_name="warmgate"
        )
        return store

    def _read(self, key: str) -> Any:
        from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemNotFoundError

        try:
            return self._store.get_record(data={"key": key})
        except IdempotencyItemNotFoundError:
            return None
        except SDK_ERRORS as error:
            raise self._error(key, error) from error

    def _error(self, key: str, error: BaseException) -> ClaimError:
        return ClaimError(
            f"table {self._table}: {key!r} could not be claimed: {code_of(error)}: {error}",
            hint="name the table in WARMGATE_TABLE, with the key `id`, and allow dynamodb:GetItem, PutItem,"
            " UpdateItem and DeleteItem on it",
        )
