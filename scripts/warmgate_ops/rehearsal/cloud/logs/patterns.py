"""Filter patterns of CloudWatch Logs, terms alone: what hooks send. Pure; others are refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable

Matcher = Callable[[str], bool]

_TERM = re.compile(r'\s*(?P<sign>[-?]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]+))')
KNOWN = 'the local cloud knows terms alone, such as REPORT, "RequestId: 1", -Init and ?"one" ?"other"'


class PatternError(Exception):
    """A filter pattern that CloudWatch refuses, or that is not known here."""


def matcher_of(pattern: str) -> Matcher:
    """Return what decides whether a message is let through; raises PatternError."""
    text = pattern.strip()
    if text[:1] in {"{", "[", "%"}:
        raise PatternError(f"Invalid filter pattern: found {pattern!r}, {KNOWN}")
    wanted = _terms(text)

    def matches(message: str) -> bool:
        return (
            all(term in message for term in wanted[""])
            and not any(term in message for term in wanted["-"])
            and (not wanted["?"] or any(term in message for term in wanted["?"]))
        )

    return matches


def _terms(text: str) -> dict[str, list[str]]:
    """Return the terms by the sign before them."""
    wanted: dict[str, list[str]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise PatternError(f"Invalid filter pattern: {text[at:]!r} is no term, {KNOWN}")
        bare = term["bare"]
        if bare is not None and not re.fullmatch(r"\w+", bare):
            raise PatternError(f"Invalid character(s) in term {bare!r}: a term that is no word needs double quotes")
        wanted[term["sign"]].append(bare if bare is not None else re.sub(r"\\(.)", r"\1", term["quoted"]))
        at = term.end()
    return wanted
