"""A condition as the product of three parts: what one call takes, how fast its environment is, what all calls share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from support.traffic.generators import ENVIRONMENTS, ROUNDS, UNMEASURED, Call, Change, Recording
from warmgate.model.calls import Arm


@dataclass(frozen=True, slots=True)
class Place:
    """Which call is drawn."""

    arm: Arm
    number: int
    """How many calls its environment answered before it."""
    step: int
    """How many calls its environment is out of step with the others."""


CallTime = Callable[[Place, Random], float]
"""Draws how long a call takes, in units of the median."""
Speeds = Callable[[Random], list[list[float]]]
"""Draws the factors of each environment of an arm, by round."""
Weather = Callable[[Random], list[Callable[[Random], float]]]
"""Draws for each round what its calls share, as a function from their own luck to a factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How both versions behave before a release changes anything."""

    name: str
    call_time: CallTime
    speeds: Speeds
    weather: Weather
    median_ms: float = 100.0
    in_step: float = 0.0
    """The share of environments that are in step with each other, in both arms."""
    whole_ms: bool = False

    def record(self, change: Change, random: Random) -> Recording:
        """Return a release under the condition: the old version as it was, the new one with a change."""
        weather = self.weather(random)
        beat = random.randrange(STEPS)
        old = self._arm(Arm.BASELINE, lambda ms, _random: ms, weather, beat, random)
        return Recording(old=old, new=self._arm(Arm.CANDIDATE, change, weather, beat, random))

    def _arm(
        self, arm: Arm, change: Change, weather: list[Callable[[Random], float]], beat: int, random: Random
    ) -> list[list[Call]]:
        speeds = self.speeds(random)
        steps = [beat if random.random() < self.in_step else random.randrange(STEPS) for _ in range(ENVIRONMENTS)]
        rounds = []
        for number, (factors, shared) in enumerate(zip(speeds, weather, strict=True)):
            calls = []
            for environment, (factor, step) in enumerate(zip(factors, steps, strict=True)):
                taken = self.call_time(Place(arm, UNMEASURED + number, step), random)
                duration_ms = change(self.median_ms * taken * factor * shared(random), random)
                calls.append(Call(environment, float(math.ceil(duration_ms)) if self.whole_ms else duration_ms))
            random.shuffle(calls)
            rounds.append(calls)
        return rounds


STEPS = 7
"""Calls from one collection of garbage to the next."""


def noise(spread: float) -> CallTime:
    """Return log-normal calls; `spread` is the standard deviation of the logarithm."""

    def drawn(_place: Place, random: Random) -> float:
        return math.exp(random.gauss(0, spread))

    return drawn


def alike(_random: Random) -> list[list[float]]:
    """Return environments of one speed."""
    return [[1.0] * ENVIRONMENTS for _ in range(ROUNDS)]


def steady(speed: Callable[[Random], float]) -> Speeds:
    """Return environments that keep the speed which each drew."""
    return lambda random: [[speed(random) for _ in range(ENVIRONMENTS)]] * ROUNDS


def calm(_random: Random) -> list[Callable[[Random], float]]:
    """Return rounds that share nothing."""
    return [_nothing] * ROUNDS


def _nothing(_random: Random) -> float:
    return 1.0


def shared(factors: Callable[[Random], list[float]]) -> Weather:
    """Return rounds whose calls all share a factor."""

    def drawn(random: Random) -> list[Callable[[Random], float]]:
        return [_constant(factor) for factor in factors(random)]

    return drawn


def _constant(factor: float) -> Callable[[Random], float]:
    return lambda _random: factor
