"""The guard survives what Lambda and EventBridge do to it: a death at any step, events twice, late, or not at all."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fakes.lambda_runs import Dies, GuardEvents, KillError, SharedClock
from support.fakes.shift_world import ShiftWorld
from support.traffic.shifts import NONE, Defect
from warmgate.errors import ClaimError
from warmgate.live.watch import Ending

BROKEN = Defect(error_share=0.5, from_s=5.0)
STEPS = 30
"""More calls of ports than a guarded shift makes until its stop."""
AFTER = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
ERROR = pytest.mark.parametrize("error", [KillError, RuntimeError], ids=["killed", "raised"])


def events(
    *, defect: Defect = BROKEN, seconds: float = 400.0, dies: tuple[Dies, ...] = (), left_s: float = 890.0
) -> GuardEvents:
    """Return a shift that lasts longer than Lambda's retries take, and the guard's runs over it."""
    world = ShiftWorld(defect=defect, seconds=seconds, clock=SharedClock(), new_per_s=5.0, old_per_s=5.0)
    return GuardEvents(world, dies=dies, left_s=left_s)


def assert_stopped_once(found: GuardEvents) -> None:
    """Assert that the shift was stopped by one order, and that each event ended knowing that all is well."""
    assert found.world.shifts.stopped == [found.world.deployment_id]
    assert found.world.shifts.refused == []
    assert found.given_up == 0


def assert_one_at_a_time(found: GuardEvents) -> None:
    """Assert that no run looked again after another one had begun to."""
    turns = [number for number, _ in groupby(found.readers)]
    assert len(turns) == len(set(turns))


@AFTER
@ERROR
@pytest.mark.parametrize(
    "step", [step if step % 6 == 0 else pytest.param(step, marks=pytest.mark.slow) for step in range(1, STEPS + 1)]
)
def test_a_death_at_any_step_leaves_one_stop(step: int, error: type[BaseException], *, after: bool) -> None:
    """The bad shift is stopped once, by Lambda's retry if need be; what had ended is never stopped."""
    found = events(dies=(Dies(attempt=1, step=step, after=after, error=error),))
    found.delivered()
    found.play()

    assert_stopped_once(found)
    assert_one_at_a_time(found)


@pytest.mark.slow
@AFTER
@pytest.mark.parametrize("step", range(1, STEPS + 1, 3))
def test_a_death_never_stops_a_good_shift(step: int, *, after: bool) -> None:
    """A second run judges what it reads, and no more harshly."""
    found = events(defect=NONE, seconds=120.0, dies=(Dies(attempt=1, step=step, after=after),))
    found.delivered()
    found.play()

    assert found.world.shifts.stopped == []
    assert found.endings == [Ending.SHIFTED]


@pytest.mark.parametrize("late_s", [0.0, 20.0, 65.0, 71.0, 500.0])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_events_may_come_late_and_often(late_s: float, copies: int) -> None:
    """At most one stop, and none after the end."""
    found = events(seconds=60.0)
    for _ in range(copies):
        found.delivered(at_s=late_s)
    found.play()

    assert len(found.world.shifts.stopped) == (1 if late_s < 70 else 0)
    assert found.world.shifts.refused == []


@pytest.mark.slow
@pytest.mark.parametrize("late_s", [0.0, 1.0, 17.0, 29.0, 31.0, 100.0])
def test_a_copy_beside_a_living_guard_does_no_work(late_s: float) -> None:
    """It asks for the lease until it is sure that somebody renews it, and for nothing else."""
    found = events(defect=NONE, seconds=120.0)
    found.delivered()
    found.delivered(at_s=late_s)
    found.play()

    assert set(found.attempts[1].calls) == {"claim"}
    assert sorted(found.endings) == [Ending.BUSY, Ending.SHIFTED]


def test_a_copy_that_waits_beside_a_guard_that_is_killed_takes_over() -> None:
    """It does not end as if all were well: nobody watches until the lease is over, and no longer."""
    found = events(dies=(Dies(attempt=1, step=3),))
    found.delivered()
    found.delivered(at_s=1.0)
    found.play()

    assert_stopped_once(found)
    assert found.endings[0] is Ending.STOPPED
    assert found.world.shifts.stopped_at_ms is not None
    assert found.world.shifts.stopped_at_ms < 60_000


def test_a_run_without_time_to_wait_for_a_lease_comes_again() -> None:
    """It raises: a success would be Lambda's last word on an event whose guard is dead."""
    found = events(dies=(Dies(attempt=1, step=3),), left_s=25.0)
    found.delivered(at_s=0.0)
    found.delivered(at_s=1.0)
    found.play()

    assert found.attempts[1].calls[-1] == "claim"
    assert found.endings[0] is not Ending.BUSY
    assert_stopped_once(found)


@pytest.mark.slow
@AFTER
@ERROR
@pytest.mark.parametrize("step", range(20, 27))
def test_a_death_around_a_hand_over_is_made_good(step: int, error: type[BaseException], *, after: bool) -> None:
    """Before the successor starts, between that and the end of the lease, or later: one guards, and stops once."""
    late = Defect(error_share=0.5, from_s=160.0)
    found = events(defect=late, dies=(Dies(attempt=1, step=step, after=after, error=error),), left_s=50.0)
    found.delivered()
    found.play()

    assert "start" in [name for attempt in found.attempts for name in attempt.calls]
    assert_stopped_once(found)
    assert_one_at_a_time(found)


@pytest.mark.slow
@pytest.mark.parametrize(("copies", "lost"), [(2, 0), (1, 1), (1, 3), (1, 99), (3, 2)])
def test_a_hand_over_that_comes_twice_or_without_an_answer_is_one(copies: int, lost: int) -> None:
    """A successor delivered often, or started again because no answer came: one guards, the others do no work."""
    found = events(defect=Defect(error_share=0.5, from_s=120.0), left_s=70.0)
    found.copies, found.lost = copies, lost
    found.delivered()
    found.play()

    assert_one_at_a_time(found)
    assert_stopped_once(found)


@pytest.mark.slow
@pytest.mark.parametrize(("refused", "ending"), [(3, Ending.HANDED_OVER), (99, Ending.STOPPED)])
def test_a_hand_over_that_is_refused_is_tried_again(refused: int, ending: Ending) -> None:
    """As long as the run lasts; then it raises, and Lambda's retry guards on with what its event knows."""
    found = events(defect=Defect(error_share=0.5, from_s=100.0), left_s=70.0)
    found.refused = refused
    found.delivered()
    found.play()

    assert_stopped_once(found)
    assert found.endings[0] is ending


def test_a_table_that_is_silent_for_a_while_ends_no_guard() -> None:
    """It guards on, and stops: who cannot renew a lease cannot be replaced either."""
    found = events(defect=Defect(error_share=0.5, from_s=60.0))
    found.delivered()
    found.clock.start(20_000, lambda: setattr(found.world.claims, "fails", ClaimError("throttled")))
    found.play()

    assert_stopped_once(found)
    assert any("not renewed" in line for line in found.world.lines)


@pytest.mark.parametrize("copies", [0, 1])
def test_a_guard_whose_item_was_deleted_claims_it_again(copies: int) -> None:
    """By hand, for example: the guard goes on, and a copy of the event finds it, or takes over."""
    found = events(defect=Defect(error_share=0.5, from_s=60.0))
    found.delivered()
    found.clock.start(20_000, found.world.claims.items.clear)
    for _ in range(copies):
        found.delivered(at_s=22.0)
    found.play()

    assert_stopped_once(found)
    assert_one_at_a_time(found)


DEATHS = st.builds(
    Dies,
    attempt=st.integers(1, 6),
    step=st.integers(1, 120),
    after=st.booleans(),
    error=st.sampled_from([KillError, RuntimeError]),
)


@given(
    at_s=st.lists(st.floats(0, 150), min_size=1, max_size=3),
    dies=st.lists(DEATHS, max_size=2),
    from_s=st.sampled_from([0.0, 40.0, 90.0, 160.0]),
    left_s=st.sampled_from([60.0, 100.0, 890.0]),
    copies=st.integers(1, 2),
    lost=st.integers(0, 3),
    look_s=st.sampled_from([0.0, 3.0, 15.0, 45.0]),
)
def test_whatever_happens_a_bad_shift_is_stopped_once(
    at_s: list[float], dies: list[Dies], from_s: float, left_s: float, copies: int, lost: int, look_s: float
) -> None:
    """Events in any number, two deaths of any runs, short runs, lost answers, looks that outlast the lease."""
    found = events(defect=Defect(error_share=0.5, from_s=from_s), seconds=900.0, dies=tuple(dies), left_s=left_s)
    found.copies, found.lost, found.look_s = copies, lost, lambda _attempt: look_s
    for each_s in at_s:
        found.delivered(at_s=each_s)
    found.play()

    assert_stopped_once(found)
    if look_s < 20.0:
        assert_one_at_a_time(found)


@given(
    at_s=st.lists(st.floats(0, 60), min_size=1, max_size=3),
    dies=st.lists(DEATHS, max_size=2),
    left_s=st.sampled_from([60.0, 890.0]),
    copies=st.integers(1, 2),
)
def test_whatever_happens_a_good_shift_is_never_stopped(
    at_s: list[float], dies: list[Dies], left_s: float, copies: int
) -> None:
    """Every run judges what the others have judged, by the same figures."""
    found = events(defect=NONE, seconds=120.0, dies=tuple(dies), left_s=left_s)
    found.copies = copies
    for each_s in at_s:
        found.delivered(at_s=each_s)
    found.play()

    assert found.world.shifts.stopped == []


def test_a_run_that_was_replaced_gives_no_order() -> None:
    """Its look took longer than its lease: another run ordered the stop, which CodeDeploy has not carried out yet."""
    found = events(seconds=900.0)
    found.world.shifts.stopping_s = 100.0
    found.look_s = lambda attempt: 45.0 if attempt == 1 else 0.0
    found.delivered()
    found.delivered(at_s=9.0)
    found.play()

    assert_stopped_once(found)
    assert found.endings == [Ending.STOPPED, Ending.BUSY]
    assert "stop" not in found.attempts[0].calls
