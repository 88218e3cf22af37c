"""A bake whose runs die: before and after every single call of a port, and under seeded schedules of deaths."""

from __future__ import annotations

from random import Random

import pytest

from support.fakes.bake_world import BakeWorld, Traffic
from support.fakes.release_world import ENFORCED, FAILED, Death
from warmgate.errors import ClaimError, DeploymentLookupError, LogLookupError, NoticeError, ReportError
from warmgate.model.release import AliasState

HOME, MOVED = AliasState(version="6"), AliasState(version="7")
MINUTES = 20
ERRORS = (LogLookupError, DeploymentLookupError, ClaimError, ReportError, NoticeError, RuntimeError)


def failing() -> BakeWorld:
    """Return a world whose release fails its bake at once."""
    traffic = Traffic(per_minute=8, before_minutes=15, failing=lambda _minute: 0.4)
    return BakeWorld(traffic=traffic, minutes=MINUTES, every_minutes=5)


def passing() -> BakeWorld:
    """Return a world whose release passes it."""
    traffic = Traffic(per_minute=12, before_minutes=15, failing=lambda _minute: 0.0)
    return BakeWorld(traffic=traffic, minutes=MINUTES, every_minutes=5)


def calls_of(world: BakeWorld) -> list[str]:
    """Return the calls of ports of a bake that nothing befalls."""
    world.bake()
    return world.calls


FAILING, PASSING = calls_of(failing()), calls_of(passing())


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_dies_at_any_call_leaves_one_rollback_and_one_word(after: bool) -> None:
    """The controller's run and every look may die at any call: one end, one deployment back, people told."""
    for step, call in enumerate(FAILING):
        world = failing()
        world.trips_at, world.trips_after, world.error = step, after, Death()
        began(world)
        state = world.go_on(world.bakes.started[FAILED])

        found = (state["outcome"], world.alias, world.codedeploy.enforced)
        assert found == ("rolled back", HOME, [ENFORCED]), f"{step} {call}"
        # Between telling and noting it: twice rather than never.
        in_doubt = call == ("FakeNotices.send" if after else "FakeClaims.settle notice")
        assert 1 <= ends_told(world) <= 1 + in_doubt, f"{step} {call}"
        assert world.reports.kept[FAILED].document["bake"]["outcome"] == "rolled back"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_good_release_stays_wherever_a_run_dies(after: bool) -> None:
    """No death makes a rollback, and the end is told."""
    for step, call in enumerate(PASSING):
        world = passing()
        world.trips_at, world.trips_after, world.error = step, after, Death()
        began(world)
        state = world.go_on(world.bakes.started[FAILED])

        found = (state["outcome"], world.alias, world.codedeploy.enforced)
        assert found == ("released", MOVED, []), f"{step} {call}"
        in_doubt = call == ("FakeNotices.send" if after else "FakeClaims.settle notice")
        assert 1 <= ends_told(world) <= 1 + in_doubt, f"{step} {call}"


@pytest.mark.parametrize("seed", range(12))
def test_errors_deaths_and_doubled_looks_lead_to_one_end(seed: int) -> None:
    """Under a schedule of errors, deaths and looks that are run twice: one end, at most one deployment back."""
    random = Random(f"bake {seed}")
    bad = random.random() < 0.5
    world = failing() if bad else passing()
    began(world)
    state, looks = world.bakes.started[FAILED], 0
    while not state["ended"]:
        befall(world, random)
        if random.random() < 0.3:
            world.look(state)
            befall(world, random)
        state = world.look(state)
        looks += 1
        assert looks < 600, state["reason"]
        world.clock.sleep_ms(state["wait_s"] * 1000)

    expected = ("rolled back", HOME, [ENFORCED]) if bad else ("released", MOVED, [])
    assert (state["outcome"], world.alias, world.codedeploy.enforced) == expected
    assert ends_told(world) >= 1


def began(world: BakeWorld) -> None:
    """Deliver the deployment's end as Lambda does, again where the run dies."""
    world.deliver_as_lambda("SUCCESS")


def befall(world: BakeWorld, random: Random) -> None:
    """Let one of the next calls go wrong, or none."""
    if random.random() < 0.6:
        world.trips_at = len(world.calls) + random.randrange(12)
        world.trips_after = random.random() < 0.5
        world.error = Death() if random.random() < 0.5 else random.choice(ERRORS)("tripped")


def ends_told(world: BakeWorld) -> int:
    """Return how often people were told of the bake's end."""
    return sum("BAKE PASSED" in n.subject or "BAKE FAILED" in n.subject for n in world.notices.sent)
