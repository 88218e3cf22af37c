"""The condition of a `filter` command: comparisons, like, in, ispresent, joined by and, or, not. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.insights.discovery import Row
from warmgate_ops.rehearsal.cloud.logs.insights.tokens import Token, Tokens

Predicate = Callable[[Row], bool]
_Operand = Callable[[Row], Any]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def read_predicate(tokens: Tokens) -> Predicate:
    """Return the condition that stands next; raises QueryError."""
    parts = [_read_all(tokens)]
    while tokens.took("or"):
        parts.append(_read_all(tokens))
    return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)


def _read_all(tokens: Tokens) -> Predicate:
    parts = [_read_one(tokens)]
    while tokens.took("and"):
        parts.append(_read_one(tokens))
    return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)


def _read_one(tokens: Tokens) -> Predicate:
    if tokens.took("not"):
        inner = _read_one(tokens)
        return lambda row: not inner(row)
    if tokens.took("("):
        inner = read_predicate(tokens)
        tokens.expect_sign(")")
        return inner
    first = tokens.next()
    if first.text.lower() == "ispresent":
        tokens.expect_sign("(")
        name = tokens.expect("name", "a field").bare
        tokens.expect_sign(")")
        return lambda row: name in row
    return _read_comparison(tokens, first)


def _read_comparison(tokens: Tokens, first: Token) -> Predicate:
    left = _operand(tokens, first)
    negated = tokens.took("not")
    token = tokens.next()
    word = token.text.lower()
    if word in {"like", "=~"}:
        found = _like(left, _pattern(tokens))
    elif word == "in":
        found = _within(left, _choices(tokens))
    elif word in _COMPARE and not negated:
        found = _compared(_COMPARE[word], left, _operand(tokens, tokens.next()))
    else:
        raise tokens.error(token, "like or in" if negated else "a comparison, like or in")
    return (lambda row: not found(row)) if negated else found


def _operand(tokens: Tokens, token: Token) -> _Operand:
    if token.kind == "number":
        value: Any = float(token.text)
    elif token.kind == "text":
        value = token.bare
    elif token.kind == "name":
        name = token.bare
        return lambda row: row.get(name)
    else:
        raise tokens.error(token, "a field, a number or a text in quotes")
    return lambda _: value


def _pattern(tokens: Tokens) -> re.Pattern[str]:
    """Return a text to be contained, or a regular expression to be found."""
    expression = tokens.regex()
    return expression or re.compile(re.escape(tokens.expect("text", "a text in quotes or a /regular expression/").bare))


def _choices(tokens: Tokens) -> list[_Operand]:
    tokens.expect_sign("[")
    found = [_operand(tokens, tokens.next())]
    while tokens.took(","):
        found.append(_operand(tokens, tokens.next()))
    tokens.expect_sign("]")
    return found


def _like(left: _Operand, pattern: re.Pattern[str]) -> Predicate:
    def holds(row: Row) -> bool:
        value = left(row)
        return value is not None and pattern.search(str(value)) is not None

    return holds


def _within(left: _Operand, choices: list[_Operand]) -> Predicate:
    return lambda row: any(_compared(operator.eq, left, choice)(row) for choice in choices)


def _compared(compare: Callable[[Any, Any], bool], left: _Operand, right: _Operand) -> Predicate:
    """Return a comparison of numbers where both sides are some, else of texts; a missing field fits none."""

    def holds(row: Row) -> bool:
        one, other = left(row), right(row)
        if one is None or other is None:
            return False
        numbers = number_of(one), number_of(other)
        return compare(str(one), str(other)) if None in numbers else compare(*numbers)

    return holds


def number_of(value: Any) -> float | None:
    """Return a value as a number, None where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
