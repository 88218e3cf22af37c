"""A `Policy` becomes YAML text with every key that has a value, or what is not default; reading it gives the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from warmgate.documents.nodes import ScalarNode
from warmgate.documents.scalars import Meaning, meaning_of
from warmgate.policy.spec import POLICY, PROBE
from warmgate.policy.values import Compare, Policy, Probe

_BARE = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./%-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_NO_NAME = "-"
"""No policy and no probe can have it."""
_LONGEST_KEY = 900
"""YAML takes a key without a `?` in front only up to 1,024 characters."""


def render_policy(policy: Policy, *, defaults: bool = True) -> str:
    """Return the YAML text of a policy, the content of payload files left out.

    Args:
        policy: the policy.
        defaults: whether keys are written that say what counts without them too.
    """
    written = POLICY.write(policy)
    return "".join(f"{line}\n" for line in _mapping_lines(written if defaults else _own(written)))


def _own(written: dict[str, Any]) -> dict[str, Any]:
    """Return what a policy says beyond the defaults."""
    usual = POLICY.write(Policy(name=_NO_NAME))
    probes = usual.pop("probes")
    # A basis belongs to a comparison, which no policy has by default.
    usual["compare"] = {"duration": {"basis": str(Compare().basis)}}
    kept = _without(written, usual)
    if kept["probes"] == probes:
        del kept["probes"]
    else:
        usual_probe = PROBE.write(Probe(name=_NO_NAME))
        kept["probes"] = [_without(probe, usual_probe) for probe in kept["probes"]]
    return kept


def _without(written: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in written.items():
        if isinstance(value, dict) and isinstance(usual.get(key), dict):
            if below := _without(value, usual[key]):
                kept[key] = below
        elif key not in usual or usual[key] != value:
            kept[key] = value
    return kept


def lines_of(value: Any) -> list[str]:
    """Return the lines of a value; one that fits behind its key is a single line."""
    if isinstance(value, dict) and value:
        return list(_mapping_lines(value))
    if isinstance(value, list) and value:
        return [line for item in value for line in _indented("- ", lines_of(item))]
    return [_scalar(value)]


def _mapping_lines(mapping: dict[str, Any]) -> Iterator[str]:
    for name, value in mapping.items():
        key, lines = _text(name), lines_of(value)
        if len(key) > _LONGEST_KEY:
            yield f"? {key}"
            yield from _indented(": ", lines)
        elif isinstance(value, dict | list) and value:
            yield f"{key}:"
            yield from _indented("  ", lines)
        else:
            yield f"{key}: {lines[0]}"


def _indented(first: str, lines: list[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield f"{'  ' if index else first}{line}"


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _number(value)
    return _text(value) if isinstance(value, str) else str(value)


def _number(value: float) -> str:
    """Return a number that YAML 1.1, YAML 1.2 and JSON all read as this float."""
    written = repr(value)
    if "e" not in written:
        return written
    mantissa, exponent = written.split("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}e{exponent}"


def _text(text: str) -> str:
    if _BARE.fullmatch(text) and meaning_of(ScalarNode(text, plain=True, line=0)) is Meaning.TEXT:
        return text
    return f'"{"".join(_escaped(character) for character in text)}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
