"""Where calls were read, for how much, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A log group or function of which nothing was read, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was read."""

    named: str
    """As a reader calls it: a function and its alias, files, an account."""
    since_ms: float | None = None
    """None where the log itself says when it begins."""
    until_ms: float | None = None
    ways: tuple[str, ...] = ("file",)
    """How: file, filter (FilterLogEvents) or insights (Logs Insights)."""
    bytes_read: float | None = None
    """Of log that queries scanned, or that files hold; None where that is not known."""
    usd: float = 0.0
    functions: int = 1
    """How many functions were looked at, those without calls, too."""
    left_out: tuple[LeftOut, ...] = ()
    next_command: str = ""
    """What to run next; empty where nothing follows."""
