"""Promises of the rollback controller under crashes at every step and every order of events, on a virtual clock."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.fakes.release_world import FAILED, HOOK, ROLLBACK, Death, ReleaseWorld
from warmgate.errors import UnsettledError
from warmgate.model.release import AliasState
from warmgate.policy.values import RollbackMode

HOME = AliasState(version="6")
MOVED = AliasState(version="7")
WEIGHTED = AliasState(version="6", weights=(("7", 0.1),))


def refused() -> ReleaseWorld:
    """Return a world in which no traffic has moved."""
    return ReleaseWorld()


def rolled_back() -> ReleaseWorld:
    """Return a world in which CodeDeploy rolls back."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.rolls_back(after_s=2, takes_s=6)
    return world


def stuck() -> ReleaseWorld:
    """Return a world in which nobody but Warmgate sends the alias back."""
    return ReleaseWorld(alias=MOVED)


def failed_rollback() -> ReleaseWorld:
    """Return a world in which CodeDeploy's own rollback fails."""
    world = ReleaseWorld(alias=MOVED)
    world.codedeploy.rolls_back(ends="Failed")
    return world


def weighted() -> ReleaseWorld:
    """Return a world in which a stopped deployment left weights."""
    return ReleaseWorld(alias=WEIGHTED, status="Stopped")


def lagging() -> ReleaseWorld:
    """Return a world in which a deployment is listed only seconds after it was made."""
    world = stuck()
    world.codedeploy.lag_s = 15.0
    return world


WORLDS = {make.__name__: make for make in (refused, rolled_back, stuck, failed_rollback, weighted, lagging)}


def assert_promises(world: ReleaseWorld) -> None:
    """Assert what holds however a run was disturbed."""
    assert len(world.codedeploy.enforced) <= 1
    assert world.alias_port.edits_while_busy == 0
    assert len(world.alias_port.edits) <= 1
    assert world.alias == HOME


def steps(name: str) -> int:
    """Return how many port calls an undisturbed run makes."""
    world = WORLDS[name]()
    world.deliver()
    return len(world.calls)


STEPS = [
    pytest.param(name, step, marks=() if step % 6 == 0 else pytest.mark.slow)
    for name in WORLDS
    for step in range(steps(name))
]
"""Every one; `make unit` takes every sixth."""
ERRORS: list[BaseException] = [RuntimeError("tripped"), Death("killed")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_crash_before_any_step_is_made_good(name: str, step: int, error: BaseException) -> None:
    """Whichever call ends a run before it has an effect, Lambda's retry leaves one effect of each.

    A run that ends between telling people and noting it tells them twice, rather than never.
    """
    world = WORLDS[name]()
    world.trips_at, world.error = step, error
    world.deliver_as_lambda()

    assert_promises(world)
    told, unsure = len(world.notices.sent), world.calls[step] == "FakeClaims.settle notice"
    assert told == 2 if unsure else told == 1
    assert world.reports.kept[FAILED].document["release"]["outcome"] == "rolled_back"


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_crash_after_any_step_is_made_good(name: str, step: int, error: BaseException) -> None:
    """A call that had its effect and whose answer was lost is not done twice; only a notice may be, never lost."""
    world = WORLDS[name]()
    world.trips_at, world.trips_after, world.error = step, True, error
    world.deliver_as_lambda()

    assert_promises(world)
    told, unsure = len(world.notices.sent), world.calls[step] == "FakeNotices.send"
    assert told == 2 if unsure else told == 1
    assert world.reports.kept[FAILED].document["release"]["outcome"] == "rolled_back"


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_two_runs_at_once_have_the_effect_of_one(name: str, step: int) -> None:
    """A second delivery that runs in the middle of the first, at any step, adds no deployment, edit or notice."""
    world = WORLDS[name]()

    def second() -> None:
        with contextlib.suppress(UnsettledError):
            world.deliver(left_s=25)

    world.meanwhile[step] = second
    world.deliver_as_lambda()

    assert_promises(world)
    assert len(world.notices.sent) == 1


EVENTS = st.lists(
    st.tuples(st.sampled_from(["own", "rollback", "enforced"]), st.floats(0, 400), st.booleans()),
    min_size=1,
    max_size=6,
)


@given(
    name=st.sampled_from(sorted(WORLDS)),
    events=EVENTS,
    trips_at=st.none() | st.integers(0, 60),
    trips_after=st.booleans(),
    left_s=st.floats(20, 270),
)
def test_events_in_any_order_and_number_have_the_effect_of_one(
    name: str, events: list[tuple[str, float, bool]], trips_at: int | None, trips_after: bool, left_s: float
) -> None:
    """Missing, doubled and late events, short runs, a crash: never two deployments, never an edit at a wrong time."""
    world = WORLDS[name]()
    world.trips_at, world.trips_after, world.error = trips_at, trips_after, Death("killed")
    for kind, pause_s, _ in events:
        ids = {"own": FAILED, "rollback": ROLLBACK, "enforced": (world.codedeploy.enforced or [FAILED])[0]}
        try:
            world.deliver("FAILURE", ids[kind], left_s=left_s)
        except (Exception, Death):  # noqa: BLE001 - a run may end in any way
            world.clock.sleep_ms(pause_s * 1000)
    world.trips_at = None
    world.clock.sleep_ms(600_000)
    world.deliver_as_lambda()

    assert_promises(world)
    told = len(world.notices.sent)
    assert told == 1 if trips_at is None else told in {1, 2}


@given(name=st.sampled_from(sorted(WORLDS)), at=st.integers(0, 60), takes_s=st.floats(1, 300), moves_at=st.floats(0, 1))
@example(name="weighted", at=33, takes_s=3.0, moves_at=1.0)
@example(name="weighted", at=36, takes_s=1.0, moves_at=1.0)
@example(name="weighted", at=36, takes_s=1.0, moves_at=0.0)
def test_a_deployment_that_comes_at_any_moment_loses_nothing(
    name: str, at: int, takes_s: float, moves_at: float
) -> None:
    """Whenever somebody else deploys version 8, and shifts traffic to it, the alias ends there.

    No edit is made beside a deployment that is listed. One that begins between the last look at the list and the edit
    cannot be seen: Lambda refuses the edit once that deployment has moved the alias, and before that the edit takes
    nothing from it.
    """
    world = WORLDS[name]()
    happened, began = world.codedeploy._let_happen, list[int]()

    def then_somebody_deploys() -> None:
        free = all(course.ends_ms <= world.clock.at_ms for course in world.codedeploy.courses)
        if len(world.calls) >= at and free and not began and not world.codedeploy.enforced:
            began.append(len(world.calls))
            world.codedeploy.goes_on("d-NEWER0000", takes_s=takes_s, moves_s=moves_at * takes_s)
        happened()

    world.codedeploy._let_happen = then_somebody_deploys  # type: ignore[method-assign]
    world.deliver_as_lambda()
    world.codedeploy._let_happen = happened  # type: ignore[method-assign]
    world.clock.sleep_ms(600_000)

    assert world.alias == (AliasState(version="8") if began else HOME)
    assert not any("8" in state.versions for state in world.alias_port.replaced)
    if world.alias_port.edits_while_busy:
        assert world.calls[began[0] - 1 :][0] == "FakeAlias.put_back"
    assert len(world.notices.sent) <= 1


def test_verify_never_touches_anything() -> None:
    """Whatever the alias, the default policy makes no deployment and no edit."""
    for alias in (HOME, MOVED, WEIGHTED, AliasState(version="9")):
        world = ReleaseWorld(alias=alias, rollback=RollbackMode.VERIFY)
        world.deliver()

        assert (world.codedeploy.enforced, world.alias_port.edits, world.alias) == ([], [], alias)
        assert len(world.notices.sent) == 1


def test_the_hook_of_the_world_is_ours() -> None:
    """The laws above are of deployments that Warmgate knows."""
    assert "warmgate" in HOOK.function
