"""How long a window of calls is, as an option says it."""

from __future__ import annotations

import re

from warmgate.errors import SettingsError

_SPAN = re.compile(r"(?P<count>\d{1,4})(?P<unit>[mhd])")
_DAYS = {"m": 1 / 1440, "h": 1 / 24, "d": 1.0}


def days_in(text: str, option: str = "--since") -> float:
    """Return the days that `7d`, `24h` or `30m` are; raises SettingsError."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not int(found["count"]):
        raise SettingsError(f"{option}: found {text}, expected a time such as 7d, 24h or 30m")
    return int(found["count"]) * _DAYS[found["unit"]]
