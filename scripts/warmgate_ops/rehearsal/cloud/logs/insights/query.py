"""Compiles a query, command by command, and runs it over rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.insights.aggregates import aggregated, read_alias, read_stats
from warmgate_ops.rehearsal.cloud.logs.insights.discovery import Row, shown
from warmgate_ops.rehearsal.cloud.logs.insights.predicates import Predicate, number_of, read_predicate
from warmgate_ops.rehearsal.cloud.logs.insights.tokens import QueryError, Tokens

Stage = Callable[[list[Row]], list[Row]]
_LARGEST = 10_000
_COMMANDS = ("fields", "display", "filter", "parse", "stats", "sort", "limit")


@dataclass(slots=True)
class Query:
    """A compiled query."""

    stages: list[Stage] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    """What is shown; the event's time and text where no command says."""
    is_aggregated: bool = False
    filters: list[Predicate] = field(default_factory=list)
    """Those before any stats, which say how many records matched."""

    def matched(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that every filter lets through."""
        return [row for row in rows if all(holds(row) for holds in self.filters)]

    def run(self, rows: Sequence[Row], limit: int | None = None) -> list[list[dict[str, str]]]:
        """Return the result rows of GetQueryResults for rows in the order of time."""
        found = list(reversed(rows))
        for stage in self.stages:
            found = stage(found)
        columns = self.columns or ["@timestamp", "@message"]
        if not self.is_aggregated:
            columns = [*columns, "@ptr"]
        return [
            [{"field": name, "value": shown(name, row[name])} for name in columns if name in row]
            for row in found[: min(_LARGEST, limit or _LARGEST)]
        ]


def compile_query(text: str) -> Query:
    """Return a query that can be run; raises QueryError that names what is not understood."""
    tokens, query = Tokens(text), Query()
    while True:
        _read_command(tokens, query)
        token = tokens.next()
        if token.kind == "end":
            return query
        if token.text != "|":
            raise tokens.error(token, "| or the end of the query")


def _read_command(tokens: Tokens, query: Query) -> None:
    token = tokens.next()
    match token.text.lower():
        case "fields":
            query.columns += _read_fields(tokens, query)
        case "display":
            query.columns = _read_fields(tokens, query)
        case "filter":
            holds = read_predicate(tokens)
            if not query.is_aggregated:
                query.filters.append(holds)
            query.stages.append(lambda rows: [row for row in rows if holds(row)])
        case "parse":
            query.stages.append(_read_parse(tokens))
        case "stats":
            groups, aggregates = read_stats(tokens)
            query.stages.append(lambda rows: aggregated(rows, groups, aggregates))
            query.columns = [column.name for column in (*groups, *aggregates)]
            query.is_aggregated = True
        case "sort":
            query.stages.append(_read_sort(tokens))
        case "limit":
            query.stages.append(_read_limit(tokens))
        case _:
            raise tokens.error(token, f"a command: {', '.join(_COMMANDS)}")


def _read_fields(tokens: Tokens, query: Query) -> list[str]:
    names: list[str] = []
    while True:
        source = tokens.expect("name", "a field").bare
        names.append(read_alias(tokens, source))
        if names[-1] != source:
            query.stages.append(_copied(source, names[-1]))
        if not tokens.took(","):
            return names


def _copied(source: str, name: str) -> Stage:
    return lambda rows: [{**row, name: row[source]} if source in row else row for row in rows]


def _read_limit(tokens: Tokens) -> Stage:
    token = tokens.expect("number", "a count")
    if not token.text.isdigit() or not 1 <= int(token.text) <= _LARGEST:
        raise tokens.error(token, f"a whole number from 1 to {_LARGEST}")
    count = int(token.text)
    return lambda rows: rows[:count]


def _read_sort(tokens: Tokens) -> Stage:
    keys: list[tuple[str, bool]] = []
    while not keys or tokens.took(","):
        token = tokens.expect("name", "a field")
        name = token.bare
        if name.lower() in {"bin", "count", "pct", "sum", "avg", "min", "max"} and tokens.peek().text == "(":
            name = _read_column(tokens, token.at)
        descending = tokens.took("desc")
        if not descending:
            tokens.took("asc")
        keys.append((name, descending))

    def ordered(rows: list[Row]) -> list[Row]:
        found = rows
        for name, descending in reversed(keys):
            found = sorted(found, key=lambda row: _rank(row.get(name)), reverse=descending)
        return found

    return ordered


def _read_column(tokens: Tokens, at: int) -> str:
    """Return the name of a column that was not given one, such as count(*)."""
    while tokens.next().text != ")":
        if tokens.peek().kind == "end":
            raise tokens.error(tokens.peek(), "')'")
    return tokens.since(at)


def _rank(value: Any) -> tuple[int, float, str]:
    """Return what orders values of any kind: missing ones first, then numbers, then texts."""
    number = number_of(value)
    if value is None:
        return 0, 0.0, ""
    return (1, number, "") if number is not None else (2, 0.0, str(value))


def _read_parse(tokens: Tokens) -> Stage:
    """Return a stage that adds the named groups of an expression, or what stands at the asterisks of a text."""
    source = "@message" if tokens.peek().kind == "text" else ""
    expression = None if source else tokens.regex()
    if not source and expression is None:
        source = tokens.expect("name", "a field, a text or a /regular expression/").bare
        expression = tokens.regex()
    if expression is None:
        expression = _read_glob(tokens)
    pattern, of = expression, source or "@message"

    def parsed(rows: list[Row]) -> list[Row]:
        return [{**row, **_groups(pattern, row.get(of))} for row in rows]

    return parsed


def _read_glob(tokens: Tokens) -> re.Pattern[str]:
    token = tokens.expect("text", "a text with asterisks or a /regular expression/")
    if not tokens.took("as"):
        raise tokens.error(tokens.peek(), "as and a name for each asterisk")
    names = [tokens.expect("name", "a name").bare]
    while tokens.took(","):
        names.append(tokens.expect("name", "a name").bare)
    parts = [re.escape(part) for part in token.bare.split("*")]
    if len(parts) != len(names) + 1:
        raise tokens.error(token, f"{len(names)} asterisks for as many names")
    groups = [f"(?P<{name}>.*?)" for name in names]
    if not parts[-1]:
        groups[-1] = groups[-1].replace("*?", "*")
    try:
        return re.compile("".join(part + group for part, group in zip(parts, [*groups, ""], strict=True)))
    except re.error as error:
        raise QueryError(f"names after as: {error}", token.at, token.at + len(token.text)) from error


def _groups(pattern: re.Pattern[str], value: Any) -> Row:
    found = pattern.search(str(value)) if value is not None else None
    return {name: text for name, text in found.groupdict().items() if text is not None} if found else {}
