"""How times and spans are written in evidence."""

from __future__ import annotations

from datetime import UTC, datetime

SECOND, MINUTE, HOUR, DAY = 1_000.0, 60_000.0, 3_600_000.0, 86_400_000.0


def span(duration_ms: float) -> str:
    """Return a duration in at most two units, such as 5 min 40 s."""
    if duration_ms < SECOND:
        return f"{duration_ms:.0f} ms"
    if duration_ms < 10 * SECOND:
        return f"{duration_ms / SECOND:.1f} s"
    for unit, name, below, small in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", SECOND, "s")):
        rounded = round(duration_ms / below) * below
        if rounded >= unit:
            whole, rest = divmod(rounded, unit)
            return f"{whole:.0f} {name}" + (f" {rest / below:.0f} {small}" if rest else "")
    return f"{duration_ms / SECOND:.0f} s"


def minute(at_ms: float) -> str:
    """Return an instant to the minute, in UTC."""
    return f"{_utc(at_ms):%Y-%m-%d %H:%M}"


def second(at_ms: float) -> str:
    """Return an instant to the second, in UTC."""
    return f"{_utc(at_ms):%Y-%m-%d %H:%M:%S}"


def _utc(at_ms: float) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
