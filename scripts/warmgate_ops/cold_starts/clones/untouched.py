"""Whether the function that serves is what it was: each of its parts as one text, before and after. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return which parts of a function are not byte for byte what they were."""
    return tuple(name for name in before if before[name] != after.get(name))


def untouched_sentence(function: str, changed: tuple[str, ...], unread: tuple[str, ...]) -> str:
    """Return what is to be said of the function that serves."""
    if changed:
        return f"{function} was changed by somebody else meanwhile: {', '.join(changed)}; the clones were not"
    aside = f"; not read: {', '.join(unread)}" if unread else ""
    parts = "configuration, versions, aliases and concurrency"
    return f"{function} was not touched: {parts} are byte for byte the same{aside}"
