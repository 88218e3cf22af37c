"""What every implementation of the feed's ports promises, on the fake and on the local cloud over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.fakes.feed import FakeFeed
from support.fakes.world import VirtualClock
from support.live_feed import FEED_ARN, FEED_TABLE, install_feed
from warmgate.adapters import batches as table_batches
from warmgate.adapters.batches import TableBatches
from warmgate.adapters.subscriptions import LogSubscriptions
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import FeedError
from warmgate.model.deadline import Deadline
from warmgate.model.feed import Batch, FeedEvent, filter_name
from warmgate.ports.feed import Batches, Subscriptions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
ID, OTHER, THIRD = "d-ABCDEF123", "d-ABCDEF124", "d-ABCDEF125"
NUMBERS = itertools.count()
FAR = Deadline(float("inf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStage:
    """Both ports, a fresh log group, and what its filters are called."""

    subscriptions: Subscriptions
    batches: Batches
    group: str
    names: Callable[[], list[str]]


@pytest.fixture(scope="module")
def fed_cloud(cloud: LocalCloud) -> LocalCloud:
    """Give a cloud with a live feed."""
    install_feed(cloud)
    return cloud


@pytest.fixture(params=["fake", "adapter"])
def stage(request: pytest.FixtureRequest) -> Iterator[FeedStage]:
    """Give both implementations."""
    group = f"/aws/lambda/subscribed-{next(NUMBERS)}"
    if request.param == "fake":
        fake = FakeFeed(VirtualClock())
        fake.clock.at_ms = 1e9
        yield FeedStage(
            subscriptions=fake, batches=fake, group=group, names=lambda: sorted(fake.filters.get(group, []))
        )
        return
    cloud = request.getfixturevalue("fed_cloud")
    client = cloud.client("logs")
    client.create_log_group(logGroupName=group)

    def names() -> list[str]:
        found = client.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
        return [each["filterName"] for each in found]

    yield FeedStage(
        subscriptions=LogSubscriptions(cloud.client, FEED_ARN),
        batches=TableBatches(cloud.client, FEED_TABLE, SystemClock()),
        group=group,
        names=names,
    )


class TestSubscriptions:
    """Open and close."""

    def test_a_filter_is_made_once_and_removed_once(self, stage: FeedStage) -> None:
        """Another run of the guard makes the same one; whoever comes second at the end finds none."""
        for _ in range(2):
            stage.subscriptions.open(stage.group, ID)
        assert stage.names() == [filter_name(ID)]
        assert stage.subscriptions.close(stage.group, ID)
        assert not stage.subscriptions.close(stage.group, ID)
        assert stage.names() == []

    def test_a_group_takes_two(self, stage: FeedStage) -> None:
        """The third is refused, as an error of the port, and one that is removed makes room."""
        stage.subscriptions.open(stage.group, ID)
        stage.subscriptions.open(stage.group, OTHER)
        with pytest.raises(FeedError, match="LimitExceededException"):
            stage.subscriptions.open(stage.group, THIRD)
        stage.subscriptions.close(stage.group, ID)
        stage.subscriptions.open(stage.group, THIRD)
        assert stage.names() == [filter_name(OTHER), filter_name(THIRD)]


class TestBatches:
    """Put and since."""

    def test_batches_come_back_by_arrival(self, stage: FeedStage) -> None:
        """Each with its group, events and times; those of before and of others are left out."""
        deployment = f"d-CONTRACT{next(NUMBERS)}"
        made = [batch(stage.group, 1_000.0 * number, f"s{number}") for number in (3, 1, 2)]
        for each in made:
            stage.batches.put(deployment, each)
        stage.batches.put(f"{deployment}X", batch(stage.group, 2_500.0, "other"))

        assert stage.batches.since(deployment, 0.0, FAR) == tuple(sorted(made, key=lambda each: each.arrived_ms))
        assert [each.arrived_ms for each in stage.batches.since(deployment, 2_000.0, FAR)] == [2_000.0, 3_000.0]

    def test_whatever_a_line_holds_comes_back(self, stage: FeedStage) -> None:
        """Lines of any language, and half of a pair of surrogates."""
        deployment = f"d-CONTRACT{next(NUMBERS)}"
        made = batch(stage.group, 5.0, "s", text="Grüße 語 \ud83d \u0000")
        stage.batches.put(deployment, made)
        assert stage.batches.since(deployment, 0.0, FAR) == (made,)


def batch(group: str, arrived_ms: float, stream: str, text: str = "START RequestId: r-1 Version: 2") -> Batch:
    """Return a batch of one event."""
    event = FeedEvent(event_id=f"{arrived_ms:020.0f}", stream=stream, at_ms=1.0, message=text)
    return Batch(group=group, arrived_ms=arrived_ms, events=(event,))


def test_many_events_become_several_items(fed_cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item has a limit, whatever the events come to."""
    monkeypatch.setattr(table_batches, "LARGEST", 1_000)
    port, deployment = TableBatches(fed_cloud.client, FEED_TABLE, SystemClock()), f"d-CONTRACT{next(NUMBERS)}"
    events = tuple(FeedEvent(event_id=str(n), stream="s", at_ms=float(n), message="x" * 100) for n in range(10))
    port.put(deployment, Batch(group="g", arrived_ms=7.0, events=events))

    found = port.since(deployment, 0.0, FAR)
    assert len(found) > 3
    assert sorted(int(event.event_id) for each in found for event in each.events) == list(range(10))


def test_others_filters_of_that_name_stay(fed_cloud: LocalCloud) -> None:
    """A filter whose destination is not ours was not made by this installation."""
    group = f"/aws/lambda/subscribed-{next(NUMBERS)}"
    fed_cloud.client("logs").create_log_group(logGroupName=group)
    LogSubscriptions(fed_cloud.client, FEED_ARN).open(group, ID)

    assert not LogSubscriptions(fed_cloud.client, f"{FEED_ARN}-other").close(group, ID)
    assert LogSubscriptions(fed_cloud.client, FEED_ARN).close(group, ID)


def test_a_group_that_is_gone_has_no_filter(fed_cloud: LocalCloud) -> None:
    """A function that was deleted with its log leaves nothing to remove."""
    port = LogSubscriptions(fed_cloud.client, FEED_ARN)
    assert not port.close("/aws/lambda/never-there", ID)
    with pytest.raises(FeedError, match="ResourceNotFoundException"):
        port.open("/aws/lambda/never-there", ID)


def test_a_destination_that_may_not_be_called_is_refused(fed_cloud: LocalCloud) -> None:
    """CloudWatch Logs tries it, and says what it lacks."""
    group = f"/aws/lambda/subscribed-{next(NUMBERS)}"
    fed_cloud.client("logs").create_log_group(logGroupName=group)
    with pytest.raises(FeedError, match="Could not execute the lambda function"):
        LogSubscriptions(fed_cloud.client, FEED_ARN.replace("live-feed", "nobody")).open(group, ID)


def test_the_feeds_own_log_is_not_subscribed_to(fed_cloud: LocalCloud) -> None:
    """It would be delivered to itself, without end."""
    with pytest.raises(FeedError, match="without end"):
        LogSubscriptions(fed_cloud.client, FEED_ARN).open("/aws/lambda/warmgate-live-feed", ID)


@pytest.mark.parametrize("work", ["open", "close", "put", "since"])
def test_whatever_the_sdk_raises_leaves_as_the_ports_error(work: str, unreachable: Callable[[str], Any]) -> None:
    """Nobody answers, and the caller hears FeedError."""
    subscriptions, clock = LogSubscriptions(unreachable, FEED_ARN), SystemClock()
    table = TableBatches(unreachable, FEED_TABLE, clock)
    works: dict[str, Callable[[], object]] = {
        "open": lambda: subscriptions.open("/aws/lambda/f", ID),
        "close": lambda: subscriptions.close("/aws/lambda/f", ID),
        "put": lambda: table.put(ID, batch("g", 1.0, "s")),
        "since": lambda: table.since(ID, 0.0, FAR),
    }
    with pytest.raises(FeedError):
        works[work]()
