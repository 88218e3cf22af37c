"""Finds the events that lie beside a template, as `sam init` puts them into `events`, and knows what sends each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warmgate.policy.values import EventKind as K
from warmgate_ops.drafting.probes import READS, EventFiles

FOLDERS = ("events", "event", "payloads")
MOST_FILES, LARGEST = 50, 256 * 1024
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*/[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""What a policy can name."""
_SOURCES = {
    "aws:sqs": K.SQS,
    "aws:sns": K.SNS,
    "aws:s3": K.S3,
    "aws:kinesis": K.KINESIS,
    "aws:dynamodb": K.DYNAMODB_STREAM,
}


def event_files(folder: Path) -> EventFiles:
    """Return the events in the folders for them, by what sends them; the first of each kind, by name."""
    found: dict[K | None, str] = {}
    for path in _candidates(folder):
        try:
            event = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if not _may_write(event):
            found.setdefault(kind_of(event), path.relative_to(folder).as_posix())
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    paths = [path for name in FOLDERS for path in sorted((folder / name).glob("*.json"))[:MOST_FILES]]
    for path in paths:
        if _PATH.fullmatch(path.relative_to(folder).as_posix()) and path.stat().st_size <= LARGEST:
            yield path


def _may_write(event: Any) -> bool:
    """Return whether an event is a request with a method that may write: nobody asked to call it."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict):
        return False
    http = context.get("http")
    method = http.get("method") if isinstance(http, dict) else event.get("httpMethod")
    return method not in READS


def kind_of(event: Any) -> K | None:
    """Return what sends an event of this shape; None where it is of no kind that is known here."""
    if not isinstance(event, dict):
        return None
    records = event.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        return _SOURCES.get(str(records[0].get("eventSource") or records[0].get("EventSource")))
    if isinstance(event.get("requestContext"), dict):
        return _http_kind(event, event["requestContext"])
    return _notice_kind(event)


def _http_kind(event: dict[str, Any], context: dict[str, Any]) -> K | None:
    if event.get("version") == "2.0":
        return K.FUNCTION_URL if ".lambda-url." in str(context.get("domainName")) else K.HTTP_API
    if "httpMethod" not in event:
        return None
    return K.ALB if "elb" in context else K.REST_API


def _notice_kind(event: dict[str, Any]) -> K | None:
    if "detail-type" in event:
        return K.SCHEDULE if event.get("detail-type") == "Scheduled Event" else K.EVENTBRIDGE
    if "triggerSource" in event and "userPoolId" in event:
        return K.COGNITO
    return K.APPSYNC if "arguments" in event and "info" in event else None
