"""Recorded calls become arrivals: when somebody called, and how long an environment serves that, warm or cold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from warmgate_ops.cold_starts.calls import Beginning, Call

COLD = (Beginning.COLD, Beginning.RESTORED)
"""What a warm environment would have served instead; a restart after a crash is none of its business."""
FEWEST_CHOICES = 20
"""Choices among free environments below which nothing is made of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call; times are milliseconds."""

    at_ms: float
    version: str
    warm_ms: float
    """How long a warm environment takes for it."""
    cold_ms: float
    """How long a new one takes, without init."""
    init_ms: float
    was_cold: bool


@dataclass(slots=True)
class _Known:
    warm: list[float]
    cold: list[float]
    init: list[float]


def arrivals_of(calls: Sequence[Call]) -> tuple[Arrival, ...]:
    """Return the calls by time; where a call was warm, what it takes cold is its version's median more, and so back."""
    known: dict[str, _Known] = defaultdict(lambda: _Known([], [], []))
    for call in calls:
        about = known[call.version]
        (about.cold if call.beginning in COLD else about.warm).append(call.duration_ms)
        if call.beginning in COLD and call.init_ms is not None:
            about.init.append(call.init_ms)
    everywhere = _middle([each for about in known.values() for each in about.init])
    middles = {version: _middles(about, everywhere) for version, about in known.items()}
    found = (_arrival(call, *middles[call.version]) for call in calls)
    return tuple(sorted(found, key=lambda each: each.at_ms))


def recency_of(calls: Sequence[Call]) -> float:
    """Return how often the environment that was used last was chosen on purpose, 1 where the calls do not tell.

    Looked at are warm calls that found several free environments, each of which served again later: those lived.
    """
    last_use = {call.environment: call.ended_ms for call in sorted(calls, key=lambda each: each.ended_ms)}
    free_since: dict[str, float] = {}
    seen = hits = 0
    by_chance = 0.0
    for call in sorted(calls, key=lambda each: each.called_ms):
        alive = [name for name, since in free_since.items() if since <= call.called_ms < last_use[name]]
        if call.environment in alive and len(alive) > 1:
            seen += 1
            hits += call.environment == max(alive, key=free_since.__getitem__)
            by_chance += 1 / len(alive)
        for name in [name for name in free_since if last_use[name] <= call.called_ms]:
            del free_since[name]
        free_since[call.environment] = call.ended_ms
    if seen < FEWEST_CHOICES or not all(free_since):
        return 1.0
    return min(1.0, max(0.0, (hits - by_chance) / (seen - by_chance)))


def _middles(about: _Known, init_ms: float) -> tuple[float, float, float]:
    """Return the version's median warm duration, what a first call takes more, and its init."""
    warm = _middle(about.warm) if about.warm else _middle(about.cold)
    more = max(0.0, _middle(about.cold) - warm) if about.cold else 0.0
    return warm, more, _middle(about.init) if about.init else init_ms


def _middle(values: Sequence[float]) -> float:
    return median(values) if values else 0.0


def _arrival(call: Call, warm_ms: float, more_ms: float, init_ms: float) -> Arrival:
    cold = call.beginning in COLD
    return Arrival(
        at_ms=call.called_ms,
        version=call.version,
        warm_ms=min(call.duration_ms, warm_ms) if cold else call.duration_ms,
        cold_ms=call.duration_ms if cold else call.duration_ms + more_ms,
        init_ms=call.init_ms if cold and call.init_ms is not None else init_ms,
        was_cold=cold,
    )
