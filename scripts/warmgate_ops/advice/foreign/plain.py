"""YAML or JSON text becomes bare maps, lists and texts, whatever tags and documents it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from warmgate.documents.text import MAX_DEPTH, MAX_NODES, MAX_TEXT

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")
Mapping = dict[str, Any]


def documents_in(text: str) -> tuple[Mapping, ...]:
    """Return the mappings among the documents of a text; none where it cannot be read or is larger than a policy."""
    if len(text) > MAX_TEXT:
        return ()
    try:
        roots = list(yaml.compose_all(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader))
        return tuple(found for found in _Reader().each(roots) if isinstance(found, dict))
    except (yaml.YAMLError, RecursionError, ValueError):
        return ()


def at(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys, None where nothing does."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def mappings_in(value: Any) -> tuple[Mapping, ...]:
    """Return the mappings of a list; none where it is no list."""
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def text_at(value: Any, *path: str) -> str:
    """Return the text at a path of keys, an empty one where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def number_at(value: Any, *path: str) -> float | None:
    """Return the number at a path of keys."""
    found = text_at(value, *path).strip()
    return float(found) if _NUMBER.fullmatch(found) else None


class _Reader:
    """Takes nodes apart; aliases count each time, and what is deeper or larger than a policy ends it."""

    def __init__(self) -> None:
        self._left = MAX_NODES

    def each(self, nodes: Iterable[Node]) -> Iterator[Any]:
        """Yield what each node is."""
        for node in nodes:
            yield self._value(node, 0)

    def _value(self, node: Node, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise ValueError("too large")
        if isinstance(node, MappingNode):
            pairs = [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]
            return {key.value: self._value(value, depth + 1) for key, value in pairs}
        if isinstance(node, SequenceNode):
            return [self._value(value, depth + 1) for value in node.value]
        is_decided = isinstance(node, ScalarNode) and not node.tag.startswith("!") and not node.tag.endswith(":null")
        return node.value if is_decided else None
