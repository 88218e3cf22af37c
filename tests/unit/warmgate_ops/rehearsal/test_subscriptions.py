"""Subscription filters of the local cloud: two a group, replaced by name, and what they deliver."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from warmgate.adapters.deliveries import delivery_of
from warmgate.logs.calls import PATTERN
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal
from warmgate_ops.rehearsal.cloud.logs.store import LogStore
from warmgate_ops.rehearsal.cloud.logs.subscriptions import SubscriptionBook, may_call

ACCOUNT = "123456789012"
GROUP, STREAM = "/aws/lambda/f", "2026/01/01/[1]aa"
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:feed"


def asked(name: str, **changes: Any) -> dict[str, Any]:
    """Return a request for a filter."""
    return {
        "logGroupName": GROUP,
        "filterName": name,
        "filterPattern": PATTERN,
        "destinationArn": ARN,
        **changes,
    }


def names(book: SubscriptionBook, **more: Any) -> list[str]:
    """Return the names that are described."""
    return [each["filterName"] for each in book.describe({"logGroupName": GROUP, **more})["subscriptionFilters"]]


def test_a_group_takes_two_filters_and_replaces_by_name() -> None:
    """A third one is refused as CloudWatch Logs does; the same name is the same filter."""
    book = SubscriptionBook(ACCOUNT)
    for name in ("a", "b", "a"):
        book.put(asked(name), 1)
    with pytest.raises(LogsRefusal) as refused:
        book.put(asked("c"), 1)

    assert refused.value.code == "LimitExceededException"
    assert names(book) == ["a", "b"]
    assert names(book, filterNamePrefix="b") == ["b"]


def test_a_page_of_filters_goes_on() -> None:
    """The token is the last name."""
    book = SubscriptionBook(ACCOUNT)
    for name in ("a", "b"):
        book.put(asked(name), 1)
    first = book.describe({"logGroupName": GROUP, "limit": 1})

    assert names(book, limit=1, nextToken=first["nextToken"]) == ["b"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"destinationArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "Lambda functions alone"),
    ({"filterPattern": "{ $.a = 1 }"}, "the local cloud knows terms alone"),
    ({"filterName": ""}, "filterName are required"),
]


@pytest.mark.parametrize(("changes", "text"), WRONG)
def test_what_is_not_known_is_refused_by_name(changes: dict[str, Any], text: str) -> None:
    """Nothing is taken for another thing in silence."""
    with pytest.raises(LogsRefusal, match=text):
        SubscriptionBook(ACCOUNT).put(asked("a", **changes), 1)


def test_a_filter_is_deleted_once() -> None:
    """A second time there is none; with its group all go."""
    book = SubscriptionBook(ACCOUNT)
    book.put(asked("a"), 1)
    book.delete(asked("a"))
    with pytest.raises(LogsRefusal, match="does not exist"):
        book.delete(asked("a"))
    book.put(asked("b"), 1)
    book.drop(GROUP)
    assert names(book) == []


def test_what_matches_is_delivered_packed() -> None:
    """A delivery is one that the feed itself reads, with the ids that FilterLogEvents shows."""
    book, store = SubscriptionBook(ACCOUNT), LogStore()
    book.put(asked("warmgate-d-ABC"), 1)
    messages = ("START RequestId: r-1 Version: 1", "printed", "REPORT RequestId: r-1\tDuration: 1.00 ms")
    added = store.put(GROUP, STREAM, [{"timestamp": 5, "message": text} for text in messages], 9)
    ((made, payload),) = book.deliveries(GROUP, STREAM, added)
    found = delivery_of(json.loads(payload))

    assert (made.name, found.owner, found.group, found.deployments) == ("warmgate-d-ABC", ACCOUNT, GROUP, ("d-ABC",))
    assert [(event.event_id, event.message) for event in found.events] == [
        (event.event_id, event.message) for event in (added[0], added[2])
    ]
    assert book.deliveries(GROUP, STREAM, [added[1]]) == []


def test_a_check_of_the_destination_is_a_control_message() -> None:
    """It names no group and no filter."""
    book = SubscriptionBook(ACCOUNT)
    payload = json.loads(book.check_of(book.put(asked("a"), 1)))

    assert delivery_of(payload).is_control
    assert json.loads(gzip.decompress(base64.b64decode(payload["awslogs"]["data"])))["logGroup"] == ""


GROUP_ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}:*"
LOGS = {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}}
POLICIES: list[tuple[list[dict[str, Any]], bool]] = [
    ([], False),
    ([LOGS], True),
    ([{**LOGS, "Principal": {"Service": "events.amazonaws.com"}}], False),
    ([{**LOGS, "Condition": {"ArnLike": {"AWS:SourceArn": f"{GROUP_ARN[:-4]}*"}}}], True),
    ([{**LOGS, "Condition": {"ArnLike": {"AWS:SourceArn": GROUP_ARN.replace("/f:", "/g:")}}}], False),
    ([{**LOGS, "Condition": {"StringEquals": {"AWS:SourceAccount": "999999999999"}}}], False),
]


@pytest.mark.parametrize(("statements", "expected"), POLICIES)
def test_a_destination_says_who_may_call_it(statements: list[dict[str, Any]], *, expected: bool) -> None:
    """For which groups, and for which account."""
    assert may_call({"Statement": statements}, GROUP_ARN, ACCOUNT) is expected
