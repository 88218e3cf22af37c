"""Mappings and lists as tables of keys: one table reads a document, writes it back, and is shown by the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from warmgate.documents.nodes import Entry, ListNode, MapNode, Node, line_of
from warmgate.documents.place import Gathering, Place, nearest
from warmgate.documents.scalars import described
from warmgate.errors import Fault, PolicyError
from warmgate.policy.kinds import Kind, Measure

INLINE = ""
"""The field of a key whose own keys fill fields of the section that it stands in."""


class Complaint(NamedTuple):
    """What a rule has to say of several values together; `path` starts at the section that holds them."""

    path: tuple[str | int, ...]
    found: str
    expected: str
    fix: str


class Rule(NamedTuple):
    """Judges values together, by field name or index; it is silent where one that it `reads` has a fault of its own."""

    judge: Callable[[Mapping[Any, Any]], Iterable[Complaint]]
    reads: frozenset[str] = frozenset()


class Key(NamedTuple):
    """One key of a section: its kind, the field it fills, and what it means."""

    name: str
    kind: Kind
    text: str
    field: str | None = None
    """None where the field has the key's name."""
    required: bool = False
    keeps_empty: bool = False
    """Whether an empty mapping says something, and is written."""

    @property
    def target(self) -> str:
        """Return the name of the field that this key fills."""
        return self.name if self.field is None else self.field

    def held_by(self, value: Any) -> Any:
        """Return what a section's value holds for this key."""
        return getattr(value, self.target) if self.target else value


class Section(Kind):
    """A mapping with known keys that becomes one frozen value."""

    __slots__ = ("build", "keys", "not_empty", "one_of", "rules")

    def __init__(
        self,
        *keys: Key,
        build: Callable[..., Any] = dict,
        one_of: tuple[str, ...] = (),
        not_empty: bool = False,
        rules: tuple[Rule, ...] = (),
    ) -> None:
        """Set the table; the keys in `one_of` exclude each other, and the first of them that has a value is written."""
        self.keys = keys
        self.build = build
        self.one_of = one_of
        self.not_empty = not_empty
        self.rules = rules

    @property
    def expected(self) -> str:
        """Return the names of the keys."""
        return f"a mapping with {', '.join(key.name for key in self.keys)}"

    def read(self, node: Node, at: Place) -> Any:
        """Return the value built from every key."""
        mapping = mapping_in(node, at, self, self.keys[0].name, self.keys[0].kind)
        gathering = Gathering()
        suggested = self._check_unknown(mapping, at, gathering)
        for key in self.keys:
            entry = next((entry for entry in mapping.entries if entry.key == key.name), None)
            if entry is not None:
                gathering.take(key.target or key.name, key.kind.read, entry.value, at.key(key.name))
            elif key.required and key.name not in suggested:
                gathering.add(_missing(key, mapping, at))
        gathering.add(*self._excluded(mapping, at))
        gathering.add(*judged(self.rules, gathering, mapping, at))
        gathering.settle()
        return self.build(**self._fields(gathering.values))

    def other_fix(self, at: Place, key: str) -> str | None:
        """Return what to do with a key that stands elsewhere, or that other tools have here."""
        return _other_fix(at, key)

    def write(self, value: Any) -> dict[str, Any]:
        """Return a mapping with every key that has a value."""
        plain: dict[str, Any] = {}
        for key in self.keys:
            held = key.held_by(value)
            if (held is None and not key.kind.holds_none) or held == ():
                continue
            written = key.kind.write(held)
            if written != {} or key.keeps_empty:
                plain[key.name] = written
        if any(key.required and key.name not in plain for key in self.keys):
            return {}
        for name in [name for name in self.one_of if name in plain][1:]:
            plain.pop(name)
        return plain

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key in self.keys:
            if key.target in values:
                fields[key.target] = values[key.target]
            elif key.name in values:
                fields.update(values[key.name])
        return fields

    def _check_unknown(self, mapping: MapNode, at: Place, gathering: Gathering) -> set[str]:
        names = [key.name for key in self.keys]
        suggested: set[str] = set()
        for entry in mapping.entries:
            if entry.key not in names:
                # Likeness is costly to find: a document full of unknown keys is no policy and must not hang the reader.
                likely = () if len(mapping.entries) > 100 else tuple(name for name in names if name not in suggested)
                near = nearest(entry.key, likely)
                other = self.other_fix(at, entry.key) if likely and not _is_misspelt(entry.key, near) else None
                suggested.update([near] if near and other is None else [])
                gathering.add(_unknown(entry, at, names, near, other))
        if self.not_empty and not mapping.entries:
            gathering.add(at.fault(mapping.line, found="no key", expected=self.expected, fix="write at least one key"))
        return suggested

    def _excluded(self, mapping: MapNode, at: Place) -> Iterable[Fault]:
        given = [name for name in self.one_of if any(entry.key == name for entry in mapping.entries)]
        for first, second in pairwise(given):
            found, fix = f"both {first} and {second}", f"remove {first} or {second}"
            yield at.fault(line_of(mapping, (second,)), found=found, expected="one of them", fix=fix)


class Listed(Kind):
    """A list whose items are of one kind; it becomes a tuple."""

    __slots__ = ("item", "item_name", "most", "rules")

    def __init__(self, item: Kind, *, item_name: str, most: int, rules: tuple[Rule, ...] = ()) -> None:
        self.item = item
        self.item_name = item_name
        self.most = most
        self.rules = rules

    @property
    def expected(self) -> str:
        """Return the items' name and their greatest number."""
        return f"a list of at most {self.most} {self.item_name}"

    def read(self, node: Node, at: Place) -> tuple[Any, ...]:
        """Return every item."""
        if not isinstance(node, ListNode):
            fix = "begin each with `- `"
            raise PolicyError(at.fault_of(node, self.expected, fix))
        gathering = Gathering()
        if len(node.items) > self.most:
            found, fix = described(node), f"remove {len(node.items) - self.most}"
            gathering.add(at.fault(node.line, found=found, expected=self.expected, fix=fix))
        for index, item in enumerate(node.items):
            gathering.take(index, self.item.read, item, at.item(index))
        gathering.add(*judged(self.rules, gathering, node, at))
        gathering.settle()
        return tuple(gathering.values.values())

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        """Return every item."""
        return [self.item.write(item) for item in value]


def mapping_in(node: Node, at: Place, kind: Kind, name: str = "", measure: Kind | None = None) -> MapNode:
    """Return the mapping that a node is; raises PolicyError where it is something else.

    Args:
        node: what stands there.
        at: where.
        kind: what it should be.
        name: a key that it usually has, with a measure as its value.
        measure: of that key; a limit that stands without its key is shown with it.
    """
    if isinstance(node, MapNode):
        return node
    line = f"`{name}: {measure.like(node)}`" if isinstance(measure, Measure) else "`key: value` lines"
    fix = f"write {line}" + (" below it, or remove the key" if at.path else "")
    if isinstance(node, ListNode) and node.items and all(isinstance(item, MapNode) for item in node.items):
        fix = "remove the `- ` or the brackets that make it a list"
    raise PolicyError(at.fault_of(node, kind.expected, fix))


def judged(rules: Iterable[Rule], gathering: Gathering, node: Node, at: Place) -> Iterable[Fault]:
    """Yield what the rules have to say, each at its own line."""
    for rule in rules:
        for complaint in () if rule.reads & gathering.broken else rule.judge(gathering.values):
            place = at
            for step in complaint.path:
                place = place.step(step)
            line = line_of(node, complaint.path)
            yield place.fault(line, found=complaint.found, expected=complaint.expected, fix=complaint.fix)


def _missing(key: Key, mapping: MapNode, at: Place) -> Fault:
    fix = f"add `{key.name}:`"
    return at.key(key.name).fault(mapping.line, found="nothing", expected=key.kind.expected, fix=fix)


def _unknown(entry: Entry, at: Place, names: list[str], near: str | None, other: str | None) -> Fault:
    fix = other or (f"write {near}" if near else "remove it")
    expected = f"one of {', '.join(names)}"
    return at.key(entry.key).fault(entry.line, found="an unknown key", expected=expected, fix=fix)


def _other_fix(at: Place, key: str) -> str | None:
    """Return what to do with a key that other tools have here, or that another section has."""
    from warmgate.policy.habits import habit_fix  # only a faulty document needs these
    from warmgate.policy.homes import home_fix

    return habit_fix(at.path, key) or home_fix(at.path, key)


def _is_misspelt(key: str, near: str | None) -> bool:
    """Return whether a key differs from a known one in a sign or two, and in no number."""
    if near is None or any(sign.isdigit() for sign in key + near):
        return False
    return nearest(key, (near,), 0.85) is not None
