"""Kinds of values around a probe's payload. A payload may be secret: no fault here repeats a value."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from warmgate.documents.nodes import ListNode, MapNode, Node
from warmgate.documents.place import Place, nearest
from warmgate.documents.scalars import MAX_DIGITS, Meaning, meaning_of, shown
from warmgate.errors import Fault, PolicyError, UnfitError, WarmgateError
from warmgate.policy.kinds import Kind, Text

MAX_PAYLOAD = 6_291_456
"""Bytes that Lambda accepts in a synchronous call (Lambda quotas)."""
_QUOTE_IT = "put it in quotes if it is text, else write it as JSON does"


class JsonValue(Kind):
    """Any JSON value, written as YAML."""

    __slots__ = ()
    holds_none = True

    @property
    def expected(self) -> str:
        """Return JSON's name."""
        return "a JSON value"

    def read(self, node: Node, at: Place) -> Any:
        """Return the value; keys are text as they are written, as JSON has no others."""
        faults = tuple(_faults(node, at))
        if faults:
            raise PolicyError(*faults)
        return _value(node)

    def write(self, value: Any) -> Any:
        """Return the value."""
        return value


def _faults(node: Node, at: Place) -> Iterator[Fault]:
    if isinstance(node, MapNode):
        for entry in node.entries:
            yield from _faults(entry.value, at.key(entry.key))
    elif isinstance(node, ListNode):
        for index, item in enumerate(node.items):
            yield from _faults(item, at.item(index))
    elif meaning_of(node) is Meaning.UNCLEAR:
        found = "a word, number or date that not every YAML reader takes for the same"
        yield at.fault(node.line, found=found, expected="a JSON value", fix=_QUOTE_IT)
    elif meaning_of(node) in (Meaning.WHOLE, Meaning.NUMBER) and not _fits(node.text):
        yield at.fault(node.line, found="a number too large for JSON readers", expected="a JSON value", fix=_QUOTE_IT)


def _fits(text: str) -> bool:
    return len(text) <= MAX_DIGITS and math.isfinite(float(text))


def _value(node: Node) -> Any:
    if isinstance(node, MapNode):
        return {entry.key: _value(entry.value) for entry in node.entries}
    if isinstance(node, ListNode):
        return [_value(item) for item in node.items]
    meaning = meaning_of(node)
    if meaning is Meaning.TEXT:
        return node.text
    if meaning is Meaning.NULL:
        return None
    if meaning is Meaning.FLAG:
        return node.text.lower() == "true"
    return int(node.text) if meaning is Meaning.WHOLE else float(node.text)


class LoadedFile(NamedTuple):
    """A payload file's path and the JSON value in it."""

    path: str
    payload: Any


class PayloadFile(Text):
    """The path of a JSON file in the policy's folder."""

    __slots__ = ()

    def __init__(self) -> None:
        name = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
        super().__init__(
            "the path of a JSON file inside the policy's folder, such as payloads/quote.json",
            pattern=rf"{name}(?:/{name})*",
            most=200,
            fix="name a file beside the policy or in a folder below it, without `..` and without `/` in front",
        )

    def read(self, node: Node, at: Place) -> Any:
        """Return the path with the file's content."""
        path = Text.read(self, node, at)
        return LoadedFile(path, self._content(path, node.line, at))

    def _content(self, path: str, line: int, at: Place) -> Any:
        if at.load_file is None:
            fix = "write the payload here, under payload:"
            found = "a file beside a policy that comes without files"
            raise PolicyError(at.fault(line, found=found, expected="a payload in the policy itself", fix=fix))
        try:
            return _parse_json(at.load_file(path))
        except RecursionError as error:
            raise PolicyError(self._fault(at, line, path, "values nested too deeply")) from error
        except json.JSONDecodeError as error:
            raise PolicyError(self._fault(at, line, path, f"line {error.lineno}: {error.msg}")) from error
        except (OSError, ValueError, WarmgateError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PolicyError(self._fault(at, line, path, reason)) from error

    def _fault(self, at: Place, line: int, path: str, reason: str) -> Fault:
        found = f"{path} ({shown(reason)})"
        return at.fault(line, found=found, expected="a file with one JSON value", fix="correct the file or its path")


def _parse_json(text: str) -> Any:
    if len(text.encode(errors="replace")) > MAX_PAYLOAD:
        raise UnfitError(f"more than the {MAX_PAYLOAD} bytes that Lambda takes")
    value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_each_key_once)
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise UnfitError("a number or character that JSON cannot carry") from error
    return value


def _refuse_constant(word: str) -> NoReturn:
    raise UnfitError(f"{word} is not JSON")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise UnfitError("a key stands twice in one object")
    return mapping


class Expression(Text):
    """A JMESPath expression."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a JMESPath expression", pattern=r"[\s\S]*\S[\s\S]*", most=1000, fix="write an expression")

    def read(self, node: Node, at: Place) -> str:
        """Return the expression once it has been compiled."""
        text = Text.read(self, node, at)
        # Most policies have no expression, and a hook's cold start should not pay for them.
        from jmespath.exceptions import JMESPathError

        from warmgate.policy.expressions import CostlyExpressionError, syntax_of

        try:
            syntax = syntax_of(text)
        except CostlyExpressionError as error:
            found = f"an expression that takes too much work ({error})"
            fix = "ask for less: fewer parts, and no lists of lists that are flattened again"
            raise PolicyError(at.fault(node.line, found=found, expected=self.expected, fix=fix)) from error
        except (JMESPathError, RecursionError) as error:
            position = getattr(error, "lex_position", None)
            fix = f"look at character {position + 1}" if isinstance(position, int) else "look at quotes and brackets"
            raise PolicyError(at.fault_of(node, self.expected, fix)) from error
        self._check_functions(syntax, node.line, at)
        return text

    def _check_functions(self, syntax: Any, line: int, at: Place) -> None:
        """Refuse unknown functions: JMESPath looks them up when it runs, which is in the middle of a release."""
        from warmgate.policy.expressions import FUNCTIONS, nodes_of

        for name in (part["value"] for part in nodes_of(syntax) if part["type"] == "function_expression"):
            if name not in FUNCTIONS:
                near = nearest(name, FUNCTIONS)
                fix = f"write {near}()" if near else "use a function that JMESPath has"
                raise PolicyError(
                    at.fault(line, found=f"the function {shown(name)}()", expected=self.expected, fix=fix)
                )
