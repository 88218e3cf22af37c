"""Resources of a template as triggers need them: what a function is called by, and names of queues, tables, buckets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from warmgate_ops.doctor.template.names import references_of
from warmgate_ops.doctor.template.nodes import Value

_NAMES = ("QueueName", "TopicName", "BucketName", "TableName", "Name")
_PLAIN = {"true": True, "false": False}


class Resources:
    """The resources of a template by logical id."""

    def __init__(self, resources: Mapping[str, Value]) -> None:
        self.bodies = resources

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Value]]:
        """Yield the resources of some types."""
        return ((name, body) for name, body in self.bodies.items() if body.kind in kinds)

    def referred(self, value: Value | None) -> tuple[str, Value] | None:
        """Return the resource that a value refers to."""
        found = sorted(name for name in references_of(value) if name in self.bodies)
        return (found[0], self.bodies[found[0]]) if found else None

    def name(self, value: Value | None, default: str = "") -> str:
        """Return the name that a value stands for: what is written, the resource's own name, or its logical id."""
        referred = self.referred(value)
        if referred is None:
            text = (value.text() if value else None) or ""
            return text.rpartition(":")[2].rpartition("/")[2] or default
        logical_id, body = referred
        named = (text_at(body, "Properties", key) for key in _NAMES)
        return next(filter(None, named), logical_id)


def text_at(value: Value | None, *path: str) -> str:
    """Return the text at a path, empty where there is none."""
    found = value.at(*path) if value and path else value
    return (found.text() if found else None) or ""


def entries_at(value: Value | None, *path: str) -> tuple[Value, ...]:
    """Return the entries of a list, or the one value that stands in its place."""
    found = value.at(*path) if value and path else value
    return (found.entries() or (found,)) if found else ()


def plain(value: Value) -> Any:
    """Return a value as JSON; what a template function decides is its short name as text."""
    if (intrinsic := value.intrinsic()) is not None:
        return intrinsic[0]
    if entries := value.entries():
        return [plain(entry) for entry in entries]
    text = value.text()
    if text is None:
        return {key: plain(below) for key, below in value.items()}
    if value.node.tag.endswith((":int", ":float", ":bool")):
        return _PLAIN[text.lower()] if text.lower() in _PLAIN else _number(text)
    return text


def json_in(value: Value | None) -> Any:
    """Return the JSON value that a text holds; None where it holds none."""
    try:
        return json.loads(text_at(value)) if value else None
    except ValueError:
        return None


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
