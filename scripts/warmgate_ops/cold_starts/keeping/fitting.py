"""How environments behaved, by recorded calls: the habits with which a replay makes of them what was recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.keeping.arrivals import Arrival, recency_of
from warmgate_ops.cold_starts.keeping.replay import Habits, Replayed, replay

SHORTEST_IDLE_S, LONGEST_IDLE_S = 60.0, 4 * 3600.0
AGES_S = (math.inf, 3 * 3600.0, 5 * 3600.0, 8 * 3600.0)
"""What may be told apart in days of calls; users of AWS report that environments are renewed every few hours."""
ENOUGH = 30_000
"""Calls that are replayed to fit: the latest ones, where there are more."""
_TRIES = 11
_OLD = 0.9
"""The part of the environments that are younger than the age that is compared."""


def habits_of(calls: Sequence[Call], arrivals: Sequence[Arrival]) -> Habits:
    """Return the habits that fit best; the arrivals are those of the calls."""
    recent = calls[-ENOUGH:]
    habits = Habits(recency=recency_of(recent))
    recorded_s = _age(_lives_s(recent))
    fitted = [_with_idle(arrivals[-ENOUGH:], replace(habits, age_s=age_s)) for age_s in AGES_S]
    return min(fitted, key=lambda each: abs(math.log(_age(each[1].lives_s) / recorded_s)))[0]


def _with_idle(arrivals: Sequence[Arrival], habits: Habits) -> tuple[Habits, Replayed]:
    """Return the habits with the idle lifetime that gives as many cold starts as were recorded, and their replay."""
    recorded = sum(arrival.was_cold for arrival in arrivals)
    low, high = math.log(SHORTEST_IDLE_S), math.log(LONGEST_IDLE_S)
    for _ in range(_TRIES):
        middle = (low + high) / 2
        # A longer life never makes more cold starts, but for a few where durations decide.
        if replay(arrivals, replace(habits, idle_s=math.exp(middle))).cold > recorded:
            low = middle
        else:
            high = middle
    found = replace(habits, idle_s=math.exp((low + high) / 2))
    return found, replay(arrivals, found)


def _lives_s(calls: Sequence[Call]) -> list[float]:
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    for call in calls:
        first[call.environment] = min(call.called_ms, first.get(call.environment, math.inf))
        last[call.environment] = max(call.ended_ms, last.get(call.environment, 0.0))
    return [(last[name] - first[name]) / 1000 for name in first]


def _age(lives_s: Sequence[float]) -> float:
    """Return the age that few environments reach, in seconds; never 0."""
    return max(1.0, sorted(lives_s)[int(len(lives_s) * _OLD)]) if lives_s else 1.0
