"""How environments behaved, by recorded calls: the habits with which a replay makes of them what was recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.keeping.arrivals import Arrival, recency_of
from warmgate_ops.cold_starts.keeping.replay import Habits, Replayed, replay

SHORTEST_IDLE_S, LONGEST_IDLE_S = 60.0, 4 * 3600.0
AGES_S = (math.inf, 3 * 3600.0, 5 * 3600.0, 8 * 3600.0)
"""What may be told apart in days of calls; users of AWS report that environments are renewed every few hours."""
ENOUGH = 30_000
"""Calls that are replayed to fit: the latest ones, where there are more."""
_TRIES = 9
_OLD = 0.9
"""The part of the environments that are younger than the age that is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The habits that fit best, and between which idle lifetimes others fit as well."""

    habits: Habits
    least_idle_s: float
    most_idle_s: float


def fitted(calls: Sequence[Call], arrivals: Sequence[Arrival]) -> Fitted:
    """Return what fits best; the arrivals are those of the calls, of which there is one at least."""
    recent = calls[-ENOUGH:]
    habits = Habits(recency=recency_of(recent))
    recorded_s = _age(_lives_s(recent))
    tried = [_with_idle(arrivals[-ENOUGH:], replace(habits, age_s=age_s)) for age_s in AGES_S]
    return min(tried, key=lambda each: abs(math.log(_age(each[1].lives_s) / recorded_s)))[0]


def _with_idle(arrivals: Sequence[Arrival], habits: Habits) -> tuple[Fitted, Replayed]:
    """Return the habits with an idle lifetime that gives as many cold starts as were recorded, and their replay.

    Of several the one nearest to the usual ten minutes: calls an hour apart say no more than that it is less.
    """
    recorded = sum(arrival.was_cold for arrival in arrivals)

    def cold(idle_s: float) -> int:
        return replay(arrivals, replace(habits, idle_s=idle_s)).cold

    # A longer life never makes more cold starts, but for a few where durations decide.
    least_s = _first(lambda idle_s: cold(idle_s) <= recorded)
    most_s = max(least_s, _first(lambda idle_s: cold(idle_s) < recorded))
    found = replace(habits, idle_s=min(max(Habits().idle_s, least_s), most_s))
    return Fitted(habits=found, least_idle_s=least_s, most_idle_s=most_s), replay(arrivals, found)


def _first(holds: Callable[[float], bool]) -> float:
    """Return about the shortest idle lifetime from which on something holds."""
    low, high = math.log(SHORTEST_IDLE_S), math.log(LONGEST_IDLE_S)
    for _ in range(_TRIES):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(math.exp(middle)) else (middle, high)
    return math.exp((low + high) / 2)


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
