"""Filter patterns of CloudWatch Logs: terms, and conditions on JSON events. Pure; others are refused by name."""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from collections.abc import Callable
from typing import Any

Matcher = Callable[[str], bool]
_Condition = Callable[[Any], bool]

_TERM = re.compile(r'\s*(?P<sign>[-?]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]+))')
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<selector>\$(?:\.[\w-]+|\[\d+\]|\['[^']*'\])*)
      | (?P<compare>!=|<=|>=|=|<|>)
      | (?P<sign>&&|\|\||\(|\))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<word>[\w.*+:/@-]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING = object()


class PatternError(Exception):
    """A filter pattern that CloudWatch refuses, or that is not known here."""


def matcher_of(pattern: str) -> Matcher:
    """Return what decides whether a message is let through; raises PatternError."""
    text = pattern.strip()
    if not text:
        return lambda _: True
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError(f"Invalid filter pattern: {pattern!r} has no closing brace")
        return _on_json(_Conditions(text[1:-1]).parsed())
    if text[0] in "[%":
        raise PatternError(f"Invalid filter pattern: {pattern!r} is neither terms nor a condition on JSON")
    return _on_terms(text)


def _on_terms(text: str) -> Matcher:
    wanted: dict[str, list[str]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise PatternError(f"Invalid filter pattern: {text[at:]!r} is no term")
        bare = term["bare"]
        if bare is not None and not re.fullmatch(r"\w+", bare):
            raise PatternError(f"Invalid character(s) in term {bare!r}: a term that is no word needs double quotes")
        wanted[term["sign"]].append(bare if bare is not None else re.sub(r"\\(.)", r"\1", term["quoted"]))
        at = term.end()

    def matches(message: str) -> bool:
        return (
            all(term in message for term in wanted[""])
            and not any(term in message for term in wanted["-"])
            and (not wanted["?"] or any(term in message for term in wanted["?"]))
        )

    return matches


def _on_json(condition: _Condition) -> Matcher:
    def matches(message: str) -> bool:
        if not message.lstrip().startswith("{"):
            return False
        try:
            return condition(json.loads(message))
        except ValueError:
            return False

    return matches


class _Conditions:
    """A recursive descent through the conditions between the braces."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise PatternError(f"Invalid filter pattern: {text[at:].strip()!r} is not understood")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._tokens.reverse()

    def parsed(self) -> _Condition:
        condition = self._any()
        if self._tokens:
            raise PatternError(f"Invalid filter pattern: {self._tokens[-1][1]!r} is one too many")
        return condition

    def _any(self) -> _Condition:
        parts = [self._all()]
        while self._tokens and self._tokens[-1] == ("sign", "||"):
            self._tokens.pop()
            parts.append(self._all())
        return lambda event: any(part(event) for part in parts)

    def _all(self) -> _Condition:
        parts = [self._one()]
        while self._tokens and self._tokens[-1] == ("sign", "&&"):
            self._tokens.pop()
            parts.append(self._one())
        return lambda event: all(part(event) for part in parts)

    def _one(self) -> _Condition:
        kind, text = self._next()
        if (kind, text) == ("sign", "("):
            inner = self._any()
            self._expect("sign", ")")
            return inner
        if kind != "selector":
            raise PatternError(f"Invalid filter pattern: found {text!r}, expected a selector such as $.type")
        steps = _steps(text)
        kind, sign = self._next()
        if kind == "compare":
            return _comparison(steps, sign, *self._next())
        words = f"{sign} {self._next()[1]}".upper()
        known: dict[str, _Condition] = {
            "IS NULL": lambda event: _found(event, steps) is None,
            "IS TRUE": lambda event: _found(event, steps) is True,
            "IS FALSE": lambda event: _found(event, steps) is False,
            "NOT EXISTS": lambda event: _found(event, steps) is _MISSING,
        }
        if words not in known:
            raise PatternError(f"Invalid filter pattern: {text} {words} is not understood")
        return known[words]

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise PatternError("Invalid filter pattern: it ends too soon")
        return self._tokens.pop()

    def _expect(self, kind: str, text: str) -> None:
        if (found := self._next()) != (kind, text):
            raise PatternError(f"Invalid filter pattern: found {found[1]!r}, expected {text!r}")


def _comparison(steps: tuple[str | int, ...], sign: str, kind: str, text: str) -> _Condition:
    number = _number(text) if kind == "word" else None
    order = _ORDER.get(sign)
    if kind not in {"word", "quoted"} or (order is not None and number is None):
        raise PatternError(f"Invalid filter pattern: {sign} {text!r} compares with no value that fits")

    def holds(event: Any) -> bool:
        found = _found(event, steps)
        if found is _MISSING or isinstance(found, dict | list):
            return False
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if order is not None:
            return is_number and order(float(found), number or 0.0)
        equal = found == number if is_number and number is not None else fnmatch.fnmatchcase(str(found), _globbed(text))
        return equal if sign == "=" else not equal

    return holds


def _globbed(text: str) -> str:
    """Return a text as a glob in which the asterisk alone is a wildcard."""
    return re.sub(r"([\[?])", r"[\1]", text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _steps(selector: str) -> tuple[str | int, ...]:
    return tuple(int(index) if index else name or quoted for name, index, quoted in _STEP.findall(selector))


def _found(event: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, int):
            inside = isinstance(event, list) and step < len(event)
        else:
            inside = isinstance(event, dict) and step in event
        if not inside:
            return _MISSING
        event = event[step]
    return event
