"""AWS's cron expressions of six fields (EventBridge Scheduler guide), without `L`, `W` and `#`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from warmgate.errors import UnfitError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""AWS counts them from 1."""
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _WEEK),
    ("year", 1970, 2199, ()),
)
_PART = re.compile(r"(?:(?P<any>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,4}))?")
_HINT = "write it as cron(0/5 7-18 ? * MON-FRI *)"


@dataclass(frozen=True, slots=True)
class Cron:
    """An expression and the values of its six fields."""

    text: str
    fields: tuple[frozenset[int], ...]

    def fires_at(self, there: datetime) -> bool:
        """Return whether it fires in a minute, given on the clock of its time zone."""
        week_day = (there.weekday() + 1) % 7 + 1
        values = (there.minute, there.hour, there.day, there.month, week_day, there.year)
        return all(value in allowed for value, allowed in zip(values, self.fields, strict=True))


def read_cron(text: str) -> Cron:
    """Return the expression between the brackets of `cron(...)`; raises UnfitError."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise UnfitError(f"found {len(parts)} fields in cron({text}), expected 6", hint=_HINT)
    # One of the two days must be `?` (EventBridge Scheduler guide, cron-based schedules).
    if (parts[2] == "?") == (parts[4] == "?"):
        raise UnfitError(f"found cron({text}), expected `?` for day of month or day of week, not both", hint=_HINT)
    fields = tuple(_values(part, *field) for part, field in zip(parts, _FIELDS, strict=True))
    return Cron(" ".join(parts), fields)


def _values(text: str, name: str, least: int, most: int, words: tuple[str, ...]) -> frozenset[int]:
    if text == "?" and name.startswith("day"):
        return frozenset(range(least, most + 1))
    found: set[int] = set()
    for part in text.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise UnfitError(f"found {text!r} for {name}, expected numbers, ranges, lists and steps", hint=_HINT)
        step = int(matched["step"] or 1)
        first = least if matched["any"] else _number(matched["first"], name, least, most, words)
        last = most if matched["any"] or (matched["step"] and not matched["last"]) else first
        last = _number(matched["last"], name, least, most, words) if matched["last"] else last
        if step == 0:
            raise UnfitError(f"found {text!r} for {name}, a step of 0", hint=_HINT)
        # A range of days may go over the week's end: SAT-MON.
        span = [*range(first, last + 1)] if first <= last else [*range(first, most + 1), *range(least, last + 1)]
        found |= set(span[::step])
    return frozenset(found)


def _number(word: str, name: str, least: int, most: int, words: tuple[str, ...]) -> int:
    if word.upper() in words:
        return words.index(word.upper()) + least
    if word.isascii() and word.isdigit() and len(word) < 5 and least <= int(word) <= most:
        return int(word)
    raise UnfitError(f"found {word!r} for {name}, expected {least} to {most}", hint=_HINT)
