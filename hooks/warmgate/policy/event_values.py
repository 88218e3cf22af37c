"""Kinds of values in an event's fields: texts by name, JSON objects, lists of records. No fault repeats one."""

from __future__ import annotations

from typing import Any

from warmgate.documents.nodes import ListNode, MapNode, Node, ScalarNode
from warmgate.documents.place import Gathering, Place
from warmgate.documents.scalars import Meaning, meaning_of
from warmgate.errors import PolicyError
from warmgate.policy.kinds import Kind
from warmgate.policy.payloads import JsonValue

_JSON = JsonValue()


class Texts(Kind):
    """Texts by name: headers, a query, attributes. A number or truth value counts as the text that is written."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        """Return what the values are."""
        return "a mapping of names to texts"

    def read(self, node: Node, at: Place) -> dict[str, str]:
        """Return every text by its name."""
        if not isinstance(node, MapNode):
            raise PolicyError(at.fault_of(node, self.expected, "write `name: text` lines below it"))
        gathering = Gathering()
        for entry in node.entries:
            gathering.take(entry.key, self._text, entry.value, at.key(entry.key))
        gathering.settle()
        return gathering.values

    def _text(self, node: Node, at: Place) -> str:
        if isinstance(node, ScalarNode) and meaning_of(node) is not Meaning.NULL:
            return node.text
        found = "nothing" if isinstance(node, ScalarNode) else "a list or mapping"
        fix = "write one text, or remove the key; what is unusual goes under `with`"
        raise PolicyError(at.fault(node.line, found=found, expected="a text", fix=fix))

    def write(self, value: dict[str, str]) -> dict[str, str]:
        """Return the texts."""
        return value


class JsonObject(Kind):
    """A JSON object, written as YAML."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        """Return JSON's name."""
        return "a JSON object"

    def read(self, node: Node, at: Place) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(node, MapNode):
            fix = "write `key: value` lines below it"
            raise PolicyError(at.fault(node.line, found="no mapping", expected=self.expected, fix=fix))
        found: dict[str, Any] = _JSON.read(node, at)
        return found

    def write(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the object."""
        return value


class JsonList(Kind):
    """A list of JSON values, one at least."""

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    @property
    def expected(self) -> str:
        """Return how many there may be."""
        return f"a list of 1 to {self.most} JSON values"

    def read(self, node: Node, at: Place) -> list[Any]:
        """Return the values."""
        if not isinstance(node, ListNode) or not 1 <= len(node.items) <= self.most:
            found = f"{len(node.items)} of them" if isinstance(node, ListNode) else "no list"
            raise PolicyError(at.fault(node.line, found=found, expected=self.expected, fix="begin each with `- `"))
        read: list[Any] = _JSON.read(node, at)
        return read

    def write(self, value: list[Any]) -> list[Any]:
        """Return the values."""
        return value
