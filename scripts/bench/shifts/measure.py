"""How fast the guard stops a bad shift, beside an alarm on the same traffic, and how often it stops a good one."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from bench.shifts.alarms import alarm_rings_s
from support.fakes.shift_world import ShiftWorld
from support.fakes.world import EPOCH_MS
from support.traffic.generators import FAMILIES
from support.traffic.shifts import Defect
from warmgate.logs.calls import LoggedCall
from warmgate.model.deployment import Shift

GOOD_SHIFTS = 1000
BAD_SHIFTS = 24
SECONDS = 200.0
LATE_S = 5.0
"""Log events and metrics alike can be read so long after they were written."""
NEW_PER_S = 10.0
WORKERS = 2
ALARM_THRESHOLD = 0.05
"""Of failed calls, or of calls slower than the old version's p95 times 1.2: a wary alarm."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A defect that begins somewhere in a minute, and what makes a call bad."""

    name: str
    defect: Callable[[float], Defect]
    errors: bool


FAULTS = (
    Fault("half of the calls fail", lambda from_s: Defect(from_s=from_s, error_share=0.5), errors=True),
    Fault("one call in ten fails", lambda from_s: Defect(from_s=from_s, error_share=0.1), errors=True),
    Fault("twice as slow", lambda from_s: Defect(from_s=from_s, times=2.0), errors=False),
    Fault("one call in five three times as slow", lambda from_s: Defect(from_s=from_s, slow_share=0.2), errors=False),
)


def measure_shifts(good: int = GOOD_SHIFTS, bad: int = BAD_SHIFTS) -> list[tuple[str, str, str]]:
    """Return the rows (what, measured, goal)."""
    with ProcessPoolExecutor(WORKERS) as pool:
        stopped = sum(pool.map(_is_stopped, range(good), chunksize=10))
        rows = [("good shifts that the guard stops", f"{stopped} of {good}", "<= 0.5 %")]
        for place, fault in enumerate(FAULTS):
            times = list(pool.map(_reactions, [place] * bad, range(bad)))
            rows.append((f"first bad request to stop: {fault.name}", _in_words(times), "<= 0.2x"))
    return rows


def _in_words(times: list[tuple[float | None, float | None]]) -> str:
    both = [(guard, alarm) for guard, alarm in times if guard is not None and alarm is not None]
    missed = sum(guard is None for guard, _ in times)
    if not both:
        return f"{missed} of {len(times)} missed"
    guard, alarm = (statistics.mean(found) for found in zip(*both, strict=True))
    more = f", {missed} of {len(times)} missed" if missed else ""
    return f"{guard:.0f} s, {guard / alarm:.2f}x of the alarm's {alarm:.0f} s{more}"


def _is_stopped(seed: int) -> bool:
    world = ShiftWorld(
        seed=f"good {seed}",
        family=FAMILIES[seed % len(FAMILIES)],
        seconds=SECONDS,
        new_per_s=NEW_PER_S,
        log_late_ms=LATE_S * 1000,
    )
    world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(890))
    return bool(world.shifts.stopped)


def _reactions(place: int, seed: int) -> tuple[float | None, float | None]:
    """Return the seconds from the first bad request to the guard's stop and to the alarm; None where it never came."""
    fault, from_s = FAULTS[place], 10.0 + 60.0 * (seed * 0.61803 % 1)
    world = ShiftWorld(
        seed=f"bad {place} {seed}",
        family=FAMILIES[seed % len(FAMILIES)],
        defect=fault.defect(from_s),
        seconds=600.0,
        new_per_s=NEW_PER_S,
        log_late_ms=LATE_S * 1000,
    )
    began_s = world.shifts.began_s
    calls = [call for call in world.logs.written if call.version == "2"]
    limit_ms = 1.2 * _p95_ms([call for call in world.logs.written if call.version == "1"])
    bad = [
        call.record.status == "error" if fault.errors else (call.record.duration_ms or 0.0) > limit_ms for call in calls
    ]
    rings_s = alarm_rings_s(calls, bad, ALARM_THRESHOLD, LATE_S)
    world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(890))
    first_s = next(
        call.at_ms / 1000
        for call, is_bad in zip(calls, bad, strict=True)
        if is_bad and call.at_ms / 1000 >= EPOCH_MS / 1000 + began_s + from_s
    )
    stopped_ms = world.shifts.stopped_at_ms
    guard_s = None if stopped_ms is None else EPOCH_MS / 1000 + stopped_ms / 1000 - first_s
    return guard_s, None if rings_s is None else rings_s - first_s


def _p95_ms(calls: list[LoggedCall]) -> float:
    ordered = sorted(call.record.duration_ms or 0.0 for call in calls)
    return ordered[int(0.95 * len(ordered))]
