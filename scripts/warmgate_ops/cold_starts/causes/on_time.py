"""Schedules that fired just before a cold start, and found the version idle."""

from __future__ import annotations

from warmgate_ops.cold_starts.calls import Beginning
from warmgate_ops.cold_starts.causes.cause import Cause, Certainty, Evidence
from warmgate_ops.cold_starts.causes.scene import Scene
from warmgate_ops.cold_starts.causes.schedules import PRECISION_MS, Timetable
from warmgate_ops.cold_starts.causes.wording import second

QUIET_MS = 60_000.0
"""A version that had no call for so long before the schedule fired was idle, or for longer than is survived."""
LATE_MS = 5_000.0
"""From the schedule's target to the function's call: a queue or a fan-out may stand between."""


def look(scene: Scene) -> Evidence | None:
    """Return the schedule that fired within the minute before, or its flexible window, while the version was idle."""
    if scene.call.beginning is Beginning.SUPPRESSED:
        return None
    fitting = [(schedule, fired) for schedule in scene.schedules if (fired := _fired(scene, schedule)) is not None]
    if not fitting:
        return None
    schedule, fired = max(fitting, key=lambda each: each[1])
    first = _first_after(scene, fired)
    sure = first and schedule.phase_known and len(fitting) == 1
    others = "".join(f"; {each.name} fired then too" for each, _ in fitting if each is not schedule)
    words = f"{schedule.in_words()} fired {second(fired)} and the version was idle{others}"
    return Evidence(
        cause=Cause.SCHEDULE,
        certainty=Certainty.CERTAIN if sure else Certainty.PROBABLE,
        words=words,
        schedule=schedule.in_words(),
        fired_ms=fired,
    )


def _fired(scene: Scene, schedule: Timetable) -> float | None:
    """Return when a schedule fired last, where that was just before and the version was idle then."""
    if not schedule.calls(scene.call.version):
        return None
    reach = PRECISION_MS + LATE_MS + schedule.window_ms
    fires = schedule.fires_between(scene.at_ms - reach, scene.at_ms)
    if not fires:
        return None
    fired = fires[-1]
    served = [c.ended_ms for each in scene.history.environments if (c := each.last_before(fired)) is not None]
    quiet = QUIET_MS if scene.limit_ms is None else min(QUIET_MS, scene.limit_ms)
    if served and max(served) > fired - quiet:
        return None
    return fired


def _first_after(scene: Scene, fired: float) -> bool:
    return not any(
        (last := each.last_before(scene.at_ms - 0.5)) is not None and last.called_ms >= fired
        for each in scene.history.environments
        if each is not scene.environment
    )
