"""A log file as lines or as elements of a JSON document, read from its beginning to its end in little memory."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from warmgate.errors import SettingsError

_HEAD: Final = 4096
_CHUNK: Final = 1 << 16
_LONGEST: Final = 1 << 20
"""A longer line is given in pieces: a whole export may be one line."""
_LONGEST_SEEN: Final = 1 << 24
_OUTSIDE: Final = 4096
_WHITE: Final = " \t\r\n,"


def lines_of(name: str) -> Iterator[str]:
    """Yield the lines of a file, or of standard input for -; gzip and UTF-16 are undone.

    Raises:
        OSError: it is missing or cannot be read.
        SettingsError: it is packed, and its end is missing or damaged.
    """
    try:
        with _binary(name) as raw:
            text = io.TextIOWrapper(_unpacked(raw), encoding=_encoding(raw), errors="replace", newline="\n")
            while line := text.readline(_LONGEST):
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SettingsError(
            f"{name}: cannot be unpacked: {error}", hint="unpack it with gzip -d, which says more"
        ) from error


def _binary(name: str) -> io.BufferedReader:
    return Path(name).open("rb") if name != "-" else open(sys.stdin.fileno(), "rb", closefd=False)


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader:
    is_packed = raw.peek(_HEAD).startswith(b"\x1f\x8b")
    return io.BufferedReader(gzip.GzipFile(fileobj=raw)) if is_packed else raw


def _encoding(raw: io.BufferedReader) -> str:
    head = raw.peek(_HEAD)[:_HEAD]
    is_utf_16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(0) * 3 > len(head)
    return "utf-16" if is_utf_16 else "utf-8-sig"


def elements_of(lines: Iterator[str], seen: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield what stands around a JSON document's lists, and their elements, each as it is complete.

    Where no list has an element the whole document comes alone: it may be one event.

    Args:
        lines: of the document, but for its beginning.
        seen: its beginning; what is read on is added, as far as that is no more than some megabytes.
    """
    buffer = _Buffer(lines, seen)
    outside, yielded = "", False
    while (at := buffer.opened()) >= 0:
        outside = (outside + buffer.text[:at])[-_OUTSIDE:]
        buffer.drop(at + 1)
        for element in buffer.elements():
            yielded = True
            yield outside, element
    if not yielded:
        try:
            yield "", json.loads("".join(seen), strict=False)
        except (ValueError, RecursionError):
            return


class _Buffer:
    """The part of a document that is not read yet."""

    def __init__(self, lines: Iterator[str], seen: list[str]) -> None:
        self._lines = lines
        self._decoder = json.JSONDecoder(strict=False)
        self._seen = seen
        self._kept = 0
        self.text = "".join(seen)

    def more(self) -> bool:
        """Read on; False at the end."""
        parts: list[str] = []
        size = 0
        for line in self._lines:
            parts.append(line)
            size += len(line)
            if size >= _CHUNK:
                break
        self.text += "".join(parts)
        if self._kept < _LONGEST_SEEN:
            self._seen += parts
            self._kept += size
        return bool(parts)

    def drop(self, count: int) -> None:
        """Forget what was read."""
        self.text = self.text[count:]

    def opened(self) -> int:
        """Return where the next list of objects or of lists begins, -1 where none does."""
        at = 0
        while True:
            at = self.text.find("[", at)
            if at < 0:
                at = len(self.text)
                if not self.more():
                    return -1
                continue
            rest = self.text[at + 1 : at + 200].lstrip()
            if not rest and self.more():
                continue
            if rest[:1] in {"{", "["} and not self._in_text(at):
                return at
            at += 1

    def _in_text(self, at: int) -> bool:
        """Say whether a bracket stands inside a string: an odd number of quotation marks before it on its line."""
        begin = self.text.rfind("\n", 0, at) + 1
        before = self.text[begin:at].replace("\\\\", "").replace('\\"', "")
        return before.count('"') % 2 == 1

    def elements(self) -> Iterator[Any]:
        """Yield what a list holds, to its end."""
        at = 0
        while True:
            while at < len(self.text) and self.text[at] in _WHITE:
                at += 1
            if at == len(self.text):
                self.drop(at)
                at = 0
                if not self.more():
                    return
                continue
            if self.text[at] == "]":
                self.drop(at + 1)
                return
            try:
                value, at = self._decoder.raw_decode(self.text, at)
            except (ValueError, RecursionError):
                self.drop(at)
                at = 0
                if not self.more():
                    return
                continue
            yield value
            if at > _CHUNK:
                self.drop(at)
                at = 0
