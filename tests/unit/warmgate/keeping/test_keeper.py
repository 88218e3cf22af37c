"""The keeper: who is called, how often, and who never is."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.warm_world import NOW_S, TARGET, WarmWorld
from warmgate.errors import InvokeError, KeepWarmError, UnfitError
from warmgate.keeping.keeper import DEAF_S, MOST_CALLS, raise_failures
from warmgate.model.deployment import UNKNOWN_TARGET, Target
from warmgate.model.function import Capacity
from warmgate.model.release import AliasState
from warmgate.policy.values import KeepWarm, Match, Policy

THROTTLED = InvokeError("no concurrency", code="TooManyRequestsException", throttled=True)
SHIFTING = AliasState(version="1", weights=(("2", 0.1),))


def reserved(count: int, in_use: int) -> Capacity:
    """Return the concurrency of a function with some of its own."""
    return Capacity(account_limit=1000, account_unreserved=900, reserved=count, in_use=in_use)


def test_five_environments_answer_run_after_run() -> None:
    """The same five are met every time, none of them new after the first run, and no work is done."""
    world = WarmWorld()
    results = [world.run(5) for _ in range(20)]

    assert {result.environments for result in results} == {tuple(f"1-{place}" for place in range(5))}
    assert [result.cold for result in results] == [5, *[0] * 19]
    assert world.worked == 0
    assert [result.calls for result in results] == [6, *[5] * 19]


def test_a_ping_says_what_it_is() -> None:
    """Payload and client context both mark it; the alias is called while it serves one version."""
    world = WarmWorld()
    world.run(2)

    assert {json.loads(call.payload)["warmgate"] for call in world.calls} == {"warm"}
    assert {json.loads(call.payload)["hold_ms"] for call in world.calls} == {75}
    assert {base64.b64decode(call.client_context) for call in world.calls} == {b'{"custom": {"warmgate": "warm"}}'}
    assert {call.version for call in world.calls} == {"live"}


def test_without_the_tag_nothing_is_called() -> None:
    """Neither by its own schedule, nor by a policy, nor after a deployment: whatever the list of tags still says."""
    world = WarmWorld(tagged=set(), policy=Policy(name="p", keep_warm=KeepWarm(environments=5)))
    ended = {"source": "aws.codedeploy", "detail": {"state": "SUCCESS", "deploymentId": "d-1"}}
    results = [
        world.keeper().run(event, world.deadline()) for event in (world.event(5), {"warmgate": "keep-warm"}, ended)
    ]

    assert world.calls == []
    assert [[each.reason for each in found] for found in results] == [
        ["not called: the function has no tag warmgate:warm = true"],
        [],
        [],
    ]


def test_nothing_wanted_is_nothing_called() -> None:
    """With no environments to keep nothing is called, by a schedule as by a policy."""
    world = WarmWorld(policy=Policy(name="p", keep_warm=KeepWarm(environments=0)))

    assert world.keeper().run(world.event(0), world.deadline()) == ()
    assert world.keeper().run({"warmgate": "keep-warm"}, world.deadline()) == ()
    assert world.calls == []


def test_both_versions_are_called_while_traffic_shifts() -> None:
    """Each by its number and in proportion to its weight, rounded up."""
    world = WarmWorld(state=SHIFTING)
    result = world.run(5)

    assert result.by_version == {"1": 5, "2": 1}
    assert {call.version for call in world.calls} == {"1", "2"}


def test_after_a_rollback_the_old_version_alone_is_called() -> None:
    """Every run reads the alias: one run after it is back, nobody calls the version that is gone."""
    world = WarmWorld(state=SHIFTING)
    world.run(5)
    world.calls.clear()
    world.state = AliasState(version="1")

    assert world.run(5).by_version == {"1": 5}
    assert {call.version for call in world.calls} == {"live"}
    assert world.known[TARGET].answering == {"1"}


def test_latest_is_never_called() -> None:
    """Nobody is released to what it holds."""
    world = WarmWorld(state=AliasState(version="$LATEST"))

    assert world.run(5).reason == "not called: $LATEST is what nobody is released to"
    assert world.calls == []


@pytest.mark.parametrize("qualifier", ["live", "1"])
def test_provisioned_concurrency_needs_no_pings(qualifier: str) -> None:
    """Its environments live anyway, and nobody is told of missing ones."""
    world = WarmWorld(provided={qualifier: 4})
    results = [world.run(5) for _ in range(4)]

    assert results[0].reason == f"not called: provisioned concurrency 4 on {qualifier} keeps its environments"
    assert world.calls == []
    assert world.told == []


def test_a_handler_that_works_instead_is_called_once() -> None:
    """A version that takes a ping for work gets one, alone, and none for a day; then one more."""
    world = WarmWorld(deaf={"1"})
    first, later = world.run(5), [world.run(5) for _ in range(5)]
    assert world.worked == 1
    assert (
        first.reason == "version 1 gave an answer of 19 bytes that is not one to a ping: not called again in this run"
    )
    assert {each.reason for each in later} == {"not called: version 1 took a ping for work"}

    world.known[TARGET] = replace(world.known[TARGET], deaf=frozenset())  # what the memory says after a day
    world.run(5)
    assert world.worked == 2
    assert world.known[TARGET].deaf_until_s == pytest.approx(NOW_S + DEAF_S, abs=60)


def test_a_new_version_is_tried_alone_beside_a_known_one() -> None:
    """A canary whose handler lost its answer to pings works once, however many environments it would get."""
    world = WarmWorld(state=AliasState(version="1", weights=(("2", 0.5),)), deaf={"2"})
    world.run(8)

    assert world.worked == 1
    assert world.known[TARGET].deaf == {"2"}
    assert world.known[TARGET].answering == {"1"}


def test_a_payload_of_the_owners_is_sent_as_it_is() -> None:
    """Whoever says that a payload is safe gets it sent, and is not told how many environments it met."""
    world = WarmWorld(deaf={"1"})
    result = world.run(3, payload={"source": "serverless-plugin-warmup"})

    assert [json.loads(call.payload) for call in world.calls] == [{"source": "serverless-plugin-warmup"}] * 3
    assert (result.calls, result.environments, result.short) == (3, (), False)


def test_a_throttled_call_ends_the_run() -> None:
    """No second attempt, no second round, and no other function after it."""
    world = WarmWorld(failing={1: THROTTLED}, listed=("a", "b"), tagged={"a", "b"})
    world.policy = Policy(name="p", keep_warm=KeepWarm(environments=3))
    first, second = world.keeper().run({"warmgate": "keep-warm"}, world.deadline())

    assert first.throttled
    assert len(world.calls) == 4
    assert second.reason == "not called: a call of this run was throttled"


@pytest.mark.parametrize(
    ("room", "asked", "share", "granted"),
    [
        (reserved(6, 5), 5, 0.1, 0),
        (reserved(6, 5), 5, 1.0, 1),
        (reserved(60, 0), 8, 0.1, 6),
        (reserved(60, 0), 8, 0.2, 8),
        (Capacity(account_limit=1000, account_unreserved=1000, reserved=None, in_use=640), 20, 0.1, 10),
        (Capacity(account_limit=None, account_unreserved=None, reserved=None, in_use=None), 20, 0.1, 10),
    ],
)
def test_callers_keep_their_concurrency(room: Capacity, asked: int, share: float, granted: int) -> None:
    """Calls take a share of what is free, and a tenth of what is reserved unless the policy says more."""
    world = WarmWorld(room=room)
    result = world.run(asked, of_reserved=share)

    assert result.granted == granted
    assert len(result.environments) == granted
    assert bool(result.reason) is (granted < asked)


def test_a_run_has_an_end() -> None:
    """However many functions are tagged, a run makes so many calls and no more."""
    names = tuple(f"f{number}" for number in range(20))
    world = WarmWorld(listed=names, tagged=set(names), policy=Policy(name="p", keep_warm=KeepWarm(environments=60)))
    results = world.keeper().run({"warmgate": "keep-warm"}, world.deadline())

    assert len(world.calls) <= MOST_CALLS
    assert results[-1].reason == f"a run makes {MOST_CALLS} calls at most"


def test_pings_that_do_not_overlap_are_sent_once_more_and_longer() -> None:
    """A second round holds four times as long; what is missing then is said."""
    world = WarmWorld(slots=3)
    result = world.run(5)

    assert len(result.environments) == 3
    assert [json.loads(call.payload)["hold_ms"] for call in world.calls[-5:]] == [300] * 5
    assert result.reason == f"{result.calls} calls met 3 environments: they did not overlap"


def test_people_are_told_once_when_three_runs_miss_more_than_half() -> None:
    """Not after two, and not again after four; a good run begins the count anew."""
    world = WarmWorld(slots=2)
    told = []
    for slots in (2, 2, 1000, 2, 2, 2, 2):
        world.slots = slots
        world.run(5)
        told.append(len(world.told))

    assert told == [0, 0, 0, 0, 0, 1, 1]
    assert world.told[0][0] == "warmgate: checkout-api:live has 2 of 5 environments warm"


def test_what_cannot_be_found_out_stops_no_other_function() -> None:
    """The policy of one function is broken, the next one is kept warm all the same."""
    world = WarmWorld(listed=("broken", "good"), tagged={"broken", "good"})
    world.policy = Policy(name="p", keep_warm=KeepWarm(environments=2))
    broken, good = world.keeper().run({"warmgate": "keep-warm"}, world.deadline())

    assert (broken.reason, broken.failed) == ("no policy", True)
    assert len(good.environments) == 2


@pytest.mark.parametrize(
    ("keep", "match", "calls"),
    [
        (None, (), False),
        (KeepWarm(environments=2, only="Thu 00:00-01:00 UTC"), (), True),
        (KeepWarm(environments=2, only="Thu 01:00-02:00 Europe/Berlin"), (), True),
        (KeepWarm(environments=2, only="Fri 00:00-24:00 UTC"), (), False),
        (KeepWarm(environments=2, every="cron(0 0 ? * THU *)"), (), True),
        (KeepWarm(environments=2, every="cron(0 1 ? * THU *)"), (), False),
        (KeepWarm(environments=2), (Match(alias="live"),), True),
        (KeepWarm(environments=2), (Match(alias="beta"),), False),
    ],
)
def test_a_policy_says_when(keep: KeepWarm | None, match: tuple[Match, ...], calls: bool) -> None:
    """The sweep of Thursday 2026-01-01 00:00 UTC calls what is due in its last five minutes."""
    world = WarmWorld(policy=Policy(name="p", keep_warm=keep, match=match))
    world.keeper().run({"warmgate": "keep-warm", "at": "2026-01-01T00:00:00Z"}, world.deadline())

    assert bool(world.calls) is calls


@pytest.mark.parametrize(
    ("more", "calls"),
    [
        ({"only": "Thu 00:00-01:00 UTC"}, True),
        ({"only": "Fri 00:00-01:00 UTC"}, False),
        ({"unless": ["Thu 00:00-01:00 UTC"]}, False),
        ({"unless": ["Fri 00:00-01:00 UTC"]}, True),
    ],
)
def test_a_schedule_brings_its_hours(more: dict[str, Any], calls: bool) -> None:
    """The schedule fires by the hour; what its hours leave out is left out here."""
    world = WarmWorld()
    world.keeper().run(world.event(2, at="2026-01-01T00:10:00Z", **more), world.deadline())

    assert bool(world.calls) is calls


def test_the_end_of_a_deployment_runs_at_once() -> None:
    """By the policy, or by what a schedule asked for last; a deployment of something else calls nobody."""
    ended = {"source": "aws.codedeploy", "detail": {"state": "SUCCESS", "deploymentId": "d-1"}}
    world = WarmWorld()
    assert world.keeper().run(ended, world.deadline()) == ()

    world.run(3)
    (again,) = world.keeper().run(ended, world.deadline())
    assert again.asked == 3

    world.known.clear()
    world.policy = Policy(name="p", keep_warm=KeepWarm(environments=4, every="60m"))
    (now,) = world.keeper().run({**ended, "detail": {"state": "STOP", "deploymentId": "d-1"}}, world.deadline())
    assert now.asked == 4

    began = {**ended, "detail": {"state": "START", "deploymentId": "d-1"}}
    assert world.keeper().run(began, world.deadline()) == ()
    world.deployment = replace(world.deployment, target=UNKNOWN_TARGET)
    assert world.keeper().run(ended, world.deadline()) == ()


def test_an_alias_that_is_gone_is_said() -> None:
    """What the schedule names and Lambda does not know is an error of this run alone."""
    world = WarmWorld()
    (result,) = world.keeper().run({**world.event(2), "alias": "gone"}, world.deadline())

    assert (result.target, result.reason, result.failed) == (Target("checkout-api", "gone"), "no alias gone", True)


def test_what_could_not_be_found_out_fails_the_run() -> None:
    """Lambda counts it, and the alarm on the keeper's errors tells people; what is only short or excused does not."""
    world = WarmWorld()
    failed = world.keeper().run({**world.event(2), "alias": "gone"}, world.deadline())

    with pytest.raises(KeepWarmError, match=r"not kept warm: checkout-api:gone: no alias gone - the log has a line"):
        raise_failures(failed)
    with pytest.raises(KeepWarmError, match="and 2 more"):
        raise_failures(failed * 7)
    raise_failures((world.run(2), WarmWorld(tenants=True).run(2)))


def test_a_function_of_tenants_is_not_called() -> None:
    """Its environments belong to tenants, and a ping has none."""
    assert WarmWorld(tenants=True).run(2).reason.startswith("not called: a function with tenant isolation")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"warmgate": "warm"},
        {"warmgate": "keep-warm", "function": "f"},
        {"warmgate": "keep-warm", "function": "f", "alias": "live", "environments": "5"},
        {"warmgate": "keep-warm", "function": "f", "alias": "live", "environments": 5, "every": "7m"},
    ],
)
def test_an_event_of_another_kind_is_an_error(event: dict[str, Any]) -> None:
    """Nothing is guessed from half an event."""
    world = WarmWorld()
    with pytest.raises(UnfitError):
        world.keeper().run(event, world.deadline())
    assert world.calls == []
