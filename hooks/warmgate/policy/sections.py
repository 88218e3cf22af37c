"""Mappings and lists as tables of keys: one table reads a document, writes it back, and is what schema and reference show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from warmgate.errors import Fault
from warmgate.policy.kinds import Kind, Measure
from warmgate.policy.nodes import Entry, ListNode, MapNode, Node, line_of
from warmgate.policy.place import Gathering, Place, nearest
from warmgate.policy.scalars import described, shown
from warmgate.policy.values import PercentileLimit, RatioLimit

PERCENTILE = r"p(?:[1-9][0-9]?(?:\.[0-9]{0,3}[1-9])?|0\.[0-9]{0,3}[1-9])"
INLINE = ""
"""The field of a key whose own keys fill fields of the section that it stands in."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Complaint:
    """What a rule has to say of several values together; `path` starts at the section that holds them."""

    path: tuple[str | int, ...]
    found: str
    expected: str
    fix: str


Rule = Callable[[Mapping[Any, Any]], Iterable[Complaint]]
"""Looks at the values that could be read, by field name or index; a value with a fault of its own is not among them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Key:
    """One key of a section: its kind, the field it fills, and what it means."""

    name: str
    kind: Kind
    text: str
    field: str | None = None
    """None where the field has the key's name."""
    required: bool = False

    @property
    def target(self) -> str:
        """Return the name of the field that this key fills."""
        return self.name if self.field is None else self.field


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Section(Kind):
    """A mapping with known keys that becomes one frozen value."""

    keys: tuple[Key, ...]
    build: Callable[..., Any] = dict
    one_of: tuple[str, str] | None = None
    """Two keys that exclude each other; the first is written where both have a value."""
    not_empty: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def expected(self) -> str:
        """Return the names of the keys."""
        return f"a mapping with {', '.join(key.name for key in self.keys)}"

    def read(self, node: Node, at: Place) -> Any:
        """Return the value built from every key."""
        mapping = _mapping(node, at, self)
        gathering = Gathering()
        suggested = self._check_unknown(mapping, at, gathering)
        for key in self.keys:
            entry = next((entry for entry in mapping.entries if entry.key == key.name), None)
            if entry is not None:
                place = at.key(key.name)
                gathering.take(key.target or key.name, lambda k=key, e=entry, p=place: k.kind.read(e.value, p))  # type: ignore[misc]
            elif key.required and key.name not in suggested:
                gathering.add([_missing(key, mapping, at)])
        gathering.add(self._excluded(mapping, at))
        gathering.add(_judged(self.rules, gathering.values, mapping, at))
        gathering.settle()
        return self.build(**self._fields(gathering.values))

    def write(self, value: Any) -> dict[str, Any]:
        """Return a mapping with every key that has a value."""
        plain: dict[str, Any] = {}
        for key in self.keys:
            held = getattr(value, key.target) if key.target else value
            if (held is None and not key.kind.holds_none) or held == ():
                continue
            written = key.kind.write(held)
            if written != {}:
                plain[key.name] = written
        if self.one_of and self.one_of[0] in plain:
            plain.pop(self.one_of[1], None)
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
                near = nearest(entry.key, [name for name in names if name not in suggested])
                suggested.update([near] if near else [])
                gathering.add([_unknown(entry, at, names, near)])
        if self.not_empty and not mapping.entries:
            gathering.add([at.fault(mapping.line, found="no key", expected=self.expected, fix="write at least one key")])
        return suggested

    def _excluded(self, mapping: MapNode, at: Place) -> Iterable[Fault]:
        if self.one_of and all(any(entry.key == name for entry in mapping.entries) for name in self.one_of):
            first, second = self.one_of
            line = line_of(mapping, (second,))
            yield at.fault(line, found=f"both {first} and {second}", expected="one of them", fix=f"remove {first} or {second}")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Listed(Kind):
    """A list whose items are of one kind; it becomes a tuple."""

    item: Kind
    item_name: str
    most: int
    rules: tuple[Rule, ...] = ()

    @property
    def expected(self) -> str:
        """Return the items' name and their greatest number."""
        return f"a list of at most {self.most} {self.item_name}"

    def read(self, node: Node, at: Place) -> tuple[Any, ...]:
        """Return every item."""
        if not isinstance(node, ListNode):
            fix = "begin each with `- `"
            raise at.refuse(node.line, found=described(node), expected=self.expected, fix=fix)
        gathering = Gathering()
        if len(node.items) > self.most:
            found, fix = described(node), f"remove {len(node.items) - self.most}"
            gathering.add([at.fault(node.line, found=found, expected=self.expected, fix=fix)])
        for index, item in enumerate(node.items):
            gathering.take(index, lambda i=index, n=item: self.item.read(n, at.item(i)))  # type: ignore[misc]
        gathering.add(_judged(self.rules, gathering.values, node, at))
        gathering.settle()
        return tuple(gathering.values.values())

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        """Return every item."""
        return [self.item.write(item) for item in value]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Percentiles(Kind):
    """A mapping of percentiles to limits; it becomes a tuple in the order of the percentiles."""

    limit: Measure
    rules: tuple[Rule, ...] = ()

    @property
    def expected(self) -> str:
        """Return the keys' form and the limits' bounds."""
        return f"a mapping of percentiles such as p50, p95 or p99.9, each to {self.limit.expected}"

    def read(self, node: Node, at: Place) -> tuple[PercentileLimit, ...]:
        """Return the limits, the lowest percentile first."""
        mapping = _mapping(node, at, self)
        gathering = Gathering()
        if not mapping.entries:
            gathering.add([at.fault(node.line, found="no key", expected=self.expected, fix="write for example p95: 400ms")])
        for entry in mapping.entries:
            if re.fullmatch(PERCENTILE, entry.key):
                place = at.key(entry.key)
                gathering.take(entry.key, lambda e=entry, p=place: self.limit.read(e.value, p))  # type: ignore[misc]
            else:
                gathering.add([_unknown_percentile(entry, at)])
        gathering.add(_judged(self.rules, gathering.values, mapping, at))
        gathering.settle()
        limits = [PercentileLimit(percentile=share_of(key), limit_ms=ms) for key, ms in gathering.values.items()]
        return tuple(sorted(limits, key=lambda limit: limit.percentile))

    def write(self, value: tuple[PercentileLimit, ...]) -> dict[str, Any]:
        """Return the limit of each percentile."""
        return {limit.name: self.limit.write(limit.limit_ms) for limit in value}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OnePercentile(Kind):
    """A mapping of one percentile to a ratio."""

    ratio: Measure

    @property
    def expected(self) -> str:
        """Return the key's form and the ratio's bounds."""
        return f"one percentile such as p95, with {self.ratio.expected}"

    def read(self, node: Node, at: Place) -> RatioLimit:
        """Return the ratio with its percentile."""
        mapping = _mapping(node, at, self)
        if len(mapping.entries) != 1:
            found = f"{len(mapping.entries)} keys"
            raise at.refuse(node.line, found=found, expected=self.expected, fix="write for example p95: 1.2x")
        entry = mapping.entries[0]
        if not re.fullmatch(PERCENTILE, entry.key):
            gathering = Gathering()
            gathering.add([_unknown_percentile(entry, at)])
            gathering.settle()
        return RatioLimit(statistic=entry.key, ratio=self.ratio.read(entry.value, at.key(entry.key)) or 0.0)

    def write(self, value: RatioLimit) -> dict[str, Any]:
        """Return the ratio under its percentile."""
        return {value.statistic: self.ratio.write(value.ratio)}


def share_of(percentile: str) -> float:
    """Return the share that a percentile's name stands for: 0.95 for p95."""
    return float(f"{percentile[1:]}e-2")


def _mapping(node: Node, at: Place, kind: Kind) -> MapNode:
    if isinstance(node, MapNode):
        return node
    fix = "write `key: value` lines below it, or remove the key"
    raise at.refuse(node.line, found=described(node), expected=kind.expected, fix=fix)


def _judged(rules: Iterable[Rule], values: Mapping[Any, Any], node: Node, at: Place) -> Iterable[Fault]:
    for rule in rules:
        for complaint in rule(values):
            place = at
            for step in complaint.path:
                place = place.step(step)
            line = line_of(node, complaint.path)
            yield place.fault(line, found=complaint.found, expected=complaint.expected, fix=complaint.fix)


def _missing(key: Key, mapping: MapNode, at: Place) -> Fault:
    fix = f"add `{key.name}:`"
    return at.key(key.name).fault(mapping.line, found="nothing", expected=key.kind.expected, fix=fix)


def _unknown(entry: Entry, at: Place, names: list[str], near: str | None) -> Fault:
    fix = f"write {near}" if near else "remove it"
    expected = f"one of {', '.join(names)}"
    return at.key(shown(entry.key)).fault(entry.line, found="an unknown key", expected=expected, fix=fix)


def _unknown_percentile(entry: Entry, at: Place) -> Fault:
    expected = "a percentile above p0 and below p100, with at most four decimals and no zero at the end"
    digits = re.search(r"[1-9][0-9]?(?![0-9])", entry.key)
    fix = f"write p{digits[0]}" if digits else "write for example p95"
    return at.key(shown(entry.key)).fault(entry.line, found="an unknown key", expected=expected, fix=fix)
