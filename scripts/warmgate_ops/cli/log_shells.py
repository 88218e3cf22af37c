"""Takes off what other programs put around a Lambda log in a file: compose, CI, LocalStack, Datadog, the CLI's outputs.

A hook reads logs from Lambda and CloudWatch alone and knows none of this; a file may come from anywhere.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import yaml

from warmgate.logs.records import InvocationRecord

_PLATFORM: Final = r"(?:REPORT|START|END) RequestId:|INIT_START |INIT_REPORT |RESTORE_|\{\"time\":|RequestId: "
_TIME: Final = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?"
_LOGGER: Final = r"\[[^\]]{0,100}\]\s+\S{1,200}\s*:\s+(?:>\s)?\s*"
_LEVEL: Final = r"(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR)"
_PREFIXES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[^\t|]{{0,200}}\t[^\t|]{{0,200}}\t(?:\ufeff)?{_TIME}\s+(?={_PLATFORM})",  # gh run view --log
        rf"{_TIME}\s+[0-9a-f]{{2}}[OE][+ ]\s?(?={_PLATFORM})",  # a GitLab job log
        rf"[\w./-]{{1,100}}\s*\|\s+(?:{_TIME}\s+)?(?={_PLATFORM})",  # docker compose logs
        rf"(?:[\w./-]{{1,100}}\s*\|\s+)?{_TIME}\s+{_LEVEL}\s+-{{3}}\s+{_LOGGER}(?={_PLATFORM})",  # LocalStack
    )
)
_CELL: Final = re.compile(rf"\s(?={_PLATFORM})")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_COMMA: Final = re.compile(r"(?<=: )(\d+),(\d+)(?= (?:ms|MB))")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_CUT: Final = re.compile(r"REPORT RequestId:\s*([\w-]+)")
_YAML: Final = re.compile(r"^(?:events:|- (?:eventId|ingestionTime|logStreamName|message|timestamp):)", re.MULTILINE)


def unshelled(text: str) -> str:
    """Return a log without what a program put around its lines; a log that has nothing around it as it is."""
    whole = _exported(text)
    if whole is not None:
        return "\n".join(whole)
    joined = _tail("".join(text.split()))
    return joined if joined is not None else "\n".join(_unwrapped(line) for line in text.split("\n"))


def counted_once(records: tuple[InvocationRecord, ...], text: str) -> tuple[InvocationRecord, ...]:
    """Return the records, each report once; of a line that is cut off no more is known than it says.

    An asynchronous call that is tried again keeps its request id: its report differs and counts. Only those of
    time-outs may be the same to the hundredth of a millisecond, so that none of them is taken for another.
    """
    cut = set(_CUT.findall(text))
    once: dict[InvocationRecord | int, InvocationRecord] = {}
    for record in records:
        once.setdefault(_told(record), record)
    return tuple(_unknown(each) if each.request_id in cut and _is_cut(each) else each for each in once.values())


def _told(record: InvocationRecord) -> InvocationRecord | int:
    is_told_apart = record.request_id and record.status != "timeout"
    return (
        replace(record, at_ms=None, log_stream=None, begun_ms=None, init_started_ms=None)
        if is_told_apart
        else id(record)
    )


def _is_cut(record: InvocationRecord) -> bool:
    """Return whether a report ends before its peak memory, which every whole one in text format has."""
    return record.max_memory_mb is None


def _unknown(record: InvocationRecord) -> InvocationRecord:
    is_seen = record.init_ms is not None or record.restore_ms is not None
    failed = record.status if record.status != "success" else None
    return replace(record, start=record.start if is_seen else None, status=failed)


def _unwrapped(line: str) -> str:
    line = _COLOUR.sub("", line.rstrip("\r"))
    message = _message_in(line) if line.startswith("{") else _tail(line.strip())
    if message is not None:
        return message
    if line.startswith("|") and (cell := _CELL.search(line)):
        line = line[cell.end() :].rstrip("| ")
    for prefix in _PREFIXES:
        if found := prefix.match(line):
            line = line[found.end() :]
            break
    return _COMMA.sub(r"\1.\2", line) if "REPORT RequestId:" in line else line


def _tail(text: str) -> str | None:
    """Return the log tail that a text is in base64, None where it is none."""
    if not _BASE64.fullmatch(text):
        return None
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    return decoded if "RequestId" in decoded else None


def _message_in(line: str) -> str | None:
    """Return the message of a line of Datadog's, None of any other."""
    value = _loaded(line)
    is_datadog = isinstance(value, dict) and ("ddsource" in value or "ddtags" in value or "attributes" in value)
    return next(_messages(value), None) if is_datadog else None


def _exported(text: str) -> list[str] | None:
    """Return the messages of a whole export: Datadog's JSON, or the YAML of the AWS CLI."""
    value = _loaded(text) if '"attributes"' in text or '"ddsource"' in text else None
    if value is None and _YAML.search(text) and "RequestId" in text:
        try:
            value = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    found = list(_messages(value)) if value is not None else []
    return found or None


def _messages(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in sorted(value, key=_time) if all(_time(each) for each in value) else value:
            yield from _messages(each)
    elif isinstance(value, dict):
        message = value.get("message")
        if isinstance(message, str):
            yield message.rstrip("\n")
        for key in ("data", "events", "attributes", "logs"):
            if isinstance(value.get(key), list | dict):
                yield from _messages(value[key])


def _time(event: Any) -> str:
    """Return when an event was written, in words that sort; empty where it is not told."""
    inner = event.get("attributes", event) if isinstance(event, dict) else {}
    time = inner.get("timestamp") if isinstance(inner, dict) else None
    return f"{time:020}" if isinstance(time, int) else str(time or "")


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
