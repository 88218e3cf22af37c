"""Makes other people's text safe to show: what a terminal, an XML reader or an eye would obey or miss is written out.

Everything that leaves Warmgate as text for people goes through here: terminal, Markdown, JUnit, pages, notices, logs.
"""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1: ESC begins what a terminal obeys; XML 1.0 (2.2) can hold hardly any
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # turn a text's direction, or have no width
    "\u2028\u2029"  # line breaks to some readers
    "\ud800-\udfff\ufffe\uffff"  # no characters: UTF-8 and XML have no way to write them
    "\U000e0000-\U000e007f"  # tags: a whole text that nobody sees
    "]"
)
"""Characters that are never shown as they are; line break and tab are not among them."""


def visible(text: str) -> str:
    """Return a text whose every character can be seen: one that cannot is written as the escape of its code."""
    return UNSEEN.sub(lambda found: escape_of(found[0]), text)


def visible_line(text: str) -> str:
    """Return a visible text that stays on its line: breaks and tabs are written as escapes too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def one_line(text: str) -> str:
    """Return a visible text without line breaks: white space is one space, however much of it there was."""
    return visible(" ".join(text.split()))


def escape_of(character: str) -> str:
    """Return the escape of a character as Python and YAML write it."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def json_visible(text: str) -> str:
    """Return a JSON text in which such characters are JSON's own escapes; it means the same to every reader."""
    return UNSEEN.sub(lambda found: _json_escape(found[0]), text)


def _json_escape(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
