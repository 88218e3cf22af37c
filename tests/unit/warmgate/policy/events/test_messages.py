"""Batches from queues, topics and streams."""

from __future__ import annotations

import base64
from typing import Any

from warmgate.policy.events import render_event
from warmgate.policy.values import Event, EventKind


def records(kind: str, **fields: Any) -> list[dict[str, Any]]:
    """Return the records of an event."""
    found: list[dict[str, Any]] = render_event(Event(kind=EventKind(kind), fields=fields))["Records"]
    return found


def test_a_queue_sends_each_message_with_its_own_id() -> None:
    """Text as it stands, anything else as JSON, with the MD5 of the body."""
    first, second = records("sqs", messages=[{"order": 7}, "hello"], queue="orders")

    assert (first["body"], second["body"]) == ('{"order":7}', "hello")
    assert first["messageId"] != second["messageId"]
    assert second["md5OfBody"] == "5d41402abc4b2a76b9719d911017c592"
    assert first["eventSourceARN"].endswith(":orders")


def test_an_override_reaches_into_a_record() -> None:
    """Entry by entry; what is not named stays."""
    attributes = {"kind": {"stringValue": "paid", "dataType": "String"}}
    (message,) = records("sqs", **{"with": {"Records": [{"messageAttributes": attributes}]}})

    assert message["messageAttributes"] == attributes
    assert message["body"] == "{}"


def test_a_topic_sends_a_notification() -> None:
    """The message stands in `Sns`."""
    (record,) = records("sns", messages=["hello"], topic="paid")

    assert record["EventSource"] == "aws:sns"
    assert (record["Sns"]["Message"], record["Sns"]["TopicArn"][-5:]) == ("hello", ":paid")


def test_a_data_stream_sends_base64() -> None:
    """Each record has a sequence number of its own."""
    first, second = records("kinesis", records=[{"a": 1}, "text"], stream="clicks")

    assert base64.b64decode(first["kinesis"]["data"]) == b'{"a":1}'
    assert first["kinesis"]["sequenceNumber"] < second["kinesis"]["sequenceNumber"]
    assert first["eventSourceARN"].endswith("stream/clicks")


def test_a_table_sends_items_with_their_types() -> None:
    """The first attribute counts as the key."""
    item = {"id": "7", "paid": True, "total": 9.5, "lines": [1, None], "by": {"name": "x"}}
    (record,) = records("dynamodb-stream", records=[item], table="orders")

    assert record["dynamodb"]["Keys"] == {"id": {"S": "7"}}
    assert record["dynamodb"]["NewImage"] == {
        "id": {"S": "7"},
        "paid": {"BOOL": True},
        "total": {"N": "9.5"},
        "lines": {"L": [{"N": "1"}, {"NULL": True}]},
        "by": {"M": {"name": {"S": "x"}}},
    }
    assert "OldImage" not in record["dynamodb"]


def test_a_removed_item_has_an_old_image_alone() -> None:
    """As DynamoDB sends it."""
    (record,) = records("dynamodb-stream", action="REMOVE")

    assert record["eventName"] == "REMOVE"
    assert "OldImage" in record["dynamodb"]
    assert "NewImage" not in record["dynamodb"]
