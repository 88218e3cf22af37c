"""What stands before the platform's words on a line: whose line it is and when it was written, or that it is quoted.

Lines of one log come behind the same kind of prefix, whatever program wrote it, and that program is not asked for: a
prefix that holds a time, a stream or a source may be any viewer's. What an application quotes stands behind its own
words, a request id or a quotation mark.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from warmgate_ops.cold_starts.reading.times import iso_ms, time_in

LONGEST: Final = 600
"""Longer prefixes are text."""
WORDS = re.compile(
    r"(?:REPORT|START|END) RequestId: ?|INIT_START (?=Runtime)|INIT_REPORT (?=Init Duration)"
    r"|RESTORE_(?:START|REPORT) |EXTENSION\s+(?=Name:)|(?<!\{)\{\"time\":|\{\"type\":\s*\"platform\."
)
"""The beginnings of the platform's lines."""
_STREAM = re.compile(r"\d{4}/\d\d/\d\d/[\w-]*\[[^\]\s]{1,64}\][0-9a-f]{1,64}")
_USUAL = re.compile(  # `aws logs tail`, `sam logs`, the CLI's exports
    r"(\d{4}/\d\d/\d\d/[\w-]*\[[^\]\s]{1,64}\][0-9a-f]{1,64} )?"
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)? "
    r"(\d{4}/\d\d/\d\d/[\w-]*\[[^\]\s]{1,64}\][0-9a-f]{1,64} )?"
)
_GROUP = re.compile(r"/aws/lambda/([\w-]{1,140})")
_REQUEST = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d\d:\d\d:\d\d|(?<!\d)\d{10,19}(?!\d)")
_SOURCE = re.compile(
    r"[\w./@:-]{1,200}\s*\|\s*"  # docker compose
    r"|\[?(?:pod/)?[\w./-]{1,200}\]?\s+"  # kubectl logs --prefix, stern
    r"|[^\t|]{1,200}\t[^\t|]{1,200}\t\s*"  # gh run view --log
    r"|[\w./-]{1,100}(?:\[\d+\])?: "  # journalctl -o cat behind a name
    r"|[ \t]*[X:.T-]{8,40}\s+"  # a time that somebody made unreadable
    r"|\s*[|>#*+-]{0,3}\s*"  # a table, a quotation, a list
)
_SPOKEN = re.compile(
    r"[\"'`{=]|(?:^|\s)(?:got|line|log|message|output|said|saw|returned|response)\b[^|\[\]]*$", re.IGNORECASE
)
_NO_SHAPE: Final = dict.fromkeys(
    map(ord, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,+-_$"), None
)


class Prefix(NamedTuple):
    """What a prefix says."""

    stream: str
    at_ms: float | None
    function: str
    """Named by the log group; empty where it does not stand there."""
    shape: str
    """The marks between its words: the same for all lines of a log."""


USUAL: Final = "::"
NOTHING = Prefix("", None, "", "")


def prefix_of(text: str) -> Prefix | None:
    """Return what precedes the platform's words, None where that is no prefix but an application's text."""
    if not text or text.isspace():
        return NOTHING
    usual = _USUAL.fullmatch(text)
    if usual:
        before, second, fraction, zone, behind = usual.groups()
        stream = (before or behind or " ")[:-1]
        return Prefix(stream, iso_ms(second, fraction, zone), "", USUAL)
    return _unusual(text)


def _unusual(text: str) -> Prefix | None:
    if len(text) > LONGEST:
        return None
    stream = _STREAM.search(text) if "/" in text else None
    if stream is None and not _is_carried(text):
        return None
    group = _GROUP.search(text) if "/aws/lambda/" in text else None
    named = text.replace(stream[0], "") if stream else text
    if _REQUEST.search(named) or _SPOKEN.search(named.replace('","', "").rstrip('"')):
        return None
    return Prefix(stream[0] if stream else "", time_in(text), group[1] if group else "", named.translate(_NO_SHAPE))


def _is_carried(text: str) -> bool:
    return _TIME.search(text) is not None or _SOURCE.fullmatch(text) is not None
