"""Conditional updates of single items of a DynamoDB table, and its values; what the items mean is said elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.errors import ClaimError

WORD = re.compile(r"#(\w+)")
REFUSED = "ConditionalCheckFailedException"


class Table:
    """A table with the key `id`; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any], name: str) -> None:
        self._clients = clients
        self._name = name

    def update(
        self, key: str, update: str, *, when: str, names: Mapping[str, str] | None = None, **values: Any
    ) -> dict[str, Any] | None:
        """Return the item after an update, None where the condition does not hold; raises ClaimError.

        In both texts `:x` stands for the value x, and `#x` for the attribute x or for what `names` calls so.
        """
        attributes = {f"#{word}": (names or {}).get(word, word) for word in WORD.findall(f"{update} {when}")}
        try:
            found = self._clients("dynamodb").update_item(
                TableName=self._name,
                Key={"id": {"S": key}},
                UpdateExpression=update,
                ConditionExpression=when,
                ExpressionAttributeNames=attributes,
                ExpressionAttributeValues={f":{name}": _typed(value) for name, value in values.items()},
                ReturnValues="ALL_NEW",
            )
        except SDK_ERRORS as error:
            if code_of(error) == REFUSED:
                return None
            raise self._error(key, error) from error
        return _plain_map(found.get("Attributes", {}))

    def read(self, key: str) -> dict[str, Any]:
        """Return an item as it is now, empty where there is none; raises ClaimError."""
        try:
            found = self._clients("dynamodb").get_item(
                TableName=self._name, Key={"id": {"S": key}}, ConsistentRead=True
            )
        except SDK_ERRORS as error:
            raise self._error(key, error) from error
        return _plain_map(found.get("Item", {}))

    def _error(self, key: str, error: BaseException) -> ClaimError:
        return ClaimError(
            f"table {self._name}: {key!r} was not read or written: {code_of(error)}: {error}",
            hint="name the table in WARMGATE_TABLE, with the key `id`, and allow dynamodb:GetItem and UpdateItem on it",
        )


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"M": {name: _typed(each) for name, each in value.items()}}
    return {"S": value} if isinstance(value, str) else {"N": f"{value:.17g}"}


def _plain_map(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Mapping[str, Any]) -> Any:
    if "M" in value:
        return _plain_map(value["M"])
    return float(value["N"]) if "N" in value else value.get("S", "")
