"""The controller removes what a guard that died has left, whatever else it does, and tries again where it could not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.fakes.feed import FakeFeed
from support.fakes.release_world import FAILED, ReleaseWorld
from support.fakes.world import TARGET, FakeFunctions, VirtualClock
from warmgate.errors import FeedError, FunctionLookupError, UnsettledError
from warmgate.feed.ending import FeedEnding
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.feed import filter_name
from warmgate.model.release import AliasState, StateChange

GROUP = f"/aws/lambda/{TARGET.function}"
FAR = Deadline(900_000.0)


def left(**changes: object) -> tuple[ReleaseWorld, FakeFeed, FeedEnding]:
    """Return a release that ended, with a filter that a guard left."""
    world = ReleaseWorld(status="Succeeded", alias=AliasState(version="7"))
    feed = FakeFeed(VirtualClock(), filters={GROUP: ["theirs", filter_name(FAILED)]})
    for name, value in changes.items():
        setattr(feed, name, value)
    return world, feed, FeedEnding(subscriptions=feed, functions=FakeFunctions(known=("6", "7")))


def test_the_controller_removes_what_a_guard_left() -> None:
    """Others' filters stay; the event that comes again finds nothing to do."""
    world, feed, ending = left()
    controller = replace(world.controller(), feed_ending=ending)
    for _ in range(2):
        controller.run(StateChange(FAILED, "SUCCESS"), FAR)

    assert feed.filters == {GROUP: ["theirs"]}
    assert [notice.outcome.value for notice in world.notices.sent] == ["released"]


def test_what_could_not_be_removed_is_tried_again_and_holds_no_notice_back() -> None:
    """People are notified first; then the run fails, so that Lambda delivers the event again."""
    world, feed, ending = left(fails=FeedError("throttled"))
    controller = replace(world.controller(), feed_ending=ending)
    with pytest.raises(UnsettledError, match="throttled"):
        controller.run(StateChange(FAILED, "SUCCESS"), FAR)
    assert [notice.outcome.value for notice in world.notices.sent] == ["released"]

    feed.fails = None
    controller.run(StateChange(FAILED, "SUCCESS"), FAR)
    assert feed.filters == {GROUP: ["theirs"]}


def test_a_function_that_is_gone_leaves_nothing_to_remove() -> None:
    """Where Lambda does not know the versions any more, that is said and no trouble."""
    lines: list[str] = []
    functions = FakeFunctions(fails=FunctionLookupError("no such function"))
    ending = FeedEnding(subscriptions=FakeFeed(VirtualClock()), functions=functions, log=lines.append)

    assert ending.end(Deployment(deployment_id=FAILED, target=TARGET, baseline="6", candidate="7")) == ()
    assert "no such function" in lines[0]
