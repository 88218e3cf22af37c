"""Logs Insights as far as the hooks ask: events that one field picks, counted and ranked by group. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from warmgate_ops.rehearsal.cloud.logs.fields import OWN_FIELDS, Row

SHAPE = 'filter FIELD = "TEXT" [and FIELD like /REGEX/] | stats AGGREGATE as NAME, ... by FIELD, ... | limit N'
"""The one shape of a query that is known; `in ["TEXT", ...]` may stand for `=`, `by` and `limit` be left out."""
LARGEST = 10_000
"""The most rows of a result."""
_AGGREGATE = "count(*), count(FIELD) or pct(FIELD, N)"
T = TypeVar("T")
_FIELD = r"(?P<field>@?[A-Za-z_][\w.-]*)"


class QueryError(Exception):
    """A query that is wrong or not known here; `start` and `end` are the characters it is about."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A column of the result: its name, and its value of the rows of a group."""

    name: str
    value: Callable[[Sequence[Row]], float | None]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the text of a field must be."""

    field: str
    fits: Callable[[str], bool]

    def holds(self, row: Row) -> bool:
        """Return whether a row has the field, and its text is as it must be."""
        return self.field in row and self.fits(str(row[self.field]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that can be run."""

    conditions: tuple[Condition, ...]
    """All of which hold of a row that is let through."""
    aggregates: tuple[Aggregate, ...]
    groups: tuple[str, ...] = ()
    limit: int = LARGEST

    def matched(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that the filter lets through."""
        return [row for row in rows if all(condition.holds(row) for condition in self.conditions)]

    def run(self, rows: Sequence[Row], limit: int | None = None) -> list[list[dict[str, str]]]:
        """Return the result rows of GetQueryResults for rows in the order of time."""
        members: dict[tuple[Any, ...], list[Row]] = {}
        for row in reversed(self.matched(rows)):
            members.setdefault(tuple(row.get(name) for name in self.groups), []).append(row)
        return [self._cells(key, found) for key, found in islice(members.items(), min(self.limit, limit or LARGEST))]

    def _cells(self, key: tuple[Any, ...], members: Sequence[Row]) -> list[dict[str, str]]:
        values = [*zip(self.groups, key, strict=True), *((each.name, each.value(members)) for each in self.aggregates)]
        return [{"field": name, "value": _shown(value)} for name, value in values if value is not None]


def compile_query(text: str) -> Query:
    """Return a query that can be run; raises QueryError that names what is not understood."""
    reader = _Reader(text)
    reader.take(r"filter\b", "filter")
    conditions = [reader.condition()]
    while reader.took(r"and\b"):
        conditions.append(reader.condition())
    reader.take(r"\|\s*stats\b", "| stats")
    aggregates = reader.listed(reader.aggregate)
    groups = reader.listed(reader.field) if reader.took(r"by\b") else ()
    limit = reader.limit() if reader.took(r"\|\s*limit\b") else LARGEST
    reader.take(r"$", "| limit N or the end of the query")
    return Query(conditions=tuple(conditions), aggregates=aggregates, groups=groups, limit=limit)


class _Reader:
    """A query that is read from left to right."""

    def __init__(self, query: str) -> None:
        self._query = query.rstrip()
        self._at = 0

    def take(self, pattern: str, wanted: str) -> re.Match[str]:
        """Return what must stand here, and step over it."""
        found = self._match(pattern)
        if found is None:
            raise QueryError(*self._unexpected(wanted))
        self._at = found.end()
        return found

    def took(self, pattern: str) -> bool:
        """Return whether something stands here, and step over it."""
        found = self._match(pattern)
        self._at = found.end() if found else self._at
        return found is not None

    def listed(self, read: Callable[[], T]) -> tuple[T, ...]:
        """Return what stands between commas."""
        found = [read()]
        while self.took(","):
            found.append(read())
        return tuple(found)

    def field(self) -> str:
        before = self._at
        name = self.take(_FIELD, "a field")["field"]
        if name.startswith("@") and name not in OWN_FIELDS:
            self._at = before
            raise QueryError(*self._unexpected(f"a field of a JSON event or one of {', '.join(sorted(OWN_FIELDS))}"))
        return name

    def condition(self) -> Condition:
        name = self.field()
        if self.took(r"like(?=\s*/)"):
            before = self._at
            try:
                regex = re.compile(self.take(r"/(?P<regex>(?:[^/\\]|\\.)*)/", "/REGEX/")["regex"])
            except re.error as error:
                self._at = before
                raise QueryError(*self._unexpected("a regular expression")) from error
            return Condition(name, lambda text: regex.search(text) is not None)
        if self.took(r"in\b"):
            self.take(r"\[", "'['")
            texts = frozenset(self.listed(self.text))
            self.take(r"\]", "']'")
            return Condition(name, texts.__contains__)
        self.take("=", "=")
        wanted = self.text()
        return Condition(name, lambda text: text == wanted)

    def text(self) -> str:
        return self.take(r'"(?P<text>[^"\\]*)"', "a text in double quotes")["text"]

    def aggregate(self) -> Aggregate:
        if self.took(r"count\s*\(\s*\*\s*\)"):
            value: Callable[[Sequence[Row]], float | None] = len
        elif self.took(r"count\s*\("):
            value = _count(self.field())
            self.take(r"\)", "')'")
        else:
            self.take(r"pct\s*\(", _AGGREGATE)
            name = self.field()
            value = _percentile(name, self._percent())
        return Aggregate(self.take(rf"as\s+{_FIELD}", "as and a name")["field"], value)

    def limit(self) -> int:
        wanted = f"a whole number from 1 to {LARGEST}"
        return int(self.take(rf"(?P<count>[1-9]\d{{0,3}}|{LARGEST})\b", wanted)["count"])

    def _percent(self) -> float:
        wanted, before = "a percentage above 0 and up to 100, and ')'", self._at
        percent = float(self.take(r",\s*(?P<percent>\d+(?:\.\d+)?)\s*\)", wanted)["percent"])
        if not 0 < percent <= 100:
            self._at = before
            raise QueryError(*self._unexpected(wanted))
        return percent

    def _match(self, pattern: str) -> re.Match[str] | None:
        return re.compile(rf"\s*(?:{pattern})", re.IGNORECASE).match(self._query, self._at)

    def _unexpected(self, wanted: str) -> tuple[str, int, int]:
        found = re.compile(r"\s*(?P<word>[\w@.]+|\S|$)").match(self._query, self._at)
        assert found is not None
        start, end = found.span("word")
        word = repr(found["word"]) if found["word"] else "the end of the query"
        text = f"unexpected {word} at character {start}, expected {wanted}; the local cloud knows {SHAPE} alone"
        return text, start, end


def _count(name: str) -> Callable[[Sequence[Row]], float]:
    return lambda rows: sum(name in row for row in rows)


def _percentile(name: str, percent: float) -> Callable[[Sequence[Row]], float | None]:
    """Return the nearest-rank percentile: a value that was measured."""

    def value(rows: Sequence[Row]) -> float | None:
        numbers = sorted(number for number in (_number(row.get(name)) for row in rows) if number is not None)
        return numbers[math.ceil(percent / 100 * len(numbers)) - 1] if numbers else None

    return value


def _number(value: Any) -> float | None:
    """Return a value as a number, also one in quotes; None where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _shown(value: object) -> str:
    """Return a value as results hold it: numbers with four decimals at most."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, int | float) else str(value)
