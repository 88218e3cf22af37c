"""A bake from the deployment's SUCCESS to its end, on a virtual clock: what it reads, does and tells."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from support.fakes.bake_world import BAKED, BakeWorld, FakeBakes, Traffic
from support.fakes.release_world import ENFORCED, FAILED
from warmgate.errors import (
    BakeStartError,
    BakeStateError,
    Fault,
    PolicyError,
    PolicyLookupError,
    ReportError,
    UnsettledError,
)
from warmgate.model.deadline import Deadline
from warmgate.model.release import AliasState
from warmgate.model.verdict import Mode
from warmgate.policy.values import Bake, RollbackMode

HOME, MOVED = AliasState(version="6"), AliasState(version="7")
LARGEST = 32_000
FAULT = Fault(source="policy.yaml", line=1, path="live", found="a list", expected="a mapping", fix="write one")


def failing(rate: float = 0.05, since: int = 180) -> Traffic:
    """Return traffic of which a share fails from some minute on."""
    return Traffic(failing=lambda minute: rate if minute >= since else 0.001)


def documents(world: BakeWorld) -> dict[str, Any]:
    """Return the stored report."""
    found: dict[str, Any] = world.reports.kept[FAILED].document
    return found


def subjects(world: BakeWorld) -> list[str]:
    """Return what people were told, in order."""
    return [notice.subject for notice in world.notices.sent]


def test_a_good_release_is_released_after_its_bake() -> None:
    """It is told as released and baking, then as baked; the report has both; every part was read once."""
    world = BakeWorld()
    state = world.bake()

    assert (state["outcome"], state["ended"], world.alias, world.codedeploy.enforced) == ("released", True, MOVED, [])
    assert [s.split(":")[0] for s in subjects(world)] == [
        "[warmgate] RELEASED, BAKING UNTIL 2026-01-01T06",
        "[warmgate] RELEASED, BAKE PASSED",
    ]
    bake = documents(world)["bake"]
    assert (bake["outcome"], bake["judged_minutes"], bake["calls"]) == ("released", 360, 7200)
    assert {each["check"]: each["outcome"] for each in bake["findings"]} == {
        "bake.errors.rate": "passed",
        "bake.cold_starts.share": "passed",
        "bake.duration.p95": "passed",
        "bake.memory.max": "passed",
        "bake.memory.trend": "passed",
    }
    assert "**BAKE PASSED**" in world.reports.kept[FAILED].markdown
    assert 36 <= state["look"] <= 39
    assert max(len(json.dumps(look)) for look in world.looks) < LARGEST


def test_errors_that_begin_after_three_hours_roll_back_within_half_an_hour() -> None:
    """One deployment back is made, the alias serves the old version, and report, notice and `why` say the reason."""
    world = BakeWorld(traffic=failing())
    state = world.bake()

    assert (state["outcome"], world.alias, world.codedeploy.enforced) == ("rolled back", HOME, [ENFORCED])
    assert 180 < world.clock.at_ms / 60_000 < 215
    assert "bake.errors.rate" in state["reason"]
    assert documents(world)["release"]["outcome"] == "rolled_back"
    assert documents(world)["release"]["rollback"] == {
        "deployment_id": ENFORCED,
        "status": "Succeeded",
        "by": "warmgate",
    }
    assert documents(world)["bake"]["rollback"] == ENFORCED
    assert subjects(world)[-1].startswith("[warmgate] ROLLED BACK, BAKE FAILED: checkout-api:live")
    assert state["reason"] in world.notices.sent[-1].text


def test_the_rollback_is_neither_a_release_nor_baked() -> None:
    """Its SUCCESS tells nobody anything new and starts nothing."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    world.bake()
    told, started = len(world.notices.sent), dict(world.bakes.started)
    world.deliver_success(ENFORCED)
    world.deliver_success(FAILED)

    assert (len(world.notices.sent), list(world.bakes.started)) == (told, list(started))
    assert documents(world)["bake"]["outcome"] == "rolled back"


def test_a_leak_is_rolled_back_before_memory_runs_out() -> None:
    """Memory that climbs by 40 MB an hour from the third hour on is found while there is room."""
    traffic = Traffic(used_mb=lambda age, minute: 90 + 40 * max(0, min(age, minute - 180)) / 60)
    world = BakeWorld(traffic=traffic)
    state = world.bake()

    assert state["outcome"] == "rolled back"
    assert state["reason"].startswith("bake.memory.trend: memory of ")
    assert 180 < world.clock.at_ms / 60_000 < 330


def test_calls_that_become_slower_are_rolled_back() -> None:
    """The old version's percentile, frozen at the beginning, is the line."""
    world = BakeWorld(traffic=Traffic(slower=lambda minute: 1.6 if minute >= 120 else 1.0))
    state = world.bake()

    assert state["outcome"] == "rolled back"
    assert "bake.duration.p95" in state["reason"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mode": Mode.OBSERVE}, "mode observe"),
        ({"rollback": RollbackMode.VERIFY}, "`rollback: verify`"),
    ],
)
def test_a_policy_that_does_not_enforce_is_told_what_was_found(change: dict[str, Any], said: str) -> None:
    """The alias is left alone, and people hear why."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    world.policies.policy = replace(world.policies.policy, **change)
    state = world.bake()

    assert (state["outcome"], world.alias, world.codedeploy.enforced) == ("not rolled back", MOVED, [])
    assert said in state["reason"]
    assert "bake.errors.rate" in world.notices.sent[-1].text


def test_a_function_without_the_tag_is_not_touched() -> None:
    """The owner's tag counts at the moment of the rollback."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    world.allow_tag.tagged = False

    assert world.bake()["outcome"] == "not rolled back"
    assert world.alias == MOVED


def test_a_deployment_back_that_fails_is_told_and_not_repeated() -> None:
    """People hear which one it was; no second one is made."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    world.codedeploy.enforced_ends = "Failed"
    state = world.bake()

    assert (state["outcome"], world.alias, world.codedeploy.enforced) == ("not rolled back", MOVED, [ENFORCED])
    assert state["reason"].endswith(f"; not rolled back: rollback {ENFORCED} Failed")
    assert documents(world)["release"]["outcome"] == "not_rolled_back"


def test_a_policy_that_is_broken_meanwhile_rolls_back_once_it_is_mended() -> None:
    """What failed is kept in the state; people hear after half an hour that nothing can be done about it."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    state = world.begin()
    for _ in range(10):
        world.clock.sleep_ms(state["wait_s"] * 1000)
        world.policies.fails = PolicyError(FAULT) if state["scope"] else None
        state = world.look(state)
    for _ in range(40):
        world.clock.sleep_ms(state["wait_s"] * 1000)
        state = world.look(state)

    assert state["failed"].startswith("bake.errors.rate: ")
    assert (state["ended"], world.alias, len(world.notices.sent)) == (False, MOVED, 2)
    assert "policy.yaml" in world.notices.sent[-1].text

    world.policies.fails = None
    assert world.go_on(state)["outcome"] == "rolled back"


def test_a_newer_deployment_supersedes_the_bake() -> None:
    """Nothing is touched once another deployment has begun, whatever the traffic shows."""
    world = BakeWorld(traffic=failing(since=60))
    state = world.look(world.begin())
    world.clock.sleep_ms(65 * 60_000)
    world.codedeploy.goes_on("d-NEWER0000", takes_s=600)
    ended = world.look(state)

    assert (ended["outcome"], world.codedeploy.enforced) == ("superseded", [])
    assert "d-NEWER0000" in ended["reason"]
    assert documents(world)["release"]["outcome"] == "released"


def test_an_alias_that_was_moved_by_hand_is_left_alone() -> None:
    """It serves another version, or two."""
    world = BakeWorld()
    state = world.begin()
    world.alias_port.moved(AliasState(version="7", weights=(("9", 0.5),)))

    assert world.look(state)["outcome"] == "superseded"
    assert world.codedeploy.enforced == []


def test_no_traffic_is_not_judged_and_no_failure() -> None:
    """It is said, and the release stays."""
    world = BakeWorld(traffic=Traffic(silent=lambda _minute: True), minutes=60)
    state = world.bake()

    assert (state["outcome"], world.alias) == ("not judged", MOVED)
    assert "too little traffic: 0 calls" in state["reason"]
    assert subjects(world)[-1].startswith("[warmgate] RELEASED, BAKE NOT JUDGED")


def test_a_log_that_cannot_be_read_for_long_is_told_once_and_caught_up_with() -> None:
    """After half an hour people hear; once it can be read again nothing is missing."""
    world = BakeWorld()
    world.logs.fails = lambda minute: 60 < minute < 150
    state = world.bake()

    unread = [notice for notice in world.notices.sent if "could not be read" in notice.text]
    assert (state["outcome"], state["parts"][0][0]) == ("released", 60)
    assert len(unread) == 1
    assert documents(world)["bake"]["calls"] == 7200


def test_a_log_that_is_never_readable_ends_not_judged() -> None:
    """Six hours after its time the bake gives up and says why."""
    world = BakeWorld(minutes=60)
    world.logs.fails = lambda minute: minute > 5
    state = world.bake(most=2000)

    assert state["outcome"] == "not judged"
    assert "could not be read" in state["reason"]


def test_a_busy_function_is_read_in_part() -> None:
    """Of a part with more calls than a look may read its beginning is read; the report says so."""
    world = BakeWorld(minutes=60)
    world.metrics.busy = 100_000
    state = world.bake()

    spans = {window.until_ms - window.since_ms for window in world.logs.windows[1:]}
    assert spans == {60_000 * 0.2 - 1}
    assert any("too many calls" in note for note in documents(world)["bake"]["notes"])
    assert state["sampled"] == 60


def test_a_look_that_is_run_twice_changes_nothing_twice() -> None:
    """The engine may run any look again, with the state that it began with."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    state, twice = world.begin(), 0
    while not state["ended"]:
        first = world.look(state)
        assert {**world.look(state), "wait_s": 0} == {**first, "wait_s": 0}
        state, twice = first, twice + 1
        world.clock.sleep_ms(state["wait_s"] * 1000)

    assert (len(world.codedeploy.enforced), len(world.notices.sent), world.look(state)) == (1, 2, state)
    assert twice > 1


def test_an_end_that_cannot_be_stored_is_tried_again() -> None:
    """Nobody is told before the report is stored; nothing is made twice."""
    world = BakeWorld(traffic=failing(since=0), minutes=60)
    state = world.begin()
    for _ in range(12):
        world.clock.sleep_ms(state["wait_s"] * 1000)
        world.reports.write_fails = ReportError("the bucket is away")
        state = world.look(state)

    assert (state["ended"], len(world.codedeploy.enforced), len(world.notices.sent)) == (False, 1, 1)

    world.reports.write_fails = None
    assert world.go_on(state)["outcome"] == "rolled back"
    assert len(world.codedeploy.enforced) == 1


def test_a_newer_state_is_refused_with_what_to_do() -> None:
    """An older installation does not guess."""
    world = BakeWorld(minutes=60)

    with pytest.raises(BakeStateError, match="found a bake's state of schema 2, expected at most 1"):
        world.baker().look({**world.begin(), "schema": 2}, Deadline(world.clock.at_ms + 280_000))


def test_a_bake_that_cannot_be_started_is_told_and_tried_again() -> None:
    """The report says that it bakes, the run fails, and the event that is delivered again starts it."""
    world = BakeWorld(minutes=60)
    world.bakes.fails = BakeStartError("AccessDenied")
    with pytest.raises(UnsettledError, match=r"bake .* was not started: AccessDenied"):
        world.deliver("SUCCESS")
    world.bakes.fails = None
    begun = documents(world)["bake"]["began_ms"]
    world.clock.sleep_ms(600_000)
    state = world.begin()

    assert (state["began_ms"], documents(world)["bake"]["began_ms"]) == (begun, begun)
    assert len(world.notices.sent) == 1


def test_a_policy_that_cannot_be_read_is_asked_for_again() -> None:
    """Whether a release bakes is never guessed."""
    world = BakeWorld(minutes=60)
    world.policies.fails = PolicyLookupError("S3 is away")
    with pytest.raises(UnsettledError, match="S3 is away"):
        world.deliver("SUCCESS")
    world.policies.fails = None

    assert world.bake()["outcome"] == "released"


def test_without_an_engine_people_hear_that_nothing_bakes() -> None:
    """A policy that asks for a bake is not passed over in silence."""
    world = BakeWorld(minutes=60)
    world.bakes = None  # type: ignore[assignment]
    world.deliver("SUCCESS")

    assert subjects(world)[0].startswith("[warmgate] RELEASED, BAKE NOT JUDGED")
    assert "without `Bakes`" in world.notices.sent[0].text


def test_without_a_bake_nothing_is_started() -> None:
    """A policy without the key leaves the release as it was."""
    world = BakeWorld()
    world.policies.policy = replace(BAKED, bake=None)
    world.deliver("SUCCESS")

    assert world.bakes == FakeBakes()
    assert "bake" not in documents(world)
    assert Bake(minutes=60).every_minutes == 10
