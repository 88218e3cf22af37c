"""YAML text becomes a tree of nodes with lines. Tags, second documents and what grows without bound are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from warmgate.documents.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from warmgate.documents.place import Place
from warmgate.documents.scalars import shown
from warmgate.errors import Fault, PolicyError

MAX_TEXT = 256 * 1024
MAX_NODES = 20_000
"""Nodes of a document with its aliases written out: ten lines of nested aliases can stand for a billion values."""
MAX_DEPTH = 50
# LibYAML's parser is about ten times as fast as the one in Python, and most wheels of PyYAML hold it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document(NamedTuple):
    """The root of a document and the faults that do not keep it from being read: keys that stand twice."""

    root: Node
    faults: tuple[Fault, ...]


def read_yaml(
    text: str,
    source: str,
    loader: Any = _LOADER,
    *,
    expected: str = "a policy",
    fix: str = "begin with `policy: NAME`",
) -> Document:
    """Return the document in a text, with `source` as its name in faults; `expected` and `fix` answer an empty one.

    Raises:
        PolicyError: the text is not one YAML document, or is larger or deeper than a policy can be.
    """
    place = Place(source)
    _check_characters(text, place)
    tree = _Tree(source)
    try:
        for event in _events(text, loader):
            tree.add(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        found = f"text that is not YAML ({error.problem})"
        fix = "check indentation, brackets and quotes here and in the line above"
        if error.problem_mark and _is_tab(text, error.problem_mark):
            found, fix = "a tab in YAML", "indent with spaces"
        raise PolicyError(place.fault(line, found=found, expected="YAML", fix=fix)) from error
    if tree.root is None:
        raise PolicyError(place.fault(1, found="an empty document", expected=expected, fix=fix))
    return Document(tree.root, tuple(tree.faults))


def _is_tab(text: str, mark: yaml.Mark) -> bool:
    """Return whether a tab stands where the reading ended, or indents that line: libyaml's words do not say so."""
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    return "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column : mark.column + 1] == "\t"


def _check_characters(text: str, place: Place) -> None:
    if len(text) > MAX_TEXT:
        raise PolicyError(
            place.fault(
                None,
                found=f"{len(text)} characters",
                expected=f"at most {MAX_TEXT}",
                fix="move large payloads to files of their own (payload_file)",
            )
        )
    if "\0" in text[:4]:  # two bytes a character, of which every second one is zero
        raise PolicyError(place.fault(1, found="text in UTF-16", expected="UTF-8", fix="save it as UTF-8"))
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        raise PolicyError(
            place.fault(
                text.count("\n", 0, unprintable.start()) + 1,
                found=f"the character U+{ord(unprintable[0]):04X}",
                expected="printable text",
                fix="remove it, or write it as an escape in double quotes",
            )
        )


def _events(text: str, loader: Any) -> Iterator[Any]:
    """Yield YAML's events one by one, so that a text that is too deep is left before all of it is scanned."""
    parser = loader(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


@dataclass(slots=True, eq=False, repr=False)
class _Open:
    """A list or mapping whose end has not come yet; a mapping's children are its keys and values in turn."""

    event: Any
    place: Place
    children: list[Node] = field(default_factory=list)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.event, yaml.MappingStartEvent)

    def next_place(self) -> Place:
        if not self.is_mapping:
            return self.place.item(len(self.children))
        key = self.children[-1] if len(self.children) % 2 else None
        return self.place.key(key.text) if isinstance(key, ScalarNode) else self.place


class _Tree:
    """Builds nodes from events without recursion: the depth of a document is the document's, not the stack's."""

    def __init__(self, source: str) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}

    def add(self, event: Any) -> None:
        """Take in the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event)
            self._keep(ScalarNode(event.value, event.implicit[0], _line(event)), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._keep(self._aliased(event), None)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise PolicyError(
                self._fault(event, "a second document", "one policy a file", "put it into a file of its own")
            )

    def _place(self) -> Place:
        return self._open[-1].next_place() if self._open else Place(self._source)

    def _fault(self, event: Any, found: str, expected: str, fix: str) -> Fault:
        return self._place().fault(_line(event), found=found, expected=expected, fix=fix)

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise PolicyError(
                self._fault(event, f"the tag {shown(event.tag)}", "a value without a tag", "remove the tag")
            )

    def _aliased(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            where = "inside its own anchor" if event.anchor in self._anchors else "without an anchor"
            found = f"the alias *{shown(event.anchor)} {where}"
            raise PolicyError(
                self._fault(event, found, f"an anchor &{shown(event.anchor)} above it", "write the value out")
            )
        return node

    def _start(self, event: Any) -> None:
        self._check_tag(event)
        if len(self._open) >= MAX_DEPTH:
            raise PolicyError(self._too_large(event))
        if event.anchor:
            self._anchors[event.anchor] = None
        self._open.append(_Open(event, self._place()))

    def _end(self) -> None:
        ended = self._open.pop()
        size = 1 + sum(child.size for child in ended.children)
        depth = 1 + max((child.depth for child in ended.children), default=0)
        if size > MAX_NODES or depth > MAX_DEPTH:
            raise PolicyError(self._too_large(ended.event))
        line = _line(ended.event)
        if ended.is_mapping:
            self._keep(MapNode(self._entries(ended), line, size, depth), ended.event.anchor)
        else:
            self._keep(ListNode(tuple(ended.children), line, size, depth), ended.event.anchor)

    def _keep(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _entries(self, mapping: _Open) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        for key, value in zip(mapping.children[::2], mapping.children[1::2], strict=True):
            if not isinstance(key, ScalarNode):
                self.faults.append(_key_fault(mapping.place, key))
            elif key.text in entries:
                self.faults.append(_twice_fault(mapping.place, key, entries[key.text].line))
            else:
                entries[key.text] = Entry(key.text, key.line, value)
        return tuple(entries.values())

    def _too_large(self, event: Any) -> Fault:
        return Place(self._source).fault(
            _line(event),
            found="more values or levels than a policy has",
            expected=f"at most {MAX_NODES} values, aliases written out, in {MAX_DEPTH} levels",
            fix="use fewer aliases, or move payloads to files of their own (payload_file)",
        )


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _key_fault(place: Place, key: Node) -> Fault:
    return place.fault(
        key.line, found="a list or mapping as a key", expected="a word as a key", fix="remove `?` or the brackets"
    )


def _twice_fault(place: Place, key: ScalarNode, first: int) -> Fault:
    return place.key(key.text).fault(
        key.line, found="the key a second time", expected="each key once", fix=f"join it with line {first}"
    )
