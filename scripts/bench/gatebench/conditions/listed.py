"""The fifteen conditions, every parameter beside its code."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from bench.gatebench.conditions.condition import STEPS, Condition, Place, alike, calm, noise, shared, steady
from support.traffic.generators import ENVIRONMENTS, P95, ROUNDS
from warmgate.model.calls import Arm

ORDINARY = noise(math.log(1.4) / P95)
CPU_MS, QUOTA_MS, PAUSE_MS = 23.0, 5.8, 14.2
"""Of 20 ms an environment computes 5.8 and waits for the rest."""


def _slow_one_in_ten(random: Random) -> float:
    return 2.0 if random.random() < 0.1 else 1.0


def _two_kinds_of_host(random: Random) -> float:
    return 1.25 if random.random() < 0.5 else 1.0


def _own_speed(random: Random) -> float:
    return math.exp(random.gauss(0, 0.15))


def _one_bad(_random: Random) -> list[list[float]]:
    return [[3.0, *[1.0] * (ENVIRONMENTS - 1)]] * ROUNDS


def _wandering(random: Random) -> list[list[float]]:
    """Return environments whose logarithms wander, each on its own: AR(1) with 0.8, standard deviation 0.15."""
    paths = [_walk(random, 0.8, 0.15) for _ in range(ENVIRONMENTS)]
    return [[path[number] for path in paths] for number in range(ROUNDS)]


def _walk(random: Random, memory: float, spread: float) -> list[float]:
    level, factors = random.gauss(0, spread), []
    for _ in range(ROUNDS):
        factors.append(math.exp(level))
        level = memory * level + random.gauss(0, spread * math.sqrt(1 - memory**2))
    return factors


def _tide(random: Random) -> list[float]:
    return _walk(random, 0.95, 0.12)


def _upstream(random: Random) -> list[float]:
    """Return 1.6 times as long from a round in the middle on."""
    first = random.randrange(2, ROUNDS)
    return [1.6 if number >= first else 1.0 for number in range(ROUNDS)]


def _storms(random: Random) -> list[Callable[[Random], float]]:
    """Return rounds of which 15 % meet a storm: 30 % of calls take two to four times as long."""
    return [_in_a_storm if random.random() < 0.15 else _out_of_it for _ in range(ROUNDS)]


def _in_a_storm(random: Random) -> float:
    return random.uniform(2, 4) if random.random() < 0.3 else 1.0


def _out_of_it(_random: Random) -> float:
    return 1.0


def _collecting(place: Place, random: Random) -> float:
    pause = 1.8 if (place.number + place.step) % STEPS == 0 else 1.0
    return math.exp(random.gauss(0, 0.08)) * pause


def _compiling(place: Place, random: Random) -> float:
    return math.exp(random.gauss(0, 0.10)) * (1 + 0.8**place.number)


def _by_quota(_place: Place, random: Random) -> float:
    computed_ms = CPU_MS * math.exp(random.gauss(0, 0.10))
    return (computed_ms + math.floor(computed_ms / QUOTA_MS) * PAUSE_MS) / 100.0


def _heavy_tail(_place: Place, random: Random) -> float:
    taken = math.exp(random.gauss(0, 0.08))
    return taken + 0.5 * (random.paretovariate(1.2) - 1) if random.random() < 0.15 else taken


def _settling(arm: Arm) -> Callable[[Place, Random], float]:
    """Return calls of which those of one arm begin at twice as long, and at 0.6 of the rest with each call."""

    def drawn(place: Place, random: Random) -> float:
        return math.exp(random.gauss(0, 0.10)) * (1 + 0.6**place.number * (place.arm is arm))

    return drawn


BIMODAL = Condition(
    name="1 environment in 10 twice as slow", call_time=ORDINARY, speeds=steady(_slow_one_in_ten), weather=calm
)
SETTLES = Condition(
    name="candidate settles, baseline warm", call_time=_settling(Arm.CANDIDATE), speeds=alike, weather=calm
)
STORMS = Condition(name="storms of retries", call_time=ORDINARY, speeds=alike, weather=_storms)
CONDITIONS = (
    BIMODAL,
    Condition(
        name="half of the hosts 1.25x as slow", call_time=noise(0.06), speeds=steady(_two_kinds_of_host), weather=calm
    ),
    Condition(
        name="speed is the environment's (ICC 0.9)", call_time=noise(0.05), speeds=steady(_own_speed), weather=calm
    ),
    Condition(name="slow tide, AR(1) 0.95", call_time=ORDINARY, speeds=alike, weather=shared(_tide)),
    Condition(name="garbage every 7th call, in step", call_time=_collecting, speeds=alike, weather=calm, in_step=0.8),
    Condition(name="compiler warms for ten calls", call_time=_compiling, speeds=alike, weather=calm),
    Condition(name="steps of a CPU quota", call_time=_by_quota, speeds=alike, weather=calm),
    Condition(name="Pareto 1.2 on 15 % of calls", call_time=_heavy_tail, speeds=alike, weather=calm),
    Condition(name="2 ms in whole ms", call_time=noise(0.15), speeds=alike, weather=calm, median_ms=2.2, whole_ms=True),
    Condition(name="upstream 1.6x from some round", call_time=ORDINARY, speeds=alike, weather=shared(_upstream)),
    SETTLES,
    Condition(name="baseline settles, candidate warm", call_time=_settling(Arm.BASELINE), speeds=alike, weather=calm),
    Condition(name="1 environment of 20 three times as slow", call_time=ORDINARY, speeds=_one_bad, weather=calm),
    STORMS,
    Condition(name="each environment wanders, AR(1) 0.8", call_time=noise(0.06), speeds=_wandering, weather=calm),
)
