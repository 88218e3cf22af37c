"""The `stats` command: aggregates of groups of rows. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.insights.discovery import Instant, Row
from warmgate_ops.rehearsal.cloud.logs.insights.predicates import number_of
from warmgate_ops.rehearsal.cloud.logs.insights.tokens import Tokens

_SPANS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_OF_NUMBERS: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "avg": lambda values: math.fsum(values) / len(values),
    "min": min,
    "max": max,
}
_KNOWN = ("count", "count_distinct", *_OF_NUMBERS, "pct")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the result: its name and its value, of a row for a group, of rows for an aggregate."""

    name: str
    value: Callable[[Any], Any]


def read_stats(tokens: Tokens) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Return the groups and the aggregates of a stats command; raises QueryError."""
    aggregates = [_read_aggregate(tokens)]
    while tokens.took(","):
        aggregates.append(_read_aggregate(tokens))
    groups: list[Column] = []
    if tokens.took("by"):
        groups.append(_read_group(tokens))
        while tokens.took(","):
            groups.append(_read_group(tokens))
    return tuple(groups), tuple(aggregates)


def aggregated(rows: list[Row], groups: tuple[Column, ...], aggregates: tuple[Column, ...]) -> list[Row]:
    """Return one row a group, in the order in which the groups were met; none where there are no rows."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(group.value(row) for group in groups), []).append(row)
    results: list[Row] = []
    for key, members in found.items():
        values = [*zip((group.name for group in groups), key, strict=True)]
        values += [(aggregate.name, aggregate.value(members)) for aggregate in aggregates]
        results.append({name: value for name, value in values if value is not None})
    return results


def read_alias(tokens: Tokens, otherwise: str) -> str:
    """Return the name after `as`, else the given one; raises QueryError."""
    return tokens.expect("name", "a name").bare if tokens.took("as") else otherwise


def _read_aggregate(tokens: Tokens) -> Column:
    token = tokens.expect("name", f"one of {', '.join(_KNOWN)}")
    function = token.text.lower()
    if function not in _KNOWN:
        raise tokens.error(token, f"one of {', '.join(_KNOWN)}")
    tokens.expect_sign("(")
    if function == "count" and (tokens.took("*") or tokens.peek().text == ")"):
        value: Callable[[list[Row]], Any] = len
    else:
        name = tokens.expect("name", "a field").bare
        value = _percentile(name, _read_percent(tokens)) if function == "pct" else _of_field(function, name)
    tokens.expect_sign(")")
    return Column(read_alias(tokens, tokens.since(token.at)), value)


def _read_percent(tokens: Tokens) -> float:
    tokens.expect_sign(",")
    token = tokens.expect("number", "a percentage")
    percent = float(token.text)
    if not 0 < percent <= 100:
        raise tokens.error(token, "a percentage above 0 and up to 100")
    return percent


def _read_group(tokens: Tokens) -> Column:
    token = tokens.expect("name", "a field or bin(…)")
    if token.text.lower() != "bin":
        name = token.bare
        return Column(read_alias(tokens, name), lambda row: row.get(name))
    tokens.expect_sign("(")
    span = tokens.expect("span", "a span such as 1m").text
    tokens.expect_sign(")")
    count = int(span.rstrip("mshdw"))
    width_ms = count * _SPANS_MS[span.lstrip("0123456789")]
    if width_ms <= 0:
        raise tokens.error(token, "a span longer than nothing")
    return Column(
        read_alias(tokens, tokens.since(token.at)), lambda row: Instant(row["@timestamp"] // width_ms * width_ms)
    )


def _of_field(function: str, name: str) -> Callable[[list[Row]], Any]:
    def value(rows: list[Row]) -> Any:
        present = [row[name] for row in rows if name in row]
        if function == "count":
            return len(present)
        if function == "count_distinct":
            return len(set(present))
        numbers = [number for number in map(number_of, present) if number is not None]
        return _OF_NUMBERS[function](numbers) if numbers else None

    return value


def _percentile(name: str, percent: float) -> Callable[[list[Row]], float | None]:
    """Return the nearest-rank percentile: a value that was measured."""

    def value(rows: list[Row]) -> float | None:
        numbers = sorted(number for number in (number_of(row.get(name)) for row in rows) if number is not None)
        return numbers[math.ceil(percent / 100 * len(numbers)) - 1] if numbers else None

    return value
