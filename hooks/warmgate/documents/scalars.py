"""What a plain scalar means: JSON's words and numbers, and beside them what YAML's versions read in different ways."""

from __future__ import annotations

import re
from enum import Enum

from warmgate.documents.nodes import ListNode, Node, ScalarNode

MAX_SHOWN = 60
"""Characters of a value that a fault repeats."""
MAX_DIGITS = 300


class Meaning(Enum):
    """What a scalar is."""

    NULL = "nothing"
    FLAG = "flag"
    WHOLE = "whole number"
    NUMBER = "number"
    TEXT = "text"
    UNCLEAR = "unclear"
    """Read as one thing by one YAML version and as another by the next: `no`, `1:30`, `007`, a date."""


_NULL = re.compile(r"~|null|Null|NULL|")
_FLAG = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
# The words and numbers of YAML 1.1 (yaml.org/type) that YAML 1.2 or JSON reads in another way, or not at all.
_UNCLEAR = re.compile(
    r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|<<"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?0[bxo][0-9a-fA-F_]+"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9:.]+[ \t]*(?:Z|[-+][0-9:]+)?)?"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
)
_ORDER = (
    (_NULL, Meaning.NULL),
    (_FLAG, Meaning.FLAG),
    (_WHOLE, Meaning.WHOLE),
    (_NUMBER, Meaning.NUMBER),
    (_UNCLEAR, Meaning.UNCLEAR),
)


def meaning_of(node: ScalarNode) -> Meaning:
    """Return what a scalar is; a quoted one is always text."""
    if not node.plain:
        return Meaning.TEXT
    return next((meaning for pattern, meaning in _ORDER if pattern.fullmatch(node.text)), Meaning.TEXT)


def is_number(node: Node) -> bool:
    """Return whether a node is a number that carries no unit."""
    return isinstance(node, ScalarNode) and meaning_of(node) in (Meaning.WHOLE, Meaning.NUMBER)


def described(node: Node) -> str:
    """Return a few words on what a node is, with the value of a scalar."""
    if isinstance(node, ScalarNode):
        meaning = meaning_of(node)
        if meaning is Meaning.NULL:
            return "nothing"
        return f"number {shown(node.text)}" if is_number(node) else shown(node.text, quoted=not node.plain)
    return f"a list of {len(node.items)}" if isinstance(node, ListNode) else "a mapping"


def shown(text: str, *, quoted: bool = False) -> str:
    """Return a value as a fault repeats it: on one line, printable, and cut where it is long."""
    cut = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)
    return f'"{visible}"' if quoted else visible
