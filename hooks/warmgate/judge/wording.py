"""Counts, scores and reasons as a sentence holds them."""

from __future__ import annotations

import math

LONGEST_WORD = 80
"""A function names its own error types: a name may hold line breaks, or a whole document."""


def counted(bad: int, count: int, noun: str) -> str:
    """Return how many of some things a sentence is about: `All 10 calls`, `None of 60 calls`, `3 of 60 calls`."""
    things = f"{count} {noun}{'' if count == 1 else 's'}"
    if bad == 0:
        return f"None of {things}"
    return f"All {things}" if bad == count > 1 else f"{bad} of {things}"


def points(score: float) -> str:
    """Return a score with its sign, cut towards zero so that it never seems to have reached a line that it has not."""
    return f"{math.trunc(score * 10) / 10:+g}"


def word(text: str) -> str:
    """Return somebody else's text as a few words on one line."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_WORD])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_WORD else line[: LONGEST_WORD - 4] + " ..."
