"""Batches of messages and records as Lambda passes them on from queues, topics and streams."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from warmgate.policy.events.constants import ACCOUNT, EPOCH_S, REGION, TIME_MS, Fields, arn, as_text, request_id

_ITEM = {"id": "1"}
_EMPTY: dict[str, Any] = {}


def sqs(fields: Fields) -> dict[str, Any]:
    """Return a batch of a queue's messages."""
    queue = arn("sqs", fields.get("queue", "queue"))
    texts = [as_text(message) for message in fields.get("messages", [_EMPTY])]
    return {"Records": [_queued(text, number, queue) for number, text in enumerate(texts, start=1)]}


def _queued(text: str, number: int, queue: str) -> dict[str, Any]:
    return {
        "messageId": request_id(number),
        "receiptHandle": f"receipt-{number}",
        "body": text,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": f"{EPOCH_S}000",
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": f"{EPOCH_S}001",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": REGION,
    }


def sns(fields: Fields) -> dict[str, Any]:
    """Return the notification of a topic's messages."""
    topic = arn("sns", fields.get("topic", "topic"))
    texts = [as_text(message) for message in fields.get("messages", [_EMPTY])]
    return {"Records": [_notified(text, number, topic) for number, text in enumerate(texts, start=1)]}


def _notified(text: str, number: int, topic: str) -> dict[str, Any]:
    return {
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{topic}:{request_id(0)}",
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1",
            "Timestamp": TIME_MS,
            "Signature": "signature",
            "SigningCertUrl": f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService.pem",
            "MessageId": request_id(number),
            "Message": text,
            "MessageAttributes": {},
            "Type": "Notification",
            "UnsubscribeUrl": f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe",
            "TopicArn": topic,
            "Subject": None,
        },
    }


def kinesis(fields: Fields) -> dict[str, Any]:
    """Return a batch of a data stream's records."""
    stream = arn("kinesis", f"stream/{fields.get('stream', 'stream')}")
    texts = [as_text(record) for record in fields.get("records", [_EMPTY])]
    return {"Records": [_streamed(text, number, stream) for number, text in enumerate(texts, start=1)]}


def _streamed(text: str, number: int, stream: str) -> dict[str, Any]:
    sequence = f"{number:056d}"
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": str(number),
            "sequenceNumber": sequence,
            "data": base64.b64encode(text.encode(errors="replace")).decode(),
            "approximateArrivalTimestamp": float(EPOCH_S),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{ACCOUNT}:role/warmgate",
        "awsRegion": REGION,
        "eventSourceARN": stream,
    }


def dynamodb_stream(fields: Fields) -> dict[str, Any]:
    """Return a batch of a table's changes, with new and old images."""
    stream = arn("dynamodb", f"table/{fields.get('table', 'table')}/stream/2026-01-01T00:00:00.000")
    action, items = fields.get("action", "INSERT"), fields.get("records", [_ITEM])
    return {"Records": [_changed(item, number, action, stream) for number, item in enumerate(items, start=1)]}


def _changed(item: dict[str, Any], number: int, action: str, stream: str) -> dict[str, Any]:
    image = {name: _attribute(value) for name, value in item.items()}
    images = {
        **({"NewImage": image} if action != "REMOVE" else {}),
        **({"OldImage": image} if action != "INSERT" else {}),
    }
    return {
        "eventID": f"{number:032x}",
        "eventName": action,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": EPOCH_S,
            "Keys": {name: image[name] for name in list(image)[:1]},
            **images,
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": len(as_text(image)),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": stream,
    }


def _attribute(value: Any) -> dict[str, Any]:
    """Return a JSON value as DynamoDB writes it, with its type."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [_attribute(entry) for entry in value]}
    if isinstance(value, dict):
        return {"M": {name: _attribute(entry) for name, entry in value.items()}}
    return {"S": value}
