"""Takes the wrappings off a Lambda log: prefixes of log viewers, CSV, JSON exports of log events.

It knows how messages are carried and nothing of what they say.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a log without its wrapping, or one `platform.*` JSON record.

    `carrier` tells wrappings apart: the lines of one invocation all come in the same one, which a line that an
    application quotes does not.
    """

    text: str
    record: dict[str, Any] | None = None
    carrier: str = ""
    stream: str = ""


_TIME: Final = (
    r"(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| UTC| \([+-]\d\d:\d\d\))?"
    r"|\d{10,60}"  # epoch seconds or milliseconds, or an event id
)
_STREAM: Final = r"\d{4}/\d\d/\d\d/[^\s,\"]{1,512}"
# `aws logs tail`, `sam logs`, `awslogs`, the CLI's text tables, CSV: group, stream and time stand before the message.
_PREFIX = re.compile(
    rf"(?P<indent>[ \t]+)?(?:\"?(?:(?P<time>{_TIME})|(?P<stream>{_STREAM})|(?P<group>/aws/lambda/[^\s,\"]{{1,512}}|EVENTS))"
    r"\"?(?:[ \t]*,[ \t]*|[ \t]+)){0,6}(?P<quote>\")?"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OPENS = re.compile(r"(?:[\[{][\[{\s]*|\{\s*\"[^\"]{0,200}\"\s*:.*[\[{,])\s*")
_CLOSES = re.compile(r"[ \t]*[}\]]+[,;]?\s*")
_MESSAGE_LINE = re.compile(r"\s*\"@?message\"\s*:\s*(\"(?:[^\"\\]|\\.)*\")\s*,?\s*")
_PLATFORM_STARTS = ("REPORT RequestId:", "START RequestId:", "END RequestId:", "INIT_START ", '{"time":')
_LONGEST_BLOCK: Final = 50_000
_DEEPEST: Final = 6

_LISTS = ("events", "logEvents", "results", "Records", "records")
# Loggers of applications also write {"timestamp", "message"}, and always one of these; an export of log events never does.
_APPLICATION_KEYS = frozenset(
    {"level", "log_level", "loglevel", "levelname", "severity", "logger", "service", "location", "stacktrace"}
    | {"requestid", "awsrequestid", "aws_request_id", "function_request_id", "errortype", "errormessage"}
)


def read_messages(lines: Iterable[str]) -> Iterator[Message]:
    """Yield every message of a log in order, unwrapped; never raises, whatever the lines hold."""
    for item in _with_blocks(_clean(line) for line in lines):
        if isinstance(item, str):
            yield from _of_line(item, "", "", 0)
        else:
            yield from _of_value(item, "", 0)


def _clean(line: str) -> str:
    line = line.rstrip("\r\n").replace("\0", "").lstrip("\ufeff\ufffd")
    return _COLOUR.sub("", line) if "\x1b" in line else line


def _with_blocks(lines: Iterable[str]) -> Iterator[str | list[Any] | dict[str, Any]]:
    """Join the lines of a pretty-printed JSON document into its value; everything else passes through."""
    block: list[str] = []
    for line in lines:
        if not block:
            if line.lstrip()[:1] in {"{", "["} and _OPENS.fullmatch(line.strip()):
                block = [line]
            else:
                yield line
            continue
        block.append(line)
        closed = _CLOSES.fullmatch(line) is not None and _indent(line) <= _indent(block[0])
        if closed or len(block) > _LONGEST_BLOCK or line.startswith(_PLATFORM_STARTS):
            yield from _joined(block) if closed else block
            block = []
    yield from block


def _joined(block: list[str]) -> list[Any]:
    value = _loaded("\n".join(block).rstrip().rstrip(",;"))
    return [value] if isinstance(value, (dict, list)) else block


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _loaded(text: str) -> Any:
    """Return the JSON value that `text` begins with, None where there is none."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _of_line(line: str, carrier: str, stream: str, depth: int) -> Iterator[Message]:
    prefix = _PREFIX.match(line)
    text = line[prefix.end() :] if prefix else line
    if prefix and prefix.end():
        stream = prefix["stream"] or stream
        carrier += "".join(name[0] for name in ("indent", "time", "stream", "group") if prefix[name])
        if prefix["quote"]:
            text = line[prefix.end() - 1 :] if text.endswith('"') and "RequestId" in text else text
            text = text.lstrip('"').replace('""', '"').removesuffix('"') if carrier else text
    found = False
    if depth < _DEEPEST and text[:1] in {"{", "[", '"'}:
        for message in _of_json(text, carrier, stream, depth):
            found = True
            yield message
    if not found:
        yield Message(text, None, carrier, stream)


def _of_json(text: str, carrier: str, stream: str, depth: int) -> Iterator[Message]:
    ...
