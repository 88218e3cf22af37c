"""What a subscription delivers is checked, reduced and kept; what is no delivery raises."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.feed import FakeFeed, events_of_call
from support.fakes.world import VirtualClock
from unit.warmgate.feed.test_fed_calls import call
from warmgate.adapters import deliveries
from warmgate.adapters.deliveries import delivery_of
from warmgate.errors import FeedError
from warmgate.feed.intake import Intake
from warmgate.model.feed import Delivery, deployment_of, filter_name

DELIVERED: dict[str, Any] = {
    "messageType": "DATA_MESSAGE",
    "owner": "123456789012",
    "logGroup": "/aws/lambda/f",
    "logStream": "2026/01/01/[2]aa",
    "subscriptionFilters": ["warmgate-d-ABC123DEF"],
    "logEvents": [{"id": "3", "timestamp": 1_000, "message": "START RequestId: r-1 Version: 2"}],
}


def event(**changes: Any) -> dict[str, Any]:
    """Return a delivery as Lambda gets it."""
    packed = gzip.compress(json.dumps({**DELIVERED, **changes}).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


def taken(delivery: Delivery) -> tuple[int, FakeFeed, list[str]]:
    """Return how many events were kept, where, and what was logged."""
    clock, lines = VirtualClock(), list[str]()
    feed = FakeFeed(clock)
    return Intake(batches=feed, clock=clock, account="123456789012", log=lines.append).take(delivery), feed, lines


def test_a_delivery_is_kept_for_its_deployment() -> None:
    """Group, stream, ids and times stay; it arrives now."""
    count, feed, _ = taken(delivery_of(event()))

    ((deployment_id, batch),) = feed.kept
    assert (count, deployment_id, batch.group) == (1, "d-ABC123DEF", "/aws/lambda/f")
    assert [(kept.event_id, kept.stream, kept.at_ms) for kept in batch.events] == [("3", "2026/01/01/[2]aa", 1_000.0)]
    assert batch.arrived_ms == feed.clock.epoch_ms()


def test_a_check_of_the_destination_is_no_delivery() -> None:
    """CloudWatch Logs sends one when a filter is made."""
    found = delivery_of(event(messageType="CONTROL_MESSAGE", logGroup="", logStream="", subscriptionFilters=["x"]))

    assert taken(found)[0] == 0
    assert taken(found)[1].kept == []


def test_another_accounts_delivery_is_left_out_and_said() -> None:
    """Who may call the function is checked by AWS, and here once more."""
    count, feed, lines = taken(delivery_of(event(owner="999999999999")))

    assert (count, feed.kept) == (0, [])
    assert "its owner is '999999999999', expected '123456789012'" in lines[0]


def test_filters_of_others_and_lines_of_applications_are_left_out() -> None:
    """Nothing is written that nobody reads."""
    printed = [{"id": "3", "timestamp": 1, "message": "[ERROR] not one of the runtime"}]
    for changes in ({"subscriptionFilters": ["theirs"]}, {"logEvents": printed}):
        assert taken(delivery_of(event(**changes)))[1].kept == []


def test_a_store_that_does_not_answer_makes_lambda_deliver_again() -> None:
    """An error ends the call."""
    feed = FakeFeed(VirtualClock(), fails=FeedError("throttled"))
    whole = replace(delivery_of(event()), events=events_of_call(call(1, 1_000.0)))
    with pytest.raises(FeedError, match="throttled"):
        Intake(batches=feed, clock=feed.clock, account="123456789012").take(whole)


WRONG: dict[str, dict[str, Any]] = {
    "another event": {"detail": {}},
    "no base64": {"awslogs": {"data": "%"}},
    "no gzip": {"awslogs": {"data": base64.b64encode(b"{}").decode()}},
    "cut": {"awslogs": {"data": base64.b64encode(gzip.compress(b"{}" * 100)[:20]).decode()}},
    "no JSON": {"awslogs": {"data": base64.b64encode(gzip.compress(b"[1]")).decode()}},
    "another kind": event(messageType="SOMETHING"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_delivery_is_said_to_be_none(wrong: dict[str, Any]) -> None:
    """Somebody else called the function: the text says what was expected."""
    with pytest.raises(FeedError, match=r"expected a delivery of CloudWatch Logs as awslogs\.data"):
        delivery_of(wrong)


def test_a_delivery_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes can become many."""
    monkeypatch.setattr(deliveries, "LARGEST", 50)
    with pytest.raises(FeedError, match="more than 50 bytes unpacked"):
        delivery_of(event())


def test_the_name_of_a_filter_names_its_deployment() -> None:
    """And nobody else's filter does."""
    assert deployment_of(filter_name("d-ABC123DEF")) == "d-ABC123DEF"
    assert [deployment_of(name) for name in ("warmgate", "warmgate-alarms", "my-warmgate-d-ABC", "")] == [""] * 4
