"""Takes the wrappings off a Lambda log: prefixes of log viewers, CSV, JSON exports of log events.

It knows how messages are carried and nothing of what they say.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from warmgate.logs.raised import ERROR_KEYS


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a log without its wrapping, or one JSON record: a `platform.*` one or a runtime's of an error.

    `carrier` tells wrappings apart: the lines of one invocation all come in the same one, which a line that an
    application quotes does not. `inside` marks a report found behind other text: the platform's where output without a
    line end runs into it, else a quotation.
    """

    text: str
    record: dict[str, Any] | None = None
    carrier: str = ""
    stream: str = ""
    inside: bool = False
    at_ms: float | None = None
    """When it was written, where whoever reads the log knows."""
    time: str = ""
    """What the viewer's prefix says of that."""


_TIME: Final = (
    r"(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d| UTC| \([+-]\d\d:\d\d\))?"
    r"|\d{10,60}"  # epoch seconds or milliseconds, or an event id
)
_STREAM: Final = r"\d{4}/\d\d/\d\d/[^\s,\")]{1,512}"
_GROUP: Final = r"/aws/lambda/[^\s,\"]{1,512}|EVENTS"
_SHORT_STREAM: Final = r"\[(?:\d{1,9}|\$LATEST)\][0-9a-f]{8,40}"
# `aws logs tail`, `sam logs`, `awslogs`, `cw`, `saw`, the CLI's text tables, CSV: group, stream and time stand before
# the message.
_PREFIX = re.compile(
    rf"(?P<indent>[ \t]+)?(?P<carried>(?:[\"\[(]?(?:(?P<time>{_TIME})|(?P<stream>{_STREAM}|{_SHORT_STREAM})"
    rf"|(?P<group>{_GROUP}))[\"\])]?(?:[ \t]*,[ \t]*|[ \t]+-[ \t]+|[ \t]+)){{0,6}})"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OPENS = re.compile(r"[\[{][\[{\s]*|\{\s*\"[^\"]{0,200}\"\s*:.*[\[{,]")
_MESSAGE_LINE = re.compile(r"\"@?message\"\s*:\s*(?=\")")
_PLATFORM_STARTS = ("REPORT RequestId:", "START RequestId:", "END RequestId:", "INIT_START ", '{"time":')
_LONGEST_BLOCK: Final = 50_000
_DEEPEST: Final = 8

_LISTS = ("events", "logEvents", "results", "sessionResults", "Records", "records", "hits")
_SHELLS = ("_source", "hits")
_STREAMS = ("logStreamName", "logStream", "@logStream")
# Loggers of applications write {"timestamp", "message"} too, but with one of these; exports of log events have none.
_APPLICATION_KEYS = frozenset(
    {"level", "log_level", "loglevel", "levelname", "severity", "logger", "service", "location", "stacktrace"}
    | {"requestid", "awsrequestid", "aws_request_id", "function_request_id", "errortype", "errormessage"}
)


def read_messages(lines: Iterable[str]) -> Iterator[Message]:
    """Yield every message of a log in order, unwrapped; never raises, whatever the lines hold."""
    for block in _blocks(_clean(line) for line in lines):
        carried: list[Message] = []
        if len(block) > 1:
            text, carrier, stream, _ = _unprefixed("\n".join(block), "", "")
            carried = [message for value in _json_of(text) for message in _of_value(value, carrier, stream, 0)]
        yield from carried
        for line in () if carried else block:
            yield from _of_line(line, "", "", 0)


def _clean(line: str) -> str:
    line = line.rstrip("\r\n").replace("\0", "").lstrip("\ufeff\ufffd")
    return _COLOUR.sub("", line) if "\x1b" in line else line


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines of each pretty-printed JSON document together, and every other line alone."""
    block: list[str] = []
    depth = 0
    for line in lines:
        depth = depth + _nesting(line) if block else _opened(line)
        block.append(line)
        if depth <= 0 or len(block) > _LONGEST_BLOCK or line.startswith(_PLATFORM_STARTS):
            yield block
            block = []
    yield block


def _opened(line: str) -> int:
    """Return how many brackets the first line of a pretty-printed document leaves open, 0 for any other line."""
    line = line.rstrip()
    if line[-1:] not in {"{", "[", ","}:
        return 0
    bare = _unprefixed(line, "", "")[0]
    if bare[:1] not in {"{", "["} or not _OPENS.fullmatch(bare):
        return 0
    return _nesting(bare) + (bare.strip("[{ ") != "")


def _nesting(line: str) -> int:
    """Return the brackets opened at the end of a line, less those closed at its beginning."""
    bare = line.strip()
    opened, closed = bare[len(bare.rstrip("[{ ")) :], bare[: len(bare) - len(bare.lstrip("]} "))]
    return len(opened.replace(" ", "")) - len(closed.replace(" ", ""))


def _loaded(text: str) -> Iterator[Any]:
    """Yield the JSON values that `text` begins with: Firehose writes one behind the other, with nothing between."""
    at = len(text) - len(text.lstrip())
    decoder = json.JSONDecoder(strict=False)
    while text[at : at + 1]:
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
        at += len(text[at:]) - len(text[at:].lstrip()) if text[at : at + 1].isspace() else 0


def _unprefixed(line: str, carrier: str, stream: str) -> tuple[str, str, str, str]:
    """Return what stands behind the prefix of a log viewer, with its carrier, stream and time."""
    prefix = _PREFIX.match(line)
    if not prefix or not prefix.end():
        return line, carrier, stream, ""
    text = line[prefix.end() :]
    if prefix["carried"] and text.startswith('"'):
        text = text[1:].removesuffix('"').replace('""', '"')
    carrier += "".join(name[0] for name in ("indent", "time", "stream", "group") if prefix[name])
    return text, carrier, prefix["stream"] or stream, prefix["time"] or ""


def _of_line(line: str, carrier: str, stream: str, depth: int) -> Iterator[Message]:
    text, carrier, stream, time = _unprefixed(line, carrier, stream)
    values = _json_of(text) if depth < _DEEPEST else iter(())
    carried = (message for value in values for message in _of_value(value, carrier, stream, depth))
    first = next(carried, None)
    yield first or Message(text, None, carrier, stream, time=time)
    yield from carried
    if first is None and '"platform.report"' in text and (record := _record_inside(text)):
        yield Message("", record, carrier, stream, inside=True)


def _record_inside(text: str) -> dict[str, Any] | None:
    begin = text.rfind("{", 0, text.index('"platform.report"'))
    record = next(_loaded(text[begin:]), None) if begin > 0 and text[:1] not in {"{", "["} else None
    return record if isinstance(record, dict) and record.get("type") == "platform.report" else None


def _json_of(text: str) -> Iterator[Any]:
    """Yield the JSON that a line holds: documents, a whole tail as one string, a `message` line of a document."""
    if text[:1] in {"{", "["}:
        yield from _loaded(text)
    elif text.startswith('"'):
        named = _MESSAGE_LINE.match(text)
        value = next(_loaded(text[named.end() :] if named else text), None)
        if isinstance(value, str) and "RequestId" in value:
            yield {"message": value}


def _of_value(value: Any, carrier: str, stream: str, depth: int) -> Iterator[Message]:
    if isinstance(value, list) and depth < _DEEPEST:
        for item in _in_time(value):
            yield from _of_value(item, carrier, stream, depth + 1)
    if not isinstance(value, dict):
        return
    if value.keys() >= ERROR_KEYS and "type" not in value:
        yield Message("", value, carrier, stream)
        return
    if any(str(key).lower() in _APPLICATION_KEYS for key in value):
        return
    if str(value.get("type", "")).startswith("platform."):
        yield Message("", value, carrier, stream)
        return
    stream = next((str(value[key]) for key in _STREAMS if value.get(key)), stream)
    inner = [value[key] for key in _LISTS if isinstance(value.get(key), list)]
    shells = [value[key] for key in _SHELLS if isinstance(value.get(key), dict)]
    for each in (*inner, *shells) if depth < _DEEPEST else ():
        yield from _of_value(each, carrier, stream, depth + isinstance(each, dict))
    yield from _of_event(value, carrier + "m", stream, depth + 1)


def _in_time(items: list[Any]) -> list[Any]:
    """Return log events in the order of time: Logs Insights gives the newest first."""
    times = [_time_of(item) for item in items]
    known = [time for time in times if time is not None]
    if len(known) < 2 or len(known) < len(items) or len({type(time) for time in known}) > 1:
        return items
    falling = all(later >= earlier for later, earlier in pairwise(known))
    return items[::-1] if falling and known[0] != known[-1] else items


def _time_of(item: object) -> Any:
    """Return the time of an event or of a row of a query's result, None where it has none."""
    if isinstance(item, list):
        item = {cell.get("field"): cell.get("value") for cell in item if isinstance(cell, dict)}
    time = item.get("@timestamp", item.get("timestamp")) if isinstance(item, dict) else None
    return time if isinstance(time, str | int | float) and not isinstance(time, bool) else None


def _of_event(event: dict[str, Any], carrier: str, stream: str, depth: int) -> Iterator[Message]:
    """Unwrap one log event, one row of a query's result, or one answer of Invoke."""
    message = event.get("message", event.get("@message", event.get("log")))
    if event.get("field") == "@message":
        message = event.get("value")
    if isinstance(message, dict):
        yield from _of_value(message, carrier, stream, depth)
    if not isinstance(message, str):
        message = _decoded(event.get("LogResult"))
    for line in message.split("\n") if message else ():
        yield from _of_line(line.rstrip("\r"), carrier, stream, depth)


def _decoded(log_result: object) -> str:
    try:
        return base64.b64decode(log_result).decode(errors="replace") if isinstance(log_result, str) else ""
    except ValueError:
        return ""
