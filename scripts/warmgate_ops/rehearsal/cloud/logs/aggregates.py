"""What a query says of rows: which are let through, what is parsed out of them, what they come to. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.fields import Row


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

    absent: bool = False
    """Whether a row without the field is let through, and none with it."""

    def holds(self, row: Row) -> bool:
        """Return whether a row has the field, and its text is as it must be."""
        if self.absent:
            return self.field not in row
        return self.field in row and self.fits(str(row[self.field]))


@dataclass(frozen=True, slots=True)
class Parsing:
    """Fields that a regular expression finds in another one."""

    field: str
    regex: re.Pattern[str]

    def added(self, row: Row) -> Row:
        """Return a row with what is found in it."""
        found = self.regex.search(str(row.get(self.field, "")))
        return {**row, **{name: text for name, text in (found.groupdict() if found else {}).items() if text}}


def count_of(name: str) -> Callable[[Sequence[Row]], float]:
    """Return how many rows have a field."""
    return lambda rows: sum(name in row for row in rows)


def extreme_of(name: str, pick: Callable[[list[float]], float]) -> Callable[[Sequence[Row]], float | None]:
    """Return the least or the largest number."""

    def value(rows: Sequence[Row]) -> float | None:
        numbers = [number for number in (_number(row.get(name)) for row in rows) if number is not None]
        return pick(numbers) if numbers else None

    return value


def percentile_of(name: str, percent: float) -> Callable[[Sequence[Row]], float | None]:
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
