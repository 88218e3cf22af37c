"""Seeded generators of warm latencies: eight families of functions, with every parameter beside its code.

Each draws K environments that are called once a round, in an order that is random anew each round. What a family is
made of is stated in its line of `FAMILIES`; what a release changes is in `changes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

ENVIRONMENTS = 20
ROUNDS = 10
UNMEASURED = 4
"""Calls an environment got before its first measured one: the cold one and three to warm up."""
P95 = 1.6449
"""The 95th percentile of the standard normal distribution."""

Change = Callable[[float, Random], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of function; shares are of calls, spreads are standard deviations of the logarithm."""

    name: str
    median_ms: float
    spread: float
    slow_share: float = 0.0
    slow_times: float = 1.0
    rare_share: float = 0.0
    """Calls that take 10 to 50 times as long."""
    environment_spread: float = 0.0
    wave: float = 0.0
    """Height of a slow wave over the rounds that every environment of both arms shares."""
    wander: float = 0.0
    """Standard deviation of an AR(1) with 0.8 from round to round, shared likewise."""
    first_call: float = 0.0
    """By how much an environment's first call takes longer; halves with every call."""
    whole_ms: bool = False


FAMILIES = (
    Family(name="light", median_ms=50, spread=math.log(1.3) / P95),
    Family(name="typical", median_ms=120, spread=math.log(1.6) / P95),
    Family(name="heavy", median_ms=80, spread=math.log(1.3) / P95, slow_share=0.10, slow_times=2.5, rare_share=0.003),
    Family(name="gc", median_ms=60, spread=0.08, slow_share=0.04, slow_times=2.0),
    # Intra-class correlation 0.7 at an overall p95/p50 of 1.3.
    Family(name="cluster", median_ms=50, spread=0.0874, environment_spread=0.1334),
    Family(name="drift", median_ms=100, spread=0.10, wave=0.15, wander=0.04),
    Family(name="jit", median_ms=70, spread=0.12, first_call=0.60),
    Family(name="ms", median_ms=2.6, spread=0.12, whole_ms=True),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One warm call and the environment that it ran in."""

    environment: int
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Recording:
    """What both arms showed, by round."""

    old: list[list[Call]]
    new: list[list[Call]]


def record(family: Family, change: Change, random: Random, rounds: int = ROUNDS, size: int = ENVIRONMENTS) -> Recording:
    """Return a release of a family: old as it was, new with a change, in the same rounds."""
    weather = _weather(family, random, rounds)
    return Recording(
        old=_arm(family, _unchanged, random, weather, size), new=_arm(family, change, random, weather, size)
    )


def _unchanged(duration_ms: float, _random: Random) -> float:
    return duration_ms


def _weather(family: Family, random: Random, rounds: int) -> list[float]:
    """Return the factor that each round's calls share."""
    phase, level = random.random(), random.gauss(0, family.wander)
    factors = []
    for number in range(rounds):
        factors.append(1 + family.wave * math.sin(2 * math.pi * (phase + number / ROUNDS)) + level)
        level = 0.8 * level + random.gauss(0, 0.6 * family.wander)
    return factors


def _arm(family: Family, change: Change, random: Random, weather: list[float], size: int) -> list[list[Call]]:
    speeds = [family.median_ms * math.exp(random.gauss(0, family.environment_spread)) for _ in range(size)]
    rounds = []
    for number, factor in enumerate(weather):
        settling = factor * (1 + family.first_call * 0.5 ** (UNMEASURED + number))
        calls = [
            Call(place, _measured(change(speed * settling * _noise(family, random), random), family.whole_ms))
            for place, speed in enumerate(speeds)
        ]
        random.shuffle(calls)
        rounds.append(calls)
    return rounds


def _noise(family: Family, random: Random) -> float:
    noise = math.exp(random.gauss(0, family.spread))
    if family.slow_share and random.random() < family.slow_share:
        noise *= family.slow_times
    if family.rare_share and random.random() < family.rare_share:
        noise *= random.uniform(10, 50)
    return noise


def _measured(duration_ms: float, whole_ms: bool) -> float:
    return float(math.ceil(duration_ms)) if whole_ms else duration_ms


def true_durations(family: Family, change: Change, seed: str, runs: int = 300) -> list[float]:
    """Return sorted durations of many releases: what a family's percentiles are taken from."""
    random = Random(f"{seed} {family.name} truth")
    found = []
    for _ in range(runs):
        found += [call.duration_ms for round_ in record(family, change, random, ROUNDS, 10).new for call in round_]
    return sorted(found)
