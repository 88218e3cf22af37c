"""Tables of a policy's keys as Markdown: path, value, default and meaning, read from the parser's own table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from warmgate.policy.event_fields import EventKey
from warmgate.policy.kinds import Kind, Word
from warmgate.policy.payloads import JsonValue
from warmgate.policy.sections import Key, Listed, Section
from warmgate.policy.spec import POLICY
from warmgate.policy.values import Compare, Match, Policy, Probe, RatioLimit

HEAD = "| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |\n"
_SHOWN = Policy(name="-", compare=Compare(duration=RatioLimit(statistic="p95", ratio=1.2)))
"""A policy of defaults, with what must be there for `compare.duration.basis` to have one."""
_ITEMS = {"match": Match(), "probes": Probe(name="-")}
"""What an item of a list is without its keys; a policy without lists shows none."""


def key_chapters() -> str:
    """Return every key of a policy: those that stand alone first, then a chapter for each section."""
    defaults = POLICY.write(_SHOWN)
    single = [key for key in POLICY.keys if not isinstance(key.kind, Section | Listed)]
    first = f"### The document\n\n{HEAD}{''.join(_row(key, key.name, defaults) for key in single)}"
    return "\n".join([first, *(_chapter(key, defaults) for key in POLICY.keys if key not in single)])


def _chapter(key: Key, defaults: dict[str, Any]) -> str:
    kind, intro = key.kind, key.text
    if isinstance(kind, Listed):
        intro = f"{key.text} {kind.expected[0].upper()}{kind.expected[1:]}."
        rows = _rows(kind.item, f"{key.name}[]", kind.item.write(_ITEMS[key.name]))
    else:
        rows = _rows(kind, key.name, defaults.get(key.name, {}))
    return f"### {key.name}\n\n{intro}\n\n{HEAD}{''.join(rows)}"


def _rows(kind: Kind, path: str, defaults: dict[str, Any]) -> Iterator[str]:
    for key in kind.keys if isinstance(kind, Section) else ():
        below = f"{path}.{key.name}"
        if isinstance(key, EventKey):
            continue  # in a chapter of their own
        if isinstance(key.kind, Section):
            yield from _rows(key.kind, below, defaults.get(key.name, {}))
        else:
            yield _row(key, below, defaults, path)


def _row(key: Key, path: str, defaults: dict[str, Any], parent: str = "") -> str:
    default = _default(key, defaults)
    if key.required:
        default = f"required in `{parent}`" if parent else "required"
    return f"| `{path}` | {value_in_words(key.kind)} | {default} | {key.text} |\n"


def value_in_words(kind: Kind) -> str:
    """Return what may stand at a key."""
    return " or ".join(f"`{word}`" for word in kind.words) if isinstance(kind, Word) else kind.expected


def _default(key: Key, defaults: dict[str, Any]) -> str:
    if isinstance(key.kind, JsonValue):
        return "`{}`"
    if key.name not in defaults:
        return "none"
    held = defaults[key.name]
    return f"`{held if isinstance(held, str) else json.dumps(held)}`"
