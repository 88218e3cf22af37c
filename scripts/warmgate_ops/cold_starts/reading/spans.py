"""Lengths of time and instants as options name them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from warmgate.errors import SettingsError

_UNITS: Final = {"ms": 1.0, "s": 1e3, "m": 6e4, "min": 6e4, "h": 3.6e6, "d": 8.64e7, "w": 6.048e8}
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?(ms|s|min|m|h|d|w)")


def span_ms(text: str, option: str) -> float:
    """Return a length of time in milliseconds; raises SettingsError for what is none."""
    found = _SPAN.fullmatch(text.strip())
    if not found or not float(found[1]):
        raise SettingsError(
            f"{option}: found {text!r}, expected a length of time above 0", hint="write it as 800ms, 1.5s, 24h or 7d"
        )
    return float(found[1]) * _UNITS[found[2]]


def instant_ms(text: str, now_ms: float, option: str) -> float:
    """Return an instant in milliseconds since the epoch: a time, or a length of time before now.

    Raises:
        SettingsError: it is neither.
    """
    if _SPAN.fullmatch(text.strip()):
        return now_ms - span_ms(text, option)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(
            f"{option}: found {text!r}, expected a time or a length of time before now",
            hint="write it as 2026-11-20, 2026-11-20T14:00Z, 24h or 7d",
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000
