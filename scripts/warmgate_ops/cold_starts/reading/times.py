"""Times as logs and their viewers write them, as milliseconds since the epoch in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_ISO: Final = (
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?(?: ?(Z|UTC|[+-]\d\d:?\d\d(?!\d)|\([+-]\d\d:\d\d\)))?"
)
_LAST_ISO = re.compile(rf"(?:.*[^\d])?{_ISO}", re.DOTALL)
_WHOLE_ISO = re.compile(_ISO)
_EPOCH = re.compile(r"(?<![\w./-])(1\d{9}|1\d{12})(?:\.(\d{1,9}))?(?![\w/-])")
_SECONDS_BELOW: Final = 10**11


def time_in(prefix: str) -> float | None:
    """Return the last time that stands in what precedes a message, None where there is none with a date.

    The last one is the event's: what carried it on wrote its own time before it. A time without a zone is UTC.
    """
    found = _LAST_ISO.match(prefix)
    if found:
        return iso_ms(found[1], found[2], found[3])
    found = _EPOCH.search(prefix)
    return _epoch_ms(float(found[1] + "." + (found[2] or "0"))) if found else None


def time_of(value: object) -> float | None:
    """Return a time that a field holds: ISO text, seconds, milliseconds, micro- or nanoseconds."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        found = _WHOLE_ISO.match(value)
        if found:
            return iso_ms(found[1], found[2], found[3])
        try:
            value = float(value)
        except ValueError:
            return None
    return _epoch_ms(float(value))


def _epoch_ms(number: float) -> float | None:
    """Return the milliseconds of a number that is a time between 2001 and 2286 in one of four units."""
    if not 10**9 <= number < 10**19:
        return None
    if number < _SECONDS_BELOW:
        return number * 1000
    while number >= _SECONDS_BELOW * 1000:
        number /= 1000
    return number


def iso_ms(seconds: str, fraction: str | None, zone: str | None) -> float | None:
    """Return the time of ISO text in its parts: to the second, digits behind the point, zone."""
    begin_ms = _second_ms(seconds)
    if begin_ms is None:
        return None
    part_ms = int(fraction) * 1000 / 10 ** len(fraction) if fraction else 0.0
    return begin_ms + part_ms - (_offset_ms(zone) if zone and zone != "Z" else 0.0)


@lru_cache(maxsize=4096)
def _second_ms(seconds: str) -> float | None:
    try:
        return datetime.fromisoformat(seconds).replace(tzinfo=UTC).timestamp() * 1000
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _offset_ms(zone: str) -> float:
    digits = zone.strip("()").replace(":", "")
    if digits == "UTC":
        return 0.0
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    return (-minutes if digits[0] == "-" else minutes) * 60_000.0
