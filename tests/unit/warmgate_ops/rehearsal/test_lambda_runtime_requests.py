"""What Lambda refuses of calls and aliases, and what it sends of an event's outcome, as pure functions."""

from __future__ import annotations

import base64
import json

import pytest

from warmgate_ops.rehearsal.cloud.lambda_runtime.control import Refused
from warmgate_ops.rehearsal.cloud.lambda_runtime.destinations import Ended, letter_of, record_of
from warmgate_ops.rehearsal.cloud.lambda_runtime.publishing import check_weights, comparable
from warmgate_ops.rehearsal.cloud.lambda_runtime.requests import (
    LARGEST_EVENT,
    LARGEST_REQUEST,
    LONGEST_CONTEXT,
    check_context,
    check_payload,
    one_qualifier,
)

ENDED = Ended(
    request_id="one",
    function_arn="arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
    payload=b'{"a": 1}',
    attempts=3,
    condition="RetriesExhausted",
    version="7",
    answer=b'{"errorMessage": "no", "errorType": "E"}',
    failed=True,
)


@pytest.mark.parametrize("payload", [b"", b"{", b"Infinity", b"\xff", b"[" * 100_000, b"{} {}"])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    """However it is broken, with the reason in the message."""
    with pytest.raises(Refused, match="Could not parse request body into json: ") as refused:
        check_payload(payload, is_event=False)
    assert (refused.value.status, refused.value.code) == (400, "InvalidRequestContentException")


@pytest.mark.parametrize(("largest", "is_event"), [(LARGEST_REQUEST, False), (LARGEST_EVENT, True)])
def test_the_largest_payload_is_taken_and_one_byte_more_is_not(largest: int, is_event: bool) -> None:
    """6 MB of a request, 1 MB of an event."""
    check_payload(b'"' + b"x" * (largest - 2) + b'"', is_event=is_event)
    with pytest.raises(Refused) as refused:
        check_payload(b'"' + b"x" * (largest - 1) + b'"', is_event=is_event)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "context", ["%%%", "bm90IGpzb24=", base64.b64encode(b"1").decode(), "x" * (LONGEST_CONTEXT + 1)]
)
def test_a_client_context_is_a_json_object_in_base64(context: str) -> None:
    """Neither too long nor anything else."""
    check_context(None)
    check_context(base64.b64encode(b"{}").decode())
    with pytest.raises(Refused):
        check_context(context)


def test_one_qualifier_is_enough() -> None:
    """In the name, beside it, or the same in both."""
    assert one_qualifier("f", None) == ("f", "")
    assert (
        one_qualifier("f", "live") == one_qualifier("f:live", None) == one_qualifier("f:live", "live") == ("f", "live")
    )
    with pytest.raises(Refused, match="derived qualifier"):
        one_qualifier("f:live", "7")


@pytest.mark.parametrize(
    ("version", "weights"),
    [("7", {"8": 1.01}), ("7", {"8": -0.01}), ("7", {"7": 0.1}), ("$LATEST", {"8": 0.1}), ("7", {"8": 0.1, "9": 0.1})],
)
def test_weights_that_cannot_be_are_refused(version: str, weights: dict[str, float]) -> None:
    """And those that can be are not."""
    check_weights("7", {})
    check_weights("7", {"8": 0.1})
    with pytest.raises(Refused):
        check_weights(version, weights)


def test_a_version_is_compared_by_code_and_settings_alone() -> None:
    """Not by its number, its time or its state."""
    latest = {"Version": "$LATEST", "RevisionId": "a", "State": "Pending", "CodeSha256": "x", "MemorySize": 128}
    version = {"Version": "1", "RevisionId": "b", "State": "Active", "CodeSha256": "x", "MemorySize": 128}

    assert comparable(latest) == comparable(version)
    assert comparable(latest) != comparable({**version, "MemorySize": 256})


def test_a_record_says_what_was_asked_and_answered() -> None:
    """With the condition and the attempts; a call that never ran has no answer."""
    record = record_of(ENDED)

    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"}
    assert (record["requestPayload"], record["responsePayload"]["errorMessage"]) == ({"a": 1}, "no")
    assert record["timestamp"] == "1970-01-01T00:00:00.000Z"
    never = Ended(request_id="one", function_arn="a", payload=b"{}", attempts=0, condition="EventAgeExceeded")
    assert "responseContext" not in record_of(never)


def test_a_dead_letter_is_the_event_itself() -> None:
    """Why it came to nothing stands in its attributes."""
    body, attributes = letter_of(ENDED)

    assert json.loads(body) == {"a": 1}
    assert attributes["RequestID"]["StringValue"] == "one"
    assert attributes["ErrorMessage"]["StringValue"] == "no"
