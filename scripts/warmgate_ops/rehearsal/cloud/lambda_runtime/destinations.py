"""Where the outcome of an asynchronous call goes: destinations and dead-letter queues, as Lambda writes to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

DETAIL = {True: "Lambda Function Invocation Result - Success", False: "Lambda Function Invocation Result - Failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An asynchronous call that is over: it succeeded, or it is tried no more."""

    request_id: str
    function_arn: str
    payload: bytes
    attempts: int
    condition: str
    """Success, RetriesExhausted or EventAgeExceeded."""
    version: str = ""
    answer: bytes | None = None
    failed: bool = False
    at_s: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Return whether the function did what it was called for."""
        return self.condition == "Success"


def record_of(ended: Ended) -> dict[str, Any]:
    """Return the record that a destination is sent."""
    at = datetime.fromtimestamp(ended.at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": at,
        "requestContext": {
            "requestId": ended.request_id,
            "functionArn": ended.function_arn,
            "condition": ended.condition,
            "approximateInvokeCount": ended.attempts,
        },
        "requestPayload": _parsed(ended.payload),
    }
    if ended.answer is not None:
        response = {"statusCode": 200, "executedVersion": ended.version}
        record["responseContext"] = {**response, "functionError": "Unhandled"} if ended.failed else response
        record["responsePayload"] = _parsed(ended.answer)
    return record


def letter_of(ended: Ended) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the body and the attributes of a dead letter: the event as it was sent, and why it came to nothing."""
    said = _parsed(ended.answer or b"null")
    why = str(said.get("errorMessage", "")) if isinstance(said, dict) else ""
    attributes = {"RequestID": ("String", ended.request_id), "ErrorCode": ("Number", "200")}
    found = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}
    if why:
        found["ErrorMessage"] = {"DataType": "String", "StringValue": why[:1024]}
    return ended.payload.decode("utf-8", "replace"), found


@dataclass(frozen=True, slots=True)
class Post:
    """Sends to queues, topics, functions and buses; it blocks."""

    client: Callable[[str], Any]

    def record(self, arn: str, ended: Ended) -> None:
        """Send the record of a call to a destination."""
        text, service = json.dumps(record_of(ended)), arn.split(":")[2]
        if service == "lambda":
            self.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())
        elif service == "events":
            entry = {"Source": "lambda", "DetailType": DETAIL[ended.succeeded], "Detail": text}
            self.client("events").put_events(
                Entries=[{**entry, "EventBusName": arn, "Resources": [ended.function_arn]}]
            )
        else:
            self._message(arn, text, {})

    def letter(self, arn: str, ended: Ended) -> None:
        """Send the event of a call to a dead-letter queue or topic."""
        self._message(arn, *letter_of(ended))

    def _message(self, arn: str, text: str, attributes: dict[str, dict[str, str]]) -> None:
        if arn.split(":")[2] == "sns":
            self.client("sns").publish(TopicArn=arn, Message=text, MessageAttributes=attributes)
            return
        queue = self.client("sqs")
        url = queue.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        queue.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
