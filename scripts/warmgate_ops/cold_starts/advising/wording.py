"""Words that several rules use: counts, times, sizes, and which parameter's default a statement rests on."""

from __future__ import annotations

from warmgate_ops.cold_starts.advising.facts import FEWEST, ColdFacts
from warmgate_ops.cold_starts.advising.function import Function


def waited(value_ms: float) -> str:
    """Return a time as people read it: milliseconds below a second."""
    return f"{value_ms:,.0f} ms" if value_ms < 1000 else f"{value_ms / 1000:.3g} s"


def size_of(count: int) -> str:
    """Return bytes as MB; less than a tenth of one as kB."""
    mb = count / 1024 / 1024
    if mb < 0.1:
        return f"{count / 1024:,.0f} kB" if count >= 1024 else f"{count} bytes"
    return f"{mb:,.0f} MB" if mb >= 10 else f"{mb:.2g} MB"


def window_of(cold: ColdFacts) -> str:
    """Return how long the calls were looked at."""
    hours = cold.days * 24
    return f"{cold.days:.3g} day{'s' * (cold.days != 1)}" if hours >= 24 else f"{hours:.3g} h"


def cold_count(cold: ColdFacts) -> str:
    """Return how many cold starts a statement rests on."""
    few = f": too few, {FEWEST} at least" if not cold.enough else ""
    return f"{counted(cold.cold, 'cold start')} in {window_of(cold)}{few}"


def part_of(count: int, whole: int) -> str:
    """Return a count in a whole."""
    return f"{count:,} of {whole:,} ({count / whole:.0%})" if whole else f"{count:,}"


def by_default(function: Function, *properties: str) -> str:
    """Return which parameter's default decides one of these properties: a deployment may override it."""
    names = dict.fromkeys(function.by_default[name] for name in properties if name in function.by_default)
    return f" (by the default of {', '.join(names)})" if names else ""


def share_of(share: float) -> str:
    """Return a share of time; below a tenth of a percent that is all it says."""
    return f"{share:.1%}" if share >= 0.001 or not share else "less than 0.1%"


def counted(count: int, word: str) -> str:
    """Return a count with its word, one or several."""
    return f"{count:,} {word}{'s' * (count != 1)}"
