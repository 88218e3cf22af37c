"""The guard by a subscription decides as it does by the log, and leaves no filter behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.feed import FakeFeed, in_streams
from support.fakes.shift_world import LIVE, ShiftWorld
from support.fakes.world import TARGET
from support.traffic.shifts import NONE, Defect
from warmgate.errors import FeedError
from warmgate.feed.ending import FeedEnding
from warmgate.live.fed import FeedPorts, fed_source_of
from warmgate.live.guard import Guard
from warmgate.live.polled import PolledSource
from warmgate.live.watch import NOT_SUBSCRIBED, Ending, GuardResult
from warmgate.model.deployment import Shift
from warmgate.policy.values import Policy

GROUP = f"/aws/lambda/{TARGET.function}"
SUBSCRIBED = replace(LIVE, live=replace(LIVE.live, subscribe=True))
HALF_FAILS = Defect(error_share=0.5, from_s=60.0)


def shift(defect: Defect = HALF_FAILS, policy: Policy = SUBSCRIBED, seconds: float = 200.0) -> ShiftWorld:
    """Return a world whose policy asks for a subscription."""
    world = ShiftWorld(defect=defect, seconds=seconds, new_per_s=5.0, old_per_s=5.0)
    world.logs.written = in_streams(world.logs.written)
    world.policies.policy = policy
    return world


def feed_of(world: ShiftWorld, **conditions: Any) -> FakeFeed:
    """Return the subscription of a world."""
    return FakeFeed(world.clock, world.logs.written, **conditions)


def guarded(world: ShiftWorld, feed: FakeFeed | None) -> GuardResult:
    """Guard the shift of a world to its end."""
    return guard_of(world, feed).run(Shift(deployment_id=world.deployment_id), world.deadline(880))


def guard_of(world: ShiftWorld, feed: FakeFeed | None) -> Guard:
    """Return a guard with a subscription."""
    if feed is None:
        return world.guard()
    return replace(
        world.guard(),
        source=fed_source_of(
            FeedPorts(subscriptions=feed, batches=feed),
            lambda watched, clock: PolledSource(world.logs, watched, clock),
        ),
        feed_ending=FeedEnding(subscriptions=feed, functions=world.functions, log=world.lines.append),
    )


def stopped_s(world: ShiftWorld) -> float:
    """Return when the shift was stopped."""
    assert world.shifts.stopped_at_ms is not None
    return world.shifts.stopped_at_ms / 1000


def test_a_release_that_fails_half_of_its_calls_is_stopped_by_the_feed() -> None:
    """The log is read for the overlap and once a minute alone; the order comes seconds after the first bad call."""
    world = shift()
    feed = feed_of(world)
    found = guarded(world, feed)

    assert found.ending is Ending.STOPPED
    assert found.verdict is not None
    assert found.verdict.reason.startswith("live.errors.rate")
    assert stopped_s(world) < 10.0 + 60.0 + 15.0
    polled = ShiftWorldReads.of(shift())
    assert world.logs.reads < polled / 1.8
    assert feed.filters == {GROUP: []}


class ShiftWorldReads:
    """How often the log is read where it is all that is read."""

    @staticmethod
    def of(world: ShiftWorld) -> int:
        """Guard a world without subscription."""
        guarded(world, None)
        return world.logs.reads


LATE: dict[str, dict[str, Any]] = {
    "doubled": {"copies": 2},
    "out of order": {"late_s": lambda number: (4.0, 1.0, 2.5)[number % 3]},
    "doubled and late": {"copies": 3, "late_s": lambda number: (1.0, 12.0, 6.0, 9.0)[number % 4]},
}


CASES = [
    (HALF_FAILS, "doubled"),
    (HALF_FAILS, "doubled and late"),
    (NONE, "doubled and late"),
    (Defect(times=3.0, from_s=60.0), "out of order"),
]


@pytest.mark.parametrize(("defect", "how"), CASES)
def test_the_verdict_is_that_of_the_log(defect: Defect, how: str) -> None:
    """However deliveries come, what the log stops is stopped, by errors or by durations, and good is good."""
    world, other = shift(defect), shift(defect)
    by_feed, by_log = guarded(world, feed_of(world, **LATE[how])), guarded(other, None)

    assert by_feed.ending is by_log.ending
    # Body and tail look at other rounds where looks come at other instants.
    checks = [".".join(found.verdict.reason.split(".")[:2]) if found.verdict else "" for found in (by_feed, by_log)]
    assert checks[0] == checks[1]


def test_what_is_lost_for_a_while_is_read_from_the_log() -> None:
    """Where every call of a bad minute was lost, the log shows them: it is read again, and the report says so."""
    world = shift(Defect(error_share=0.5, from_s=100.0), seconds=200.0)
    feed = feed_of(world, lost_s=(55.0, 900.0))
    found = guarded(world, feed)

    assert found.ending is Ending.STOPPED
    assert stopped_s(world) < 110.0 + 25.0
    (report,) = world.reports.published
    assert any("were not delivered by subscription, read by FilterLogEvents again" in note for note in report[0].notes)
    assert feed.filters == {GROUP: []}


def test_few_that_are_lost_are_added_and_the_feed_goes_on() -> None:
    """A delivery that is lost now and then costs nothing but a read."""
    world = shift(NONE, seconds=120.0)
    feed = feed_of(world, lost_s=(70.0, 71.0))
    found = guarded(world, feed)

    assert found.ending is Ending.SHIFTED
    assert any("were not delivered by subscription, read by FilterLogEvents too" in line for line in world.lines)
    assert world.logs.reads < 22


FILTERS: dict[str, Callable[[FakeFeed], None]] = {
    "two filters are there": lambda feed: feed.filters.update({GROUP: ["theirs", "others"]}),
    "denied": lambda feed: setattr(feed, "fails", FeedError("AccessDeniedException")),
}


@pytest.mark.parametrize("prepare", FILTERS.values(), ids=FILTERS)
def test_without_a_filter_the_log_is_read(prepare: Callable[[FakeFeed], None]) -> None:
    """The shift is guarded all the same, others' filters stay, and the report says why."""
    world = shift()
    feed = feed_of(world)
    prepare(feed)
    before = {group: list(names) for group, names in feed.filters.items()}
    found = guarded(world, feed)

    assert found.ending is Ending.STOPPED
    assert feed.filters == before
    (report,) = world.reports.published
    assert any("no subscription, read by FilterLogEvents" in note for note in report[0].notes)


def test_a_place_that_becomes_free_is_taken() -> None:
    """The filter is tried again once a minute: others may end, and a function may log for the first time."""
    world = shift(NONE, seconds=130.0)
    feed = feed_of(world, filters={GROUP: ["theirs", "others"]})
    world.clock.call_at(40_000.0, lambda: feed.filters[GROUP].remove("others"))
    found = guarded(world, feed)

    assert found.ending is Ending.SHIFTED
    assert feed.reads > 10
    assert feed.filters == {GROUP: ["theirs"]}


def test_a_policy_that_does_not_ask_gets_no_filter() -> None:
    """Nothing is made in an account that the policy does not name."""
    world = shift(policy=LIVE)
    feed = feed_of(world)
    feed.open = None  # type: ignore[assignment, method-assign]

    assert guarded(world, feed).ending is Ending.STOPPED
    assert feed.reads == 0


def test_an_installation_without_subscriptions_polls_with_a_note() -> None:
    """The policy alone does not make one."""
    world = shift()

    assert guarded(world, None).ending is Ending.STOPPED
    (report,) = world.reports.published
    assert NOT_SUBSCRIBED in report[0].notes


def test_a_run_that_hands_over_leaves_the_filter_to_its_successor() -> None:
    """The next run replaces it, reads the log until both overlap, and ends it."""
    world = shift(Defect(error_share=0.5, from_s=110.0), seconds=250.0)
    feed = feed_of(world)
    first = guard_of(world, feed).run(Shift(deployment_id=world.deployment_id), world.deadline(80))

    assert first.ending is Ending.HANDED_OVER
    assert feed.filters == {GROUP: [f"warmgate-{world.deployment_id}"]}
    second = guard_of(world, feed).run(world.handover.started[0], world.deadline(880))
    assert (second.ending, feed.filters) == (Ending.STOPPED, {GROUP: []})


def test_a_run_after_the_end_removes_what_a_dead_one_left() -> None:
    """Whether the shift succeeded or was stopped, the event that comes again tidies up."""
    world = shift(NONE, seconds=20.0)
    feed = feed_of(world)
    feed.open(GROUP, world.deployment_id)
    world.clock.at_ms = 60_000.0

    assert guarded(world, feed).ending is Ending.SHIFTED
    assert feed.filters == {GROUP: []}
