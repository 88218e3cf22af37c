"""When requests of live traffic come and which probe each is: seeded, at a rate that may change over time. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Rate:
    """From an instant on, so many requests come a second on average; the next step ends it."""

    from_s: float
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One kind of request, with its share of the traffic."""

    name: str = "probe"
    payload: Any = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: when it comes, counted from the beginning, and which probe it is."""

    at_s: float
    probe: Probe


def arrivals(rates: Sequence[Rate], probes: Sequence[Probe], seed: int) -> Iterator[Arrival]:
    """Yield requests at exponentially distributed intervals, for ever unless the last rate is zero.

    Args:
        rates: in the order of their instants; before the first one nothing comes.
        probes: chosen by their weights.
        seed: the same one yields the same requests.
    """
    chance = random.Random(seed)
    weights = [probe.weight for probe in probes]
    owed = chance.expovariate(1.0)
    for step, following in pairwise([*rates, Rate(float("inf"), 0.0)]):
        at_s = step.from_s
        # What a step does not use up of an interval is left to the next step, at that one's rate.
        while step.per_s > 0 and at_s + owed / step.per_s < following.from_s:
            at_s += owed / step.per_s
            yield Arrival(at_s, chance.choices(probes, weights)[0])
            owed = chance.expovariate(1.0)
        if step.per_s > 0:
            owed -= (following.from_s - at_s) * step.per_s
