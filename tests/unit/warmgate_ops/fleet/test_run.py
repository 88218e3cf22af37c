"""A fleet on a virtual clock: waves, places, refusals, interruptions, and deaths at each of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support.fakes.fleet_world import START_S, Died, FleetWorld
from warmgate.fleets.beginning import MOST_WAIT_S, Beginning
from warmgate.fleets.ending import Ending
from warmgate.model.fleet import Fleet, OnRefusal, Release, State
from warmgate_ops.fleet.folder import Folder
from warmgate_ops.fleet.progress import Progress, exit_code_of, in_state, is_over, plan_of, summary_of
from warmgate_ops.fleet.run import PATIENT_LOOKS, FleetRun, LookError


class Heard:
    """Keeps what a watcher hears."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shown = 0

    def tell(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)

    def show(self, progress: Progress) -> None:
        """Count."""
        self.shown += 1


class DyingFolder(Folder):
    """A folder whose writes are steps at which a run may die, before they have an effect and after."""

    def __init__(self, path: Path, world: FleetWorld) -> None:
        super().__init__(path)
        self._world = world

    def write(self, progress: Progress) -> None:
        """Write between two chances to die."""
        self._world._maybe_die()
        super().write(progress)
        self._world._maybe_die()


def releases(count: int, *, group: str = "") -> tuple[Release, ...]:
    """Return releases of functions f1, f2 ... in groups of their own, or in one."""
    return tuple(
        Release(
            function=f"f{number}",
            alias="live",
            version="2",
            application="shop",
            deployment_group=group or f"g{number}",
        )
        for number in range(1, count + 1)
    )


def fleet_of(count: int, wave: int, *, group: str = "", **more: object) -> Fleet:
    """Return a fleet in waves of so many."""
    each = releases(count, group=group)
    waves = tuple(each[at : at + wave] for at in range(0, count, wave))
    return Fleet(name="shop", waves=waves, **more)  # type: ignore[arg-type]


def begun(fleet: Fleet) -> Progress:
    """Return the progress of a fleet that has not begun."""
    return Progress(fleet_id="f-1", plan=plan_of(fleet), began_s=START_S)


def run_of(
    fleet: Fleet,
    world: FleetWorld,
    folder: Folder,
    stopping: Callable[[], bool] = lambda: False,
    *,
    doubtful: bool = False,
) -> FleetRun:
    """Return a run in a world."""
    return FleetRun(
        fleet=fleet,
        beginning=Beginning(fleet_id="f-1", since_s=START_S, deployments=world, aliases=world, clock=world),
        ending=Ending(deployments=world, aliases=world, reasons=world, clock=world),
        deployments=world,
        notebook=folder,
        watcher=Heard(),
        clock=world,
        stopping=stopping,
        doubtful=doubtful,
    )


def made_per_release(world: FleetWorld) -> Counter[str]:
    """Return how many deployments each release got."""
    return Counter(made.release.key for made in world.deployments)


@pytest.mark.parametrize(("at_once", "seen"), [(1, 1), (3, 3), (5, 4)])
def test_a_good_fleet_is_released_in_waves(tmp_path: Path, at_once: int, seen: int) -> None:
    """No more run than may; a wave begins when the one before has ended; each release has one deployment."""
    fleet, world = fleet_of(10, 4, at_once=at_once), FleetWorld()

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    assert exit_code_of(fleet, ended) == 0
    assert world.most_active == seen
    assert made_per_release(world) == Counter(release.key for release in fleet.releases)
    ends = [max(ended.of(each).ended_s or 0 for each in wave) for wave in fleet.waves]
    starts = [min(ended.of(each).began_s or 0 for each in wave) for wave in fleet.waves]
    assert all(start >= end for end, start in zip(ends, starts[1:], strict=False))
    assert Folder(tmp_path).read() == ended


def test_a_refusal_lets_what_runs_end_and_begins_nothing_new(tmp_path: Path) -> None:
    """`stop`: of wave 2, what ran beside the refused one has ended well; wave 3 has not begun."""
    fleet, world = fleet_of(12, 4, at_once=2), FleetWorld(bad=frozenset({"f5:live"}))

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    assert ended.of(fleet.waves[1][0]).state is State.ROLLED_BACK
    assert ended.of(fleet.waves[1][0]).reason == "limits.duration.p95: 612 ms > 400 ms"
    assert ended.of(fleet.waves[1][1]).state is State.RELEASED
    assert [release.key for release in in_state(fleet, ended, State.NOT_BEGUN)] == [f"f{n}:live" for n in range(7, 13)]
    assert exit_code_of(fleet, ended) == 1
    assert is_over(fleet, ended)
    assert summary_of(fleet, ended) == "12 releases: 5 released, 1 rolled back, 6 not begun"


def test_go_on_begins_the_rest_and_a_stopped_fleet_is_resumed_with_it(tmp_path: Path) -> None:
    """The refused one is not tried again, and the exit code still tells of it."""
    fleet, world = fleet_of(6, 2), FleetWorld(bad=frozenset({"f3:live"}))
    stopped = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))
    again = run_of(fleet, world, Folder(tmp_path)).run(stopped)
    assert again == stopped

    on = fleet_of(6, 2, on_refusal=OnRefusal.GO_ON)
    assert plan_of(on) == plan_of(fleet)
    ended = run_of(on, world, Folder(tmp_path), doubtful=True).run(stopped)

    assert summary_of(on, ended) == "6 releases: 5 released, 1 rolled back"
    assert exit_code_of(on, ended) == 1
    assert set(made_per_release(world).values()) == {1}


@pytest.mark.parametrize("dies_at", range(1, 41))
def test_a_run_that_dies_at_any_step_is_resumed_and_each_release_is_made_once(tmp_path: Path, dies_at: int) -> None:
    """Progress and descriptions together say what was done, wherever the run was."""
    fleet, world = fleet_of(4, 2, on_refusal=OnRefusal.GO_ON), FleetWorld(bad=frozenset({"f2:live"}), dies_at=dies_at)
    folder = DyingFolder(tmp_path, world)
    with pytest.raises(Died):
        run_of(fleet, world, folder).run(begun(fleet))

    known = folder.read() or begun(fleet)
    ended = run_of(fleet, world, folder, doubtful=bool(known.entries)).run(known)

    assert made_per_release(world) == Counter(release.key for release in fleet.releases)
    assert summary_of(fleet, ended) == "4 releases: 3 released, 1 rolled back"


def test_the_steps_at_which_runs_die_are_all_there_are() -> None:
    """A run that is not killed has as many steps as the test above goes through, and no more."""
    fleet, world = fleet_of(4, 2, on_refusal=OnRefusal.GO_ON), FleetWorld(bad=frozenset({"f2:live"}))

    class Forgetful(DyingFolder):
        def __init__(self) -> None:
            self._world = world

        def write(self, progress: Progress) -> None:
            self._world._maybe_die()
            self._world._maybe_die()

    run_of(fleet, world, Forgetful()).run(begun(fleet))
    assert world.calls == 40


def test_a_lost_answer_makes_no_second_deployment(tmp_path: Path) -> None:
    """What was made although no answer came is found by its description."""
    fleet, world = fleet_of(4, 4), FleetWorld(lose_answers=True)

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    assert set(made_per_release(world).values()) == {1}
    assert exit_code_of(fleet, ended) == 0


def test_throttles_and_busy_groups_are_waited_for(tmp_path: Path) -> None:
    """Releases of one group go one after the other; a throttle is tried again."""
    fleet, world = fleet_of(3, 3, group="one"), FleetWorld(throttles=2)

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    assert exit_code_of(fleet, ended) == 0
    assert world.most_active == 1


def test_a_group_that_stays_busy_ends_a_release_and_not_the_wait_of_all(tmp_path: Path) -> None:
    """Somebody else's deployment that never ends is waited for within bounds."""
    fleet, world = fleet_of(1, 1, group="one"), FleetWorld(lasts_s=1e9)
    stranger = Release(function="x", alias="live", version="2", application="shop", deployment_group="one")
    world.create(stranger, "1", "somebody else's")

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    entry = ended.of(fleet.releases[0])
    assert entry.state is State.COULD_NOT_BEGIN
    assert "already has an active Deployment" in entry.reason
    assert MOST_WAIT_S <= world.at_s - START_S < MOST_WAIT_S + 60
    assert exit_code_of(fleet, ended) == 3


def test_what_is_asked_to_stop_follows_what_runs(tmp_path: Path) -> None:
    """The first Ctrl-C: nothing new begins, the rest is not begun, and the fleet can be resumed."""
    fleet, world = fleet_of(6, 6, at_once=2), FleetWorld()

    stopped = run_of(fleet, world, Folder(tmp_path), lambda: world.at_s > START_S).run(begun(fleet))

    assert summary_of(fleet, stopped) == "6 releases: 2 released, 4 not begun"
    assert not is_over(fleet, stopped)
    assert exit_code_of(fleet, stopped) == 3
    ended = run_of(fleet, world, Folder(tmp_path), doubtful=True).run(stopped)
    assert exit_code_of(fleet, ended) == 0
    assert set(made_per_release(world).values()) == {1}


def test_waves_are_apart_by_the_pause(tmp_path: Path) -> None:
    """The pause counts from the end of the last release."""
    fleet, world = fleet_of(2, 1, pause_minutes=10), FleetWorld()

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    first, second = (ended.of(release) for release in fleet.releases)
    assert first.ended_s is not None
    assert second.began_s is not None
    assert 600 <= second.began_s - first.ended_s < 610


def test_what_serves_already_is_left_alone(tmp_path: Path) -> None:
    """Nothing is deployed of a version that the alias serves alone."""
    fleet, world = fleet_of(1, 1), FleetWorld(versions={"f1:live": "2"})

    ended = run_of(fleet, world, Folder(tmp_path)).run(begun(fleet))

    assert ended.of(fleet.releases[0]).state is State.ALREADY_SERVING
    assert world.deployments == []
    assert exit_code_of(fleet, ended) == 0


@pytest.mark.parametrize(("down", "known"), [(PATIENT_LOOKS - 1, True), (PATIENT_LOOKS, False)])
def test_looks_that_fail_are_tried_again_for_a_while(tmp_path: Path, down: int, known: bool) -> None:
    """A connection that is lost for long ends the run; progress says what runs."""
    fleet, world = fleet_of(1, 1), FleetWorld(down=down)
    run = run_of(fleet, world, Folder(tmp_path))
    if known:
        assert exit_code_of(fleet, run.run(begun(fleet))) == 0
        return
    with pytest.raises(LookError, match="no connection"):
        run.run(begun(fleet))
    kept = Folder(tmp_path).read()
    assert kept is not None
    assert kept.of(fleet.releases[0]).state is State.RUNNING
