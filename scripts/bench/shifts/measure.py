"""How fast the guard stops a bad shift, beside an alarm on the same traffic, and how often it stops a good one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.shifts.alarms import alarm_rings_s
from bench.shifts.conditions import FAULTS, GOOD
from support.fakes.shift_world import ShiftWorld
from support.fakes.world import EPOCH_MS
from support.traffic.generators import FAMILIES
from warmgate.judge.binomial import at_most, upper_bound
from warmgate.logs.calls import LoggedCall
from warmgate.model.deployment import Shift
from warmgate.model.figures import percent
from warmgate.policy.parse import parse_policy

RUNS = 24
"""Of each condition and fault in the short form, which takes some two minutes on two cores."""
ORDINARY_TIMES = 4
"""So many times the runs of shifts to which nothing happens."""
LATE_S = 5.0
"""Log events and metrics alike can be read so long after they were written."""
NEW_PER_S = 10.0
BAD_SECONDS = 300.0
WORKERS = 2
ALARM_THRESHOLD = 0.05
"""Of failed calls, or of calls slower than the old version's p95 times 1.2: a wary alarm."""
POLICY = parse_policy((Path(__file__).parents[3] / "policies" / "default.yaml").read_text(), "default.yaml")
SURE = 0.05
"""Of intervals: they miss the truth so often."""


def measure_shifts(runs: int = RUNS) -> list[tuple[str, str, str]]:
    """Return the rows (what, measured, goal), each with its 95 % interval."""
    return list(shift_rows(runs))


def shift_rows(runs: int) -> Iterator[tuple[str, str, str]]:
    """Yield the rows as they are measured, with so many runs each."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for place, good in enumerate(GOOD):
            count = runs * (1 if place else ORDINARY_TIMES)
            stopped = sum(pool.map(is_stopped, [place] * count, range(count)))
            yield f"good shifts stopped: {good.name}", share_in_words(stopped, count), good.goal
        for place, fault in enumerate(FAULTS):
            times = list(pool.map(reactions, [place] * runs, range(runs)))
            yield f"first bad request to stop: {fault.name}", times_in_words(times), fault.goal


def share_in_words(hits: int, count: int) -> str:
    """Return a count and the Clopper-Pearson interval of its share."""
    low, high = 1 - upper_bound(count - hits, count, SURE / 2), upper_bound(hits, count, SURE / 2)
    return f"{hits} of {count} [{percent(low)} to {percent(high)}]"


def times_in_words(times: Sequence[tuple[float, float]]) -> str:
    """Return the medians of the guard's and the alarm's seconds; what never came took forever."""
    guard, alarm = sorted(guard for guard, _ in times), sorted(alarm for _, alarm in times)
    low, middle, high = _median(guard)
    other = _median(alarm)[1]
    missed = sum(math.isinf(found) for found in guard)
    more = f", {missed} of {len(times)} missed" if missed else ""
    return f"median {middle:.0f} s [{low:.0f} to {high:.0f}], {middle / other:.2f}x of the alarm's {other:.0f} s{more}"


def _median(ordered: Sequence[float]) -> tuple[float, float, float]:
    """Return the median with the order statistics between which it lies (95 % sure, where there are six or more)."""
    count = len(ordered)
    reach = max((rank for rank in range(count // 2) if at_most(rank, count, 0.5) <= SURE / 2), default=0)
    return ordered[reach], ordered[(count - 1) // 2], ordered[count - 1 - reach]


def is_stopped(place: int, seed: int) -> bool:
    """Return whether the guard stops a good shift under the conditions of that place."""
    good = GOOD[place]
    world = ShiftWorld(
        seed=f"good {good.name} {seed}",
        family=FAMILIES[seed % len(FAMILIES)],
        conditions=good.conditions,
        seconds=good.seconds,
        new_per_s=NEW_PER_S,
        old_per_s=good.old_per_s,
        log_late_ms=LATE_S * 1000,
    )
    world.policies.policy = POLICY
    world.guard().run(Shift(deployment_id=world.deployment_id), world.deadline(890))
    return bool(world.shifts.stopped)


def reactions(place: int, seed: int) -> tuple[float, float]:
    """Return the seconds from the first bad request to the guard's stop and to the alarm; infinite where none came."""
    fault = FAULTS[place]
    from_s = 0.0 if fault.from_first else 10.0 + 60.0 * (seed * 0.61803 % 1)
    world = ShiftWorld(
        seed=f"bad {fault.name} {seed}",
        family=FAMILIES[seed % len(FAMILIES)],
        defect=fault.defect(from_s),
        seconds=BAD_SECONDS,
        new_per_s=NEW_PER_S,
        log_late_ms=LATE_S * 1000,
    )
    world.policies.policy = POLICY
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
    guard_s = math.inf if stopped_ms is None else EPOCH_MS / 1000 + stopped_ms / 1000 - first_s
    return guard_s, math.inf if rings_s is None else rings_s - first_s


def _p95_ms(calls: list[LoggedCall]) -> float:
    ordered = sorted(call.record.duration_ms or 0.0 for call in calls)
    return ordered[int(0.95 * len(ordered))]
