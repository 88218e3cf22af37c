"""The steps of the state machine, driven as it drives them: one item at a time, with nothing kept between two steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.fakes.fleet_world import START_S, FakeStops, FleetWorld
from warmgate.errors import FunctionLookupError, SettingsError
from warmgate.fleets.beginning import Beginning
from warmgate.fleets.checking import Checking
from warmgate.fleets.ending import Ending
from warmgate.fleets.items import LONGEST_WAIT_S, Steps, summary_of
from warmgate.model.fleet import Fleet, OnRefusal, Release, State


class Versions:
    """Functions of which each version is there but 404."""

    def version(self, function: str, version: str) -> Any:
        """Return nothing that is read."""
        if version == "404":
            raise FunctionLookupError(f"{function}:{version} could not be read: ResourceNotFoundException")


def steps_in(world: FleetWorld, memory: FakeStops) -> Steps:
    """Return the steps of a fleet in a world."""
    return Steps(
        beginning=Beginning(fleet_id="f-1", since_s=START_S, deployments=world, aliases=world, clock=world),
        ending=Ending(deployments=world, aliases=world, reasons=world, clock=world),
        checking=Checking(aliases=world, functions=Versions()),  # type: ignore[arg-type]
        deployments=world,
        stops=memory,
    )


def release_of(number: int, version: str = "2") -> Release:
    """Return a release."""
    name = f"f{number}"
    return Release(function=name, alias="live", version=version, application="shop", deployment_group=name)


def stepped(steps: Steps, item: dict[str, Any]) -> dict[str, Any]:
    """Take the next step of an item, through JSON as the state machine does."""
    found = {"begin": steps.begin, "look": steps.look}[item.get("next", "begin")](item)
    return dict(json.loads(json.dumps(found)))


def driven(steps: Steps, world: FleetWorld, items: list[dict[str, Any]], at_once: int) -> list[dict[str, Any]]:
    """Run the items of a wave to their ends as a Map does, so many at a time."""
    waiting, running, ended = list(items), list[dict[str, Any]](), list[dict[str, Any]]()
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(stepped(steps, waiting.pop(0)))
        world.sleep_ms(10_000)
        running = [item if item["next"] == "ended" else stepped(steps, item) for item in running]
        ended += [item for item in running if item["next"] == "ended"]
        running = [item for item in running if item["next"] != "ended"]
    return ended


def states_in(items: list[dict[str, Any]]) -> dict[str, str]:
    """Return the states of items by their functions."""
    return {item["release"]["function"]: item["entry"]["state"] for item in items}


@pytest.mark.parametrize(("on_refusal", "third"), [(OnRefusal.STOP, "not_begun"), (OnRefusal.GO_ON, "released")])
def test_a_refusal_stops_what_has_not_begun(on_refusal: OnRefusal, third: str) -> None:
    """Within a wave too: the third release waits for a place, and the first one is refused meanwhile."""
    world, memory = FleetWorld(bad=frozenset({"f1:live"})), FakeStops()
    fleet = Fleet(name="a", waves=((release_of(1), release_of(2), release_of(3)),), on_refusal=on_refusal)
    steps = steps_in(world, memory)

    ended = driven(steps, world, steps.plan(fleet)["waves"][0]["items"], at_once=2)

    assert states_in(ended) == {"f1": "rolled_back", "f2": "released", "f3": third}
    assert steps.pause(600, stops=True) == {"pause_s": 0 if on_refusal is OnRefusal.STOP else 600}
    assert (steps.pause(600, stops=False)["pause_s"], bool(memory.known)) == (600, on_refusal is OnRefusal.STOP)


def test_an_item_that_dies_is_found_when_the_fleet_is_run_again() -> None:
    """Its deployment has gone on in CodeDeploy: the second run makes no other, and plans over what is on its way."""
    world, memory = FleetWorld(), FakeStops()
    fleet = Fleet(name="a", waves=((release_of(1), release_of(2)),))
    steps = steps_in(world, memory)
    steps.begin(steps.plan(fleet)["waves"][0]["items"][0])  # what it answers is lost
    world.weighted.add("f1:live")  # it is shifting

    again = steps_in(world, memory)
    items = again.plan(fleet)["waves"][0]["items"]
    world.weighted.clear()
    ended = driven(again, world, items, at_once=5)

    assert states_in(ended) == {"f1": "released", "f2": "released"}
    assert len(world.deployments) == 2


def test_what_a_stopped_fleet_had_begun_is_followed_all_the_same() -> None:
    """A rerun of a stopped fleet begins nothing and says how what ran has ended."""
    world, memory = FleetWorld(), FakeStops()
    steps = steps_in(world, memory)
    items = steps.plan(Fleet(name="a", waves=((release_of(1), release_of(2)),)))["waves"][0]["items"]
    steps.begin(items[0])
    memory.stop("f-1", "f9:live")

    ended = driven(steps, world, items, at_once=5)

    assert states_in(ended) == {"f1": "released", "f2": "not_begun"}
    reasons = {item["release"]["function"]: item["entry"]["reason"] for item in ended}
    assert reasons["f2"] == "f9:live did not end well, and on_refusal is stop"


def test_nothing_is_planned_where_a_release_could_not_begin() -> None:
    """All faults at once, and nothing begun."""
    world = FleetWorld(weighted={"f1:live"})
    fleet = Fleet(name="a", waves=((release_of(1), release_of(2, "404")),))

    with pytest.raises(SettingsError, match=r"f1:live: found version 1 with 10 % to 99.*f2:live: version 404"):
        steps_in(world, FakeStops()).plan(fleet)
    assert world.deployments == []


def test_looks_become_rarer_up_to_a_bound() -> None:
    """A history of 25,000 events holds a deployment of two days."""
    world = FleetWorld(lasts_s=1e9)
    steps = steps_in(world, FakeStops())
    item = stepped(steps, steps.plan(Fleet(name="a", waves=((release_of(1),),)))["waves"][0]["items"][0])
    waits: list[int] = []
    while sum(waits) < 50 * 3600:
        waits.append(item["wait_s"])
        item = stepped(steps, item)

    assert waits[0] == 15
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    assert 15 * len(waits) < 25_000


def test_what_is_lost_stops_the_fleet() -> None:
    """How it ended is not known, so nothing new begins."""
    memory = FakeStops()
    steps = steps_in(FleetWorld(), memory)
    item = steps.plan(Fleet(name="a", waves=((release_of(1),),)))["waves"][0]["items"][0]

    lost = steps.lost(item, "Lambda.Unknown: no answer")

    assert (lost["entry"]["state"], lost["next"], memory.known) == ("unknown", "ended", {"f-1": "f1:live"})


@pytest.mark.parametrize(
    ("states", "outcome", "text"),
    [
        (["released", "already_serving"], "released", "2 releases: 1 released, 1 already serving"),
        (
            ["released", "rolled_back"],
            "refused",
            "2 releases: 1 released, 1 rolled back; f1:live d-1 rolled_back: slow",
        ),
        (["released", "unknown"], "unknown", "2 releases: 1 released, 1 unknown; f1:live d-1 unknown: slow"),
        (["released", "not_begun"], "unknown", "2 releases: 1 released, 1 not begun"),
    ],
)
def test_the_summary_has_the_worst_outcome(states: list[str], outcome: str, text: str) -> None:
    """Refused before unknown before released; what did not end well is named."""
    rows = [
        {"function": f"f{n}", "alias": "live", "deployment_id": f"d-{n}", "state": state, "reason": "slow"}
        for n, state in enumerate(states)
    ]

    assert summary_of([[row] for row in rows]) == {"outcome": outcome, "text": text}
    assert {State(state) for state in states} <= set(State)
