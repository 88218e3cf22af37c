"""Kinds of single values: each reads a node, writes the value back, and says in words what it expects."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from warmgate.documents.nodes import Node, ScalarNode
from warmgate.documents.place import Place, nearest
from warmgate.documents.scalars import Meaning, is_number, meaning_of
from warmgate.errors import PolicyError, UnfitError
from warmgate.policy.units import SMALL_SHARE, Unit, plain
from warmgate.policy.values import RatioLimit

_WITHIN = "write a number within these bounds, without quotes or unit"
_NO_UNIT = "write how much that is in the unit that the key names, as a number within these bounds"
_YES, _NO = ("true", "yes", "on", "1", "y", "enabled"), ("false", "no", "off", "0", "n", "disabled")


class Kind(ABC):
    """What may stand at a place of a document."""

    __slots__ = ()
    holds_none = False
    """Whether None is a value of its own here; elsewhere it means that the key is absent."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """Return what may stand here, in words."""

    @abstractmethod
    def read(self, node: Node, at: Place) -> Any:
        """Return the value of a node; raises PolicyError with every fault in it."""

    @abstractmethod
    def write(self, value: Any) -> Any:
        """Return the lists, mappings and scalars that `read` turns into this value."""


class Measure(Kind):
    """A number with a unit, within bounds; a bound that is not `allowed` is only approached."""

    __slots__ = ("example", "least", "least_allowed", "most", "most_allowed", "none_word", "unit")

    def __init__(
        self,
        *,
        unit: Unit,
        least: float,
        most: float,
        least_allowed: bool = True,
        most_allowed: bool = True,
        none_word: str = "",
        example: str = "",
    ) -> None:
        """Set the bounds, the word that stands for None where nothing may be measured, and what is usual here."""
        self.unit = unit
        self.example = example or unit.example
        self.least, self.least_allowed = least, least_allowed
        self.most, self.most_allowed = most, most_allowed
        self.none_word = none_word

    @property
    def holds_none(self) -> bool:  # type: ignore[override]
        """Return whether a word stands for None."""
        return bool(self.none_word)

    @property
    def expected(self) -> str:
        """Return the unit and the bounds."""
        low = f"{'of at least' if self.least_allowed else 'above'} {self.unit.format(self.least)}"
        high = f"{'at most' if self.most_allowed else 'below'} {self.unit.format(self.most)}"
        return f"a {self.unit.name} {low} and {high}" + (f", or {self.none_word}" if self.none_word else "")

    def read(self, node: Node, at: Place) -> float | None:
        """Return the number, or None for the word that stands for it."""
        if self.none_word and isinstance(node, ScalarNode) and node.text == self.none_word:
            return None
        return self.number(node, at)

    def number(self, node: Node, at: Place) -> float:
        """Return the number in the unit's base: milliseconds, or a ratio."""
        text = node.text if isinstance(node, ScalarNode) else ""
        value = self.unit.parse(text)
        if value is None:
            raise PolicyError(at.fault_of(node, self.expected, self._fix(text)))
        if not self._holds(value):
            fix = f"write it like {self.example}, within these bounds"
            raise PolicyError(at.fault_of(node, self.expected, fix))
        return value

    def like(self, node: Node) -> str:
        """Return the text of a node where it can stand here, else an example."""
        text = node.text if isinstance(node, ScalarNode) else ""
        value = self.unit.parse(text)
        return text if value is not None and self._holds(value) else self.example.partition(" or ")[0]

    def _fix(self, text: str) -> str:
        readings = [guess for guess in self.unit.guesses(text) if self._is_allowed(guess)]
        # 0.5 may be a half or half a percent; where one percent is much, the smaller must not go unsaid.
        small = f"{plain(text)}%"
        if self.example == SMALL_SHARE and any(self.unit.parse(guess) or 0 for guess in readings):
            is_open = small not in readings and (self.unit.parse(readings[0]) or 0) >= 0.1
            readings = [small, *readings] if is_open and self._is_allowed(small) else readings
        if not readings:
            return f"write it like {self.example}"
        return f"write {' or '.join(readings)}" + (", whichever is meant" if len(readings) > 1 else "")

    def _is_allowed(self, text: str) -> bool:
        value = self.unit.parse(text)
        return value is not None and self._holds(value)

    def _holds(self, value: float) -> bool:
        above = value >= self.least if self.least_allowed else value > self.least
        below = value <= self.most if self.most_allowed else value < self.most
        return above and below

    def write(self, value: float | None) -> str:
        """Return the number with its unit."""
        return self.none_word if value is None else self.unit.format(value)


class RatioOf(Kind):
    """A ratio to the baseline that belongs to one statistic, the one its key names."""

    __slots__ = ("ratio", "statistic")

    def __init__(self, statistic: str, ratio: Measure) -> None:
        self.statistic = statistic
        self.ratio = ratio

    @property
    def expected(self) -> str:
        """Return the unit and the bounds."""
        return self.ratio.expected

    def read(self, node: Node, at: Place) -> RatioLimit:
        """Return the ratio with its statistic."""
        return RatioLimit(statistic=self.statistic, ratio=self.ratio.number(node, at))

    def write(self, value: RatioLimit) -> str:
        """Return the ratio alone."""
        return self.ratio.write(value.ratio)


class Whole(Kind):
    """A whole number within bounds."""

    __slots__ = ("least", "most")

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    @property
    def expected(self) -> str:
        """Return the bounds."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, node: Node, at: Place) -> int:
        """Return the number."""
        if isinstance(node, ScalarNode) and meaning_of(node) is Meaning.WHOLE and len(node.text) < 18:
            value = int(node.text)
            if self.least <= value <= self.most:
                return value
        raise PolicyError(at.fault_of(node, self.expected, self._fix(node)))

    def _fix(self, node: Node) -> str:
        written = re.fullmatch(
            r"([0-9]{1,3}(?:[,_ ][0-9]{3})+|[0-9]{1,9})(?:\.0+)?(k?)", _text_of(node).strip().lower()
        )
        meant = int(re.sub(r"\D", "", written[1])) * (1000 if written[2] else 1) if written else self.least - 1
        return f"write {meant}" if self.least <= meant <= self.most else _WITHIN

    def write(self, value: int) -> int:
        """Return the number."""
        return value


class Number(Kind):
    """A number without a unit, because its key names the unit."""

    __slots__ = ("above", "most", "suffixes")

    def __init__(self, *, above: float, most: float, suffixes: Mapping[str, float]) -> None:
        """Set the bounds, and how much each unit is that somebody may write all the same."""
        self.above = above
        self.most = most
        self.suffixes = suffixes

    @property
    def expected(self) -> str:
        """Return the bounds."""
        return f"a number above {self.above:g} and at most {self.most:g}"

    def read(self, node: Node, at: Place) -> float:
        """Return the number."""
        if isinstance(node, ScalarNode) and is_number(node) and self._holds(float(node.text)):
            return float(node.text)
        raise PolicyError(at.fault_of(node, self.expected, self._fix(plain(_text_of(node)))))

    def _fix(self, text: str) -> str:
        text = re.sub(r"^\$\s*(.*)", r"\1$", text)
        written = re.fullmatch(r"([0-9]{1,7}(?:\.[0-9]{1,6})?)\s*([a-zA-Z$\u00b5\u03bc]*)", text)
        if not written:
            return _WITHIN
        length = self.suffixes.get(written[2].lower(), 0) if written[2] else 1
        meant = float(written[1]) * length
        if self._holds(meant):
            return f"write {meant:.10g}"
        if not written[2]:
            return _WITHIN
        return f"{text} is {meant:.10g} here: write a number within these bounds" if length else _NO_UNIT

    def _holds(self, value: float) -> bool:
        return self.above < value <= self.most

    def write(self, value: float) -> float | int:
        """Return the number, without decimals where it has none."""
        return int(value) if value.is_integer() else value


class Word(Kind):
    """One word of a closed list."""

    __slots__ = ("words",)

    def __init__(self, words: type[StrEnum]) -> None:
        self.words = words

    @property
    def expected(self) -> str:
        """Return every word."""
        return " or ".join(self.words)

    def read(self, node: Node, at: Place) -> StrEnum:
        """Return the member that the word names."""
        text = node.text if isinstance(node, ScalarNode) else ""
        if text in list(self.words):
            return self.words(text)
        near = next((word for word in self.words if word.lower() == text.lower()), None) or nearest(text, self.words)
        fix = f"write {near}" if near else f"write one of {', '.join(self.words)}"
        raise PolicyError(at.fault_of(node, self.expected, fix))

    def write(self, value: StrEnum) -> str:
        """Return the word."""
        return str(value)


class Flag(Kind):
    """True or false."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        """Return both words."""
        return "true or false"

    def read(self, node: Node, at: Place) -> bool:
        """Return the truth value."""
        if isinstance(node, ScalarNode) and meaning_of(node) is Meaning.FLAG:
            return node.text.lower() == "true"
        word = _text_of(node).strip().lower()
        meant = "true" if word in _YES else "false" if word in _NO else "true or false"
        raise PolicyError(at.fault_of(node, self.expected, f"write {meant}, unquoted"))

    def write(self, value: bool) -> bool:
        """Return the truth value."""
        return value


class Text(Kind):
    """Text of a given shape."""

    __slots__ = ("fix", "most", "pattern", "wanted")

    def __init__(self, wanted: str, *, pattern: str, most: int, fix: str) -> None:
        self.wanted = wanted
        self.pattern = pattern
        self.most = most
        self.fix = fix

    @property
    def expected(self) -> str:
        """Return the shape in words."""
        return f"{self.wanted}, at most {self.most} characters"

    def read(self, node: Node, at: Place) -> str:
        """Return the text."""
        if not isinstance(node, ScalarNode):
            raise PolicyError(at.fault_of(node, self.expected, "write one word"))
        if meaning_of(node) is Meaning.NULL:
            raise PolicyError(
                at.fault(node.line, found="nothing", expected=self.expected, fix="write it, or remove the key")
            )
        if meaning_of(node) is not Meaning.TEXT:
            quoted = "put it in quotes: YAML reads it as something else than text"
            fix = quoted if re.fullmatch(self.pattern, node.text) else self.fix
            raise PolicyError(at.fault_of(node, self.expected, fix))
        if len(node.text) > self.most or not re.fullmatch(self.pattern, node.text):
            raise PolicyError(at.fault_of(node, self.expected, self.fix))
        return node.text

    def write(self, value: str) -> str:
        """Return the text."""
        return value


class Checked(Text):
    """Text that has a meaning of its own; `check` is imported where one is read, and raises UnfitError."""

    __slots__ = ("check",)

    def __init__(self, wanted: str, *, pattern: str, most: int, fix: str, check: Callable[[str], object]) -> None:
        super().__init__(wanted, pattern=pattern, most=most, fix=fix)
        self.check = check

    def read(self, node: Node, at: Place) -> str:
        """Return the text."""
        text = super().read(node, at)
        try:
            self.check(text)
        except UnfitError as error:
            raise PolicyError(at.fault_of(node, self.expected, error.hint or self.fix)) from error
        return text


def _text_of(node: Node) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
