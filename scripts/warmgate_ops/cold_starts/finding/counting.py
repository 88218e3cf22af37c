"""Numbers of things, and instants."""

from __future__ import annotations

from datetime import UTC, datetime


def counted(count: int, noun: str) -> str:
    """Return a number of things: 1 call, 2 calls."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def instant(at_ms: float) -> datetime:
    """Return an instant as a time in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
