"""Conditional writes of single items of a DynamoDB table, and its values; what the items mean is said elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from warmgate.adapters.faults import SDK_ERRORS, code_of
from warmgate.adapters.port_errors import raised_as
from warmgate.errors import ClaimError

WORD = re.compile(r"#(\w+)")
REFUSED = "ConditionalCheckFailedException"
HINT = (
    "name the table in WARMGATE_TABLE, with the key `id`, and allow dynamodb:GetItem, UpdateItem and DeleteItem on it"
)


class Written(NamedTuple):
    """What a write met: the item after it, or as it stood where the condition did not hold."""

    done: bool
    item: dict[str, Any]


class Table:
    """A table with the key `id`; `clients` gives the client of a service, and every method raises ClaimError."""

    def __init__(self, clients: Callable[[str], Any], name: str) -> None:
        self._clients = clients
        self._name = name

    def update(
        self, key: str, update: str, *, when: str = "", names: Mapping[str, str] | None = None, **values: Any
    ) -> Written:
        """Update an item, or make it, where the condition holds.

        In both texts `:x` stands for the value x, and `#x` for the attribute x or for what `names` calls so.
        """
        return self._written(
            "update_item", key, when, names or {}, values, UpdateExpression=update, ReturnValues="ALL_NEW"
        )

    def delete(self, key: str, *, when: str, **values: Any) -> bool:
        """Delete an item where the condition holds; return whether it did."""
        return self._written("delete_item", key, when, {}, values).done

    def read(self, key: str) -> dict[str, Any]:
        """Return an item as it is now, empty where there is none."""
        with self._asked(key):
            found = self._clients("dynamodb").get_item(
                TableName=self._name, Key={"id": {"S": key}}, ConsistentRead=True
            )
        return _plain_map(found.get("Item", {}))

    def _written(
        self, operation: str, key: str, when: str, names: Mapping[str, str], values: Mapping[str, Any], **more: str
    ) -> Written:
        words = WORD.findall(f"{more.get('UpdateExpression', '')} {when}")
        condition = {"ConditionExpression": when, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if when else {}
        with self._asked(key):
            try:
                found = getattr(self._clients("dynamodb"), operation)(
                    TableName=self._name,
                    Key={"id": {"S": key}},
                    ExpressionAttributeNames={f"#{word}": names.get(word, word) for word in words},
                    ExpressionAttributeValues={f":{name}": _typed(value) for name, value in values.items()},
                    **condition,
                    **more,
                )
            except SDK_ERRORS as error:
                if code_of(error) != REFUSED:
                    raise
                return Written(done=False, item=_plain_map(getattr(error, "response", {}).get("Item", {})))
        return Written(done=True, item=_plain_map(found.get("Attributes", {})))

    def _asked(self, key: str) -> AbstractContextManager[None]:
        return raised_as(ClaimError, f"table {self._name}: {key!r} could not be read or written", HINT)


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
