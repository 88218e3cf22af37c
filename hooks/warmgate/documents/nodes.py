"""A YAML document as a tree whose nodes know their line. What the text of a scalar means is said in `scalars`.

These and the other tuples of the parser are named tuples: a hook's cold start pays a quarter of a data class for each.
"""

from __future__ import annotations

from typing import NamedTuple


class ScalarNode(NamedTuple):
    """One value as it is written; `plain` means that it stands without quotes."""

    text: str
    plain: bool
    line: int
    size: int = 1
    depth: int = 1


class ListNode(NamedTuple):
    """A sequence; `size` counts every node in it, aliases written out, and `depth` its levels."""

    items: tuple[Node, ...]
    line: int
    size: int
    depth: int


class Entry(NamedTuple):
    """One key of a mapping with its own line."""

    key: str
    line: int
    value: Node


class MapNode(NamedTuple):
    """A mapping in the order it is written; no key stands twice."""

    entries: tuple[Entry, ...]
    line: int
    size: int
    depth: int


Node = ScalarNode | ListNode | MapNode


def line_of(node: Node, path: tuple[str | int, ...]) -> int:
    """Return the line of what stands at `path` under a node, or of the nearest node above it that exists."""
    line = node.line
    for step in path:
        if isinstance(node, MapNode):
            entry = next((entry for entry in node.entries if entry.key == step), None)
            if entry is None:
                break
            line, node = entry.line, entry.value
        elif isinstance(node, ListNode) and isinstance(step, int):
            node = node.items[step]
            line = node.line
    return line
