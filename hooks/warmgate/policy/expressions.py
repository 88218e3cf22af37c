"""JMESPath within bounds: an expression's size, and the work and memory that it may take whatever the answer is.

Work is counted before it is done. One step is one node evaluated, one item copied, or one value or 64 characters that a
function or a comparison may walk through; so neither time nor memory can grow beyond what the steps allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jmespath import compile as compile_text
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

FUNCTIONS = frozenset(Functions.FUNCTION_TABLE)
MOST_NODES = 300
MOST_STEPS = 1_000_000
"""A filter over 200,000 items takes them; a second or two on a hook of 512 MB."""
CHARACTERS_A_STEP = 64
GLANCES = frozenset({"length", "not_null", "to_array", "type"})
"""Functions that look at no item of what they are given."""
WALKS = frozenset({"contains", "to_string"})
"""Functions that go to the bottom of what they are given; all others look at its items alone."""
MAKES_TEXT = frozenset({"join", "reverse", "to_string"})
"""Functions that make new text of old: eight characters are a step there, as an escape makes six of one."""


class CostlyExpressionError(JMESPathError):
    """An expression that takes more work than an answer is worth."""


def compiled(expression: str) -> Callable[[Any], bool]:
    """Return what says whether an answer makes an expression true; it raises CostlyExpressionError among others.

    Raises:
        JMESPathError: it is no expression.
    """
    syntax = compile_text(expression).parsed
    return lambda answer: _Bounded().visit(syntax, answer) is True


def syntax_of(expression: str) -> Any:
    """Return the parsed expression, tried on an empty answer.

    Raises:
        CostlyExpressionError: it has too many parts, or multiplies even an empty answer.
        JMESPathError: it is no expression.
    """
    syntax = compile_text(expression).parsed
    if (count := sum(1 for _ in nodes_of(syntax))) > MOST_NODES:
        raise CostlyExpressionError(f"{count} parts, at most {MOST_NODES}")
    try:
        _Bounded().visit(syntax, {})
    except CostlyExpressionError:
        raise
    except Exception:  # noqa: BLE001, S110 - that an empty answer does not suit it is no fault
        pass
    return syntax


def nodes_of(syntax: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a parsed expression."""
    if isinstance(syntax, dict):
        yield syntax
        for child in syntax["children"]:
            yield from nodes_of(child)


class _Bounded(TreeInterpreter):
    """JMESPath's interpreter with a counter of steps."""

    def __init__(self) -> None:
        super().__init__()
        self._left = MOST_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if isinstance(base, list):
            self._spend(sum(len(item) if isinstance(item, list) else 1 for item in base))
        return super().visit_flatten(_on_known(node, base), None)

    def visit_slice(self, node: Any, value: Any) -> Any:
        self._spend(len(value) if isinstance(value, list) else 0)
        return super().visit_slice(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        self._compare(left, right)
        return super().visit_comparator(_on_known(node, left, right), None)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        name, arguments = node["value"], [self.visit(child, value) for child in node["children"]]
        characters = CHARACTERS_A_STEP // 8 if name in MAKES_TEXT else CHARACTERS_A_STEP
        for argument in () if name in GLANCES else arguments:
            self._walk(argument, characters, to_the_bottom=name in WALKS)
        if name == "join" and isinstance(arguments[-1], list):
            self._spend(len(arguments[-1]) * len(str(arguments[0])) // characters)
        return Functions().call_function(name, arguments)

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise CostlyExpressionError(f"more than {MOST_STEPS:,} steps")

    def _walk(self, value: Any, characters: int, *, to_the_bottom: bool) -> None:
        """Spend what it takes to walk through a value; what stands in it twice is walked through twice."""
        waiting, deeper = [value], True
        while waiting:
            found = waiting.pop()
            self._spend(1 + (len(found) // characters if isinstance(found, str) else 0))
            if deeper and isinstance(found, list | dict):
                self._spend(len(found))
                waiting.extend(found.values() if isinstance(found, dict) else found)
                waiting.extend(found if isinstance(found, dict) else ())
                deeper = to_the_bottom

    def _compare(self, left: Any, right: Any) -> None:
        """Spend what it takes to compare two values, which ends where their lengths differ."""
        waiting = [(left, right)]
        while waiting:
            one, other = waiting.pop()
            self._spend(1)
            if isinstance(one, str) and isinstance(other, str):
                self._spend(min(len(one), len(other)) // CHARACTERS_A_STEP)
            elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
                self._spend(len(one))
                waiting.extend(zip(one, other, strict=True))
            elif isinstance(one, dict) and isinstance(other, dict) and len(one) == len(other):
                self._spend(len(one))
                waiting.extend((value, other.get(key)) for key, value in one.items())


def _on_known(node: Any, *values: Any) -> Any:
    """Return a node whose children are values that have been found."""
    return {**node, "children": [{"type": "literal", "value": value, "children": []} for value in values]}
