"""Numbers and reasons as a sentence holds them."""

from __future__ import annotations

import math

from warmgate.model.verdict import Unit

LONGEST_WORD = 80
"""A function names its own error types: a name may hold line breaks, or a whole document."""


def ms(value: float) -> str:
    """Return milliseconds with as many digits as matter."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def percent(share: float) -> str:
    """Return a share in percent with three digits at most."""
    return f"{share * 100:.3g} %"


def counted(bad: int, count: int, noun: str) -> str:
    """Return how many of some things a sentence is about: `All 10 calls`, `None of 60 calls`, `3 of 60 calls`."""
    things = f"{count} {noun}{'' if count == 1 else 's'}"
    if bad == 0:
        return f"None of {things}"
    return f"All {things}" if bad == count > 1 else f"{bad} of {things}"


def points(score: float) -> str:
    """Return a score with its sign, cut towards zero so that it never seems to have reached a line that it has not."""
    return f"{math.trunc(score * 10) / 10:+g}"


def quantity(value: float, unit: Unit | None) -> str:
    """Return a value with its unit; a ratio is told in percent."""
    if unit is Unit.MS:
        return ms(value)
    if unit is Unit.RATIO:
        return percent(value)
    return times(value) if unit is Unit.TIMES else f"{value:.6g}"


def times(ratio: float) -> str:
    """Return a ratio to the baseline; to what took no time, or of what never came to an end, it is infinite."""
    return f"{ratio:.2f}x" if math.isfinite(ratio) else "∞x"


def word(text: str) -> str:
    """Return somebody else's text as a few words on one line."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_WORD])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_WORD else line[: LONGEST_WORD - 4] + " ..."
