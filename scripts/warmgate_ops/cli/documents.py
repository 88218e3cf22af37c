"""Reads the documents that commands are given: policies and recorded samples. Raises what the command ends with."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from warmgate.adapters.payload_files import payloads_in
from warmgate.errors import DocumentError, Fault
from warmgate.policy import parse_policy
from warmgate.policy.values import Policy
from warmgate.report.samples import read_samples

if TYPE_CHECKING:
    from warmgate_ops.advice.recorded import Recorded

STANDARD_INPUT = "standard input"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def content_of(file: str) -> bytes:
    """Return the bytes of a file, of standard input for `-`; raises OSError."""
    if file != "-":
        try:
            return Path(file).read_bytes()
        except ValueError as error:
            raise OSError(0, str(error), file) from error  # a name that no file can have
    if sys.stdin is None:
        raise OSError(0, "it is closed", STANDARD_INPUT)
    return sys.stdin.buffer.read()


def text_of(file: str) -> str:
    """Return the text of a file, of standard input for `-`.

    Raises:
        OSError: it cannot be read.
        DocumentError: it is not UTF-8.
    """
    content = content_of(file)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = "UTF-16" if content.startswith(UTF_16) else f"a byte 0x{content[error.start]:02x}"
        line = None if content.startswith(UTF_16) else content.count(b"\n", 0, error.start) + 1
        raise DocumentError(_not_utf_8(STANDARD_INPUT if file == "-" else file, line, "file", found)) from error


class Lines(Iterable[str]):
    """The lines of a file as text, counted and never held all at once."""

    def __init__(self, lines: BinaryIO, source: str) -> None:
        self._lines = lines
        self.source = source
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        """Yield each line; raises DocumentError at one that is not UTF-8."""
        for line in self._lines:
            self.number += 1
            try:
                yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                found = "UTF-16" if line.startswith(UTF_16) else f"a byte 0x{line[error.start]:02x}"
                raise DocumentError(_not_utf_8(self.source, self.number, "line", found)) from error


@contextmanager
def lines_of(file: str) -> Iterator[Lines]:
    """Open a file, standard input for `-`, as lines of text; raises OSError."""
    if file == "-":
        if sys.stdin is None:
            raise OSError(0, "it is closed", STANDARD_INPUT)
        yield Lines(sys.stdin.buffer, STANDARD_INPUT)
        return
    with Path(file).open("rb") as lines:
        yield Lines(lines, file)


def policy_in(file: Path) -> Policy:
    """Return the policy of a file; raises OSError and DocumentError."""
    return parsed(text_of(str(file)), str(file), file.parent)


def parsed(text: str, source: str, folder: Path) -> Policy:
    """Return the policy in a text; raises DocumentError, a ForeignDocumentError where it is another tool's document.

    Args:
        text: the whole document.
        source: its name in faults.
        folder: where its payload files are.
    """
    try:
        return parse_policy(text, source, payloads_in(folder))
    except DocumentError as error:
        from warmgate_ops.advice.foreign.recognising import ForeignDocumentError, foreign_in

        foreign = foreign_in(text, source)
        if foreign is None:
            raise
        raise ForeignDocumentError(foreign) from error


def recorded_in(files: Iterable[str]) -> Recorded:
    """Return what recorded runs show together; raises OSError and DocumentError."""
    from warmgate_ops.advice.recorded import Recorded

    found = Recorded()
    for file in files:
        with lines_of(file) as lines:
            for run, sample in read_samples(lines, lines.source):
                found.add(run, sample)
    return found


def _not_utf_8(source: str, line: int | None, path: str, found: str) -> Fault:
    fix = "save it as UTF-8"
    return Fault(source=source, line=line, path=path, found=found, expected="UTF-8", fix=fix)
