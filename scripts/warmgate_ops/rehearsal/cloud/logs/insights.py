"""Logs Insights as far as it is asked here: events that fields pick, shown, or counted and ranked by group. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from warmgate_ops.rehearsal.cloud.logs.aggregates import (
    Aggregate,
    Condition,
    Parsing,
    count_of,
    extreme_of,
    percentile_of,
)
from warmgate_ops.rehearsal.cloud.logs.fields import OWN_FIELDS, Row

SHAPE = (
    '[fields FIELD, ... |] filter FIELD = "TEXT" [and FIELD like /REGEX/] [| parse FIELD /REGEX/]'
    " | stats AGGREGATE as NAME, ... by FIELD, ... | limit N"
)
"""The shape of a query that is known: `in ["TEXT", ...]`, `not like` and `[not] ispresent(FIELD)` are conditions, too.

With `fields`, `sort @timestamp asc` stands for `stats`; `by` and `limit` may be left out.
"""
LARGEST = 10_000
"""The most rows of a result."""
_AGGREGATE = "count(*), count(FIELD), min(FIELD), max(FIELD) or pct(FIELD, N)"
T = TypeVar("T")
_FIELD = r"(?P<field>@?[A-Za-z_][\w.-]*)"


class QueryError(Exception):
    """A query that is wrong or not known here; `start` and `end` are the characters it is about."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that can be run."""

    conditions: tuple[Condition, ...]
    """All of which hold of a row that is let through."""
    aggregates: tuple[Aggregate, ...]
    groups: tuple[str, ...] = ()
    limit: int = LARGEST
    fields: tuple[str, ...] = ()
    """What is shown of each row, by time, where nothing is counted."""
    parsings: tuple[Parsing, ...] = ()

    def matched(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that the filter lets through, with what is parsed out of them."""
        found = [row for row in rows if all(condition.holds(row) for condition in self.conditions)]
        for parsing in self.parsings:
            found = [parsing.added(row) for row in found]
        return found

    def run(self, rows: Sequence[Row], limit: int | None = None) -> list[list[dict[str, str]]]:
        """Return the result rows of GetQueryResults for rows in the order of time."""
        most = min(self.limit, limit or LARGEST)
        if not self.aggregates:
            return [_cells_of(row, self.fields) for row in islice(self.matched(rows), most)]
        members: dict[tuple[Any, ...], list[Row]] = {}
        for row in reversed(self.matched(rows)):
            members.setdefault(tuple(row.get(name) for name in self.groups), []).append(row)
        return [self._cells(key, found) for key, found in islice(members.items(), most)]

    def _cells(self, key: tuple[Any, ...], members: Sequence[Row]) -> list[dict[str, str]]:
        values = [*zip(self.groups, key, strict=True), *((each.name, each.value(members)) for each in self.aggregates)]
        return [{"field": name, "value": _shown(value)} for name, value in values if value is not None]


def compile_query(text: str) -> Query:
    """Return a query that can be run; raises QueryError that names what is not understood."""
    reader = _Reader(text)
    fields: tuple[str, ...] = ()
    if reader.took(r"fields\b"):
        fields = reader.listed(reader.field)
        reader.take(r"\|", "'|'")
    reader.take(r"filter\b", "filter")
    conditions = [reader.condition()]
    while reader.took(r"and\b"):
        conditions.append(reader.condition())
    parsings = []
    while reader.took(r"\|\s*parse\b"):
        parsings.append(Parsing(reader.field(), reader.regex()))
    aggregates: tuple[Aggregate, ...] = ()
    groups: tuple[str, ...] = ()
    if fields:
        reader.take(r"\|\s*sort\s+@timestamp\s+asc\b", "| sort @timestamp asc")
    else:
        reader.take(r"\|\s*stats\b", "| stats")
        aggregates = reader.listed(reader.aggregate)
        groups = reader.listed(reader.field) if reader.took(r"by\b") else ()
    limit = reader.limit() if reader.took(r"\|\s*limit\b") else LARGEST
    reader.take(r"$", "| limit N or the end of the query")
    return Query(
        conditions=tuple(conditions),
        aggregates=aggregates,
        groups=groups,
        limit=limit,
        fields=fields,
        parsings=tuple(parsings),
    )


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
        absent = self.took(r"not\s+(?=ispresent\b)")
        if self.took(r"ispresent\s*\("):
            name = self.field()
            self.take(r"\)", "')'")
            return Condition(name, lambda _: True, absent)
        name = self.field()
        if self.took(r"not\s+like(?=\s*/)"):
            unwanted = self.regex()
            return Condition(name, lambda text: unwanted.search(text) is None)
        if self.took(r"like(?=\s*/)"):
            wanted_regex = self.regex()
            return Condition(name, lambda text: wanted_regex.search(text) is not None)
        if self.took(r"in\b"):
            self.take(r"\[", "'['")
            texts = frozenset(self.listed(self.text))
            self.take(r"\]", "']'")
            return Condition(name, texts.__contains__)
        self.take("=", "=")
        wanted = self.text()
        return Condition(name, lambda text: text == wanted)

    def regex(self) -> re.Pattern[str]:
        before = self._at
        try:
            written = self.take(r"/(?P<regex>(?:[^/\\]|\\.)*)/", "/REGEX/")["regex"]
            return re.compile(written.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!"))
        except re.error as error:
            self._at = before
            raise QueryError(*self._unexpected("a regular expression")) from error

    def text(self) -> str:
        return self.take(r'"(?P<text>[^"\\]*)"', "a text in double quotes")["text"]

    def aggregate(self) -> Aggregate:
        if self.took(r"count\s*\(\s*\*\s*\)"):
            value: Callable[[Sequence[Row]], float | None] = len
        elif self.took(r"count\s*\("):
            value = count_of(self.field())
            self.take(r"\)", "')'")
        elif extreme := self._match(r"(?P<name>min|max)\s*\("):
            self._at = extreme.end()
            value = extreme_of(self.field(), min if extreme["name"] == "min" else max)
            self.take(r"\)", "')'")
        else:
            self.take(r"pct\s*\(", _AGGREGATE)
            name = self.field()
            value = percentile_of(name, self._percent())
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


def _cells_of(row: Row, fields: Sequence[str]) -> list[dict[str, str]]:
    """Return what is shown of a row; the pointer to its record is always there."""
    values = {**row, "@timestamp": _time(row["@timestamp"]), "@ptr": "pointer"}
    return [{"field": name, "value": _shown(values[name])} for name in (*fields, "@ptr") if name in values]


def _time(at_ms: int) -> str:
    """Return a time as a result shows it."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at_ms % 1000:03d}"


def _shown(value: object) -> str:
    """Return a value as results hold it: numbers with four decimals at most."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, int | float) else str(value)
