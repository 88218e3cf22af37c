"""Lines of a file become the platform's messages, whatever program carried them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

import yaml

from warmgate_ops.cold_starts.reading.opened import elements_of
from warmgate_ops.cold_starts.reading.prefixes import NOTHING, WORDS, Prefix, prefix_of
from warmgate_ops.cold_starts.reading.said import Said
from warmgate_ops.cold_starts.reading.shells import Carried, decoded, messages_in

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_MORE = re.compile(
    rf"(?:RequestId: )?{_ID} (?:Error: )?Task timed out after |RequestId: {_ID} (?:Error: \S|Process exited)"
    rf"|\[ERROR\] (?=[A-Za-z_][\w.]*(?::|\s*$))|{_ID}\tERROR\tInvoke Error|XRAY TraceId: "
    r"|(?:(?:Billed |Init |Restore )?Duration|Memory Size|Max Memory Used): [\d.]+ (?:ms|MB)"
    r"|AWS_LAMBDA_INITIALIZATION_TYPE"
)
"""What is read beside the platform's beginnings: failures, and reports that a viewer broke into lines."""
_RECORD = re.compile(r'"platform\.|"errorType"|RequestId|"@duration"|durationMs|LogResult|INIT_')
_MESSAGE = re.compile(r'\s*"(?:@?message|value|log)"\s*:\s*(?=")')
_DOCUMENT = re.compile(r'[\[{]\s*(?:["{\[\]}]|$)')
_YAML = re.compile(r"(?:- )?(?:events:|- (?:eventId|ingestionTime|logStreamName|message|timestamp):)", re.MULTILINE)
_HEADER = re.compile(r'(?:"?[@\w][\w .@-]{0,60}"?,)+"?[@\w][\w .@-]{0,60}"?\s*')
_NAMES = re.compile(r"@?message|@duration|@requestId|record\.", re.IGNORECASE)
_OPENING: Final = 24
"""Longer lines do not hold a bracket alone."""
_LONGEST_BLOCK: Final = 5000
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}\s*")
_COMMA: Final = re.compile(r"(?<=: )(\d+),(\d+)(?= (?:ms|MB))")


def read_carried(lines: Iterator[str]) -> Iterator[Said]:
    """Yield the platform's messages of a log in order, each with its stream and time where they are told."""
    first = next((line for line in lines if line.strip("\ufeff \t\r\n\0")), "")
    bare = _COLOUR.sub("", first).strip()
    if _DOCUMENT.match(bare) and not _is_whole(bare):
        yield from _of_document(lines, first)
    elif _HEADER.fullmatch(first) and _NAMES.search(first):
        yield from _of_rows(csv.DictReader(chain([first], lines)))
    elif _BASE64.fullmatch(first):
        whole = "".join(chain([first], lines))
        tail = decoded(whole)
        yield from read_lines(tail.split("\n") if _RECORD.search(tail) else whole.split("\n"))
    elif _YAML.match(first):
        yield from _of_yaml("".join(chain([first], lines)))
    else:
        yield from read_lines(chain([first], lines))


def _is_whole(line: str) -> bool:
    """Say whether a line is a JSON document by itself: the next ones may be, too."""
    try:
        json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def read_lines(lines: Iterable[str]) -> Iterator[Said]:
    """Yield the messages of lines, each of which is a message behind any prefix or a JSON document."""
    for line in _blocks(iter(lines)):
        at = line.find(" RequestId: ")
        word = _begin(line, at) if at >= 3 else -1
        if word < 0 or (word and (line[0] in "{[\x1b" or '"' in line[:word])):
            yield from _of_other_line(line)
        elif (prefix := prefix_of(line[:word]) if word else NOTHING) is not None:
            yield _said(line[word:].rstrip(), prefix)


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a JSON document that is printed among others together, and every other line alone."""
    for line in lines:
        opened = line.strip() if len(line) < _OPENING else ""
        if opened not in {"{", "["}:
            yield line
            continue
        closing = line.rstrip().replace(opened, "}" if opened == "{" else "]")
        block = [line]
        for more in lines:
            block.append(more)
            if more.rstrip(" ,\r\n") == closing or len(block) >= _LONGEST_BLOCK:
                break
        whole = "\n".join(block)
        yield from (whole,) if _is_whole(whole) else block


def _begin(line: str, end: int) -> int:
    """Return where REPORT, START or END begins that ends at a place, -1 where none does."""
    for name, begin in (("REPORT", end - 6), ("START", end - 5), ("END", end - 3)):
        if begin >= 0 and line.startswith(name, begin):
            return begin if not begin or not line[begin - 1].isalnum() else -1
    return -1


def _of_other_line(line: str) -> Iterator[Said]:
    if "\x1b" in line or "\0" in line:
        line = _COLOUR.sub("", line).replace("\0", "")
    bare = line.strip()
    if bare[:1] in {"{", "["} and bare[-1:] in {"}", "]", ","} and _DOCUMENT.match(bare):
        if _RECORD.search(bare):
            yield from _of_json(bare.rstrip(","))
        return
    if '"' in line and (found := _MESSAGE.match(line)):
        value = _loaded(line[found.end() :].strip().rstrip(","))
        yield from read_lines(value.split("\n") if isinstance(value, str) else ())
        return
    found = WORDS.search(line) or _MORE.search(line)
    if not found:
        return
    prefix = prefix_of(line[: found.start()])
    if prefix is None:
        return
    text = line[found.start() :].rstrip()
    if text.startswith("{"):
        yield from _of_json(text, prefix)
    else:
        yield _said(text, prefix)


def _said(text: str, prefix: Prefix) -> Said:
    stream, at_ms, function, shape = prefix
    if "\\" in text and "\t" not in text:
        text = _plain(text)
    if shape and shape[0] == "|":
        text = text.rstrip("| ")
    if shape and shape[-1] == '"' and '"' in text:
        text = text.rpartition('"')[0].replace('""', '"')
    return Said(text, None, shape, function, stream, at_ms)


def _plain(text: str) -> str:
    """Return a text whose tabs and line ends were escaped twice, as they were."""
    return text.replace("\\t", "\t").replace("\\n", "\n").rstrip()


def _of_json(text: str, prefix: Prefix = NOTHING) -> Iterator[Said]:
    """Yield the messages of JSON documents one behind the other on a line."""
    decoder, at = json.JSONDecoder(strict=False), 0
    about = Carried(stream=prefix.stream, at_ms=prefix.at_ms, function=prefix.function)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        for carried in messages_in(value, about):
            yield from _unshelled(carried, prefix.shape)
        while at < len(text) and text[at] in " \t,\r\n":
            at += 1


def _unshelled(carried: Carried, shape: str) -> Iterator[Said]:
    """Yield the messages of what stood inside a shell: lines, which may be JSON again."""
    shape = f"{shape}{carried.depth}"
    if carried.record is not None:
        yield Said("", carried.record, shape, carried.function, carried.stream, carried.at_ms)
        return
    for said in read_lines((carried.text,)):
        yield Said(
            said.text,
            said.record,
            shape + said.carrier,
            said.function or carried.function,
            said.stream or carried.stream,
            carried.at_ms if carried.at_ms is not None else said.at_ms,
        )


def _of_document(lines: Iterator[str], first: str) -> Iterator[Said]:
    """Yield the messages of a JSON document; where it holds none it is an answer, and the log follows it."""
    seen, is_log = [first], False
    for said in _of_elements(elements_of(lines, seen)):
        is_log = True
        yield said
    if not is_log:
        yield from read_lines("".join(seen).split("\n"))


def _of_elements(elements: Iterable[tuple[str, Any]]) -> Iterator[Said]:
    outside, about = None, Carried()
    for around, element in elements:
        if around is not outside:
            outside, about = around, _told(around)
        for carried in messages_in(element, about):
            yield from _unshelled(carried, "")


_AROUND = re.compile(r'"(logGroup(?:Name)?|logStream(?:Name)?)"\s*:\s*"([^"]+)"')


def _told(around: str) -> Carried:
    """Return what stands around a list: the log group and stream of a subscription's payload."""
    names = {key.removesuffix("Name"): value for key, value in _AROUND.findall(around)}
    function = names.get("logGroup", "").partition("/aws/lambda/")[2]
    return Carried(stream=names.get("logStream", ""), function=function, depth=2)


def _of_rows(rows: Iterable[dict[str | Any, Any]]) -> Iterator[Said]:
    for row in rows:
        for carried in messages_in({key: value for key, value in row.items() if key and value}, Carried(depth=2)):
            yield from _unshelled(carried, "")


def _of_yaml(text: str) -> Iterator[Said]:
    try:
        value = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        yield from read_lines(text.split("\n"))
        return
    for carried in messages_in(value, Carried(depth=2)):
        yield from _unshelled(carried, "")


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
