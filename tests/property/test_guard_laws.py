"""The guard survives what Lambda and EventBridge do to it: a crash at any step, events twice, late, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.shifts.traffic import Defect
from fakes.shift_world import ShiftWorld
from warmgate.guard import Ending, Guarded
from warmgate.model import Shift

BROKEN = Defect(error_share=0.5, from_s=5.0)
STEPS = 40
"""More calls of ports than a guarded shift makes until its stop."""


class CrashError(BaseException):
    """The run died: nothing of ours may catch it."""


class Crashing:
    """Counts the calls of every port and dies at one of them, before or after it was done."""

    def __init__(self, step: int, *, after: bool) -> None:
        self.step, self.after, self.count = step, after, 0

    def wrap(self, port: Any) -> Any:
        """Return the port with its calls counted."""
        outer = self

        class Counted:
            def __getattr__(self, name: str) -> Any:
                found = getattr(port, name)
                return outer.counted(found) if callable(found) else found

        return Counted()

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a call that may be the last one."""

        def made(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            dies = self.count == self.step
            if dies and not self.after:
                raise CrashError
            result = call(*args, **kwargs)
            if dies:
                raise CrashError
            return result

        return made


def crashed_and_delivered_again(world: ShiftWorld, step: int, *, after: bool) -> Guarded:
    """Let the first run die at a step, and deliver the event again as Lambda does."""
    crashing = Crashing(step, after=after)
    guard = world.guard()
    dying = replace(
        guard,
        shifts=crashing.wrap(guard.shifts),
        policies=crashing.wrap(guard.policies),
        functions=crashing.wrap(guard.functions),
        logs=crashing.wrap(guard.logs),
        successors=crashing.wrap(guard.successors),
        reports=tuple(crashing.wrap(sink) for sink in guard.reports),
    )
    event = Shift(deployment_id=world.deployment_id)
    try:
        return dying.run(event, world.deadline(890))
    except CrashError:
        return world.guard().run(event, world.deadline(890))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_crash_at_any_step_leaves_one_stop(step: int, *, after: bool) -> None:
    """The bad shift is stopped once and reported, whenever the first run died; what had ended is never stopped."""
    world = ShiftWorld(defect=BROKEN, seconds=60.0)
    found = crashed_and_delivered_again(world, step, after=after)
    assert world.shifts.stopped == [world.deployment_id]
    assert world.shifts.refused == []
    assert found.ending in {Ending.STOPPED, Ending.SHIFTED}
    assert world.reports.published


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1, 3))
def test_a_crash_never_stops_a_good_shift(step: int, *, after: bool) -> None:
    """A second run judges what it reads, and no more harshly."""
    world = ShiftWorld(seconds=40.0)
    crashed_and_delivered_again(world, step, after=after)
    assert world.shifts.stopped == []


@pytest.mark.parametrize("late_s", [0.0, 20.0, 65.0, 71.0, 500.0])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_events_may_come_late_and_often(late_s: float, copies: int) -> None:
    """At most one stop, and none after the end."""
    world = ShiftWorld(defect=BROKEN, seconds=60.0)
    world.clock.at_ms = late_s * 1000
    for _ in range(copies):
        world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(890))
    assert len(world.shifts.stopped) == (1 if late_s < 70 else 0)
    assert world.shifts.refused == []


@pytest.mark.parametrize("step", range(1, 12))
def test_a_run_that_dies_while_handing_over_is_followed_by_one_that_guards(step: int) -> None:
    """Whether or not its successor was started: the event delivered again, and the successor, stop the shift once."""
    world = ShiftWorld(defect=Defect(error_share=0.5, from_s=70.0), seconds=200.0, began_s=1.0)
    crashing = Crashing(step, after=True)
    guard = world.guard()
    dying = replace(guard, successors=crashing.wrap(guard.successors), logs=crashing.wrap(guard.logs))
    event = Shift(deployment_id=world.deployment_id)
    try:
        dying.run(event, world.deadline(40))
    except CrashError:
        world.guard().run(event, world.deadline(60))
    for shift in list(world.successors.started):
        world.guard().run(shift, world.deadline(890))
    for shift in list(world.successors.started):
        world.guard().run(shift, world.deadline(890))
    assert world.shifts.stopped == [world.deployment_id]
    assert world.shifts.refused == []
