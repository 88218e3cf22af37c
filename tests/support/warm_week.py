"""A week of open traffic with nights, on environments that live as they like: what a plan is held against.

It shares no code with the plan's model: each environment has an idle lifetime and an age of its own, and any free one
serves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from warmgate_ops.cold_starts.calls import Beginning, Call

MONDAY_S = 1_767_571_200.0
"""2026-01-05T00:00:00Z."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Poisson arrivals that follow the sun, and bursts of several at once."""

    days: float = 7.0
    day_rate: float = 0.02
    """Calls a second at noon."""
    night_rate: float = 0.0005
    burst_every_s: float = 5400.0
    burst_size: int = 4
    warm_ms: float = 120.0
    init_ms: float = 900.0
    seed: int = 0

    def arrivals(self) -> list[tuple[float, float]]:
        """Return when each call comes, in seconds, and how long it takes warm, in milliseconds."""
        random, found = Random(self.seed), []
        at = MONDAY_S
        while at < MONDAY_S + self.days * DAY_S:
            at += random.expovariate(self.day_rate)
            if random.random() < self._rate(at) / self.day_rate:
                found.append(at)
            if random.random() < 1 / (self.burst_every_s * self.day_rate) and self._rate(at) > self.day_rate / 2:
                found += [at + random.uniform(0, 0.05) for _ in range(self.burst_size)]
        return [(at, self.warm_ms * random.lognormvariate(0, 0.3)) for at in sorted(found)]

    def _rate(self, at: float) -> float:
        hour = at % DAY_S / 3600
        sun = max(0.0, math.sin((hour - 6) / 12 * math.pi)) if 6 <= hour <= 18 else 0.0
        return self.night_rate + (self.day_rate - self.night_rate) * sun


@dataclass(slots=True)
class _Environment:
    name: str
    born: float
    idle_s: float
    age_s: float
    free_at: float

    def lives_at(self, at: float) -> bool:
        """Return whether it has not been ended."""
        return at - self.free_at <= self.idle_s and at - self.born <= self.age_s

    def is_free(self, at: float) -> bool:
        """Return whether it can serve."""
        return self.free_at <= at and self.lives_at(at)


@dataclass(slots=True)
class World:
    """Environments with lifetimes drawn at random: idle from 8 to 12 minutes, at most some hours old."""

    seed: int = 0
    idle_s: tuple[float, float] = (480.0, 720.0)
    age_s: tuple[float, float] = (2 * 3600.0, 8 * 3600.0)
    calls: list[Call] = field(default_factory=list)
    pings: int = 0
    pings_cold: int = 0
    _made: int = 0
    _all: list[_Environment] = field(default_factory=list)

    def run(
        self, traffic: Traffic, keep: Callable[[float], int] = lambda _: 0, every_s: float = 300.0
    ) -> Sequence[Call]:
        """Return the calls of a week in which so many environments are called every five minutes."""
        random = Random(self.seed)
        events = sorted([*((at, ms) for at, ms in traffic.arrivals()), *self._ticks(traffic, every_s)])
        for at, ms in events:
            if ms is None or ms < 0:
                self._ping(random, at, keep(at), traffic)
            else:
                self._call(random, at, ms, traffic)
        return self.calls

    def _ticks(self, traffic: Traffic, every_s: float) -> Iterator[tuple[float, float]]:
        for number in range(int(traffic.days * DAY_S / every_s)):
            yield MONDAY_S + number * every_s, -1.0

    def _ping(self, random: Random, at: float, wanted: int, traffic: Traffic) -> None:
        for _ in range(wanted):
            environment, cold = self._taken(random, at)
            self.pings += 1
            self.pings_cold += cold
            environment.free_at = at + (traffic.init_ms * cold + 75) / 1000

    def _call(self, random: Random, at: float, ms: float, traffic: Traffic) -> None:
        environment, cold = self._taken(random, at)
        first_ms = 1.5 * ms if cold else ms
        init_ms = traffic.init_ms * random.uniform(0.9, 1.1) if cold else None
        environment.free_at = at + (first_ms + (init_ms or 0.0)) / 1000
        call = Call(
            function="checkout-api",
            version="1",
            environment=environment.name,
            beginning=Beginning.COLD if cold else Beginning.WARM,
            ended_ms=environment.free_at * 1000,
            duration_ms=first_ms,
            init_ms=init_ms,
            memory_mb=512.0,
        )
        self.calls.append(call)

    def _taken(self, random: Random, at: float) -> tuple[_Environment, bool]:
        self._all = [each for each in self._all if each.lives_at(at)]
        free = [each for each in self._all if each.is_free(at)]
        if free:
            found = random.choice(free)
            found.free_at = math.inf
            return found, False
        self._made += 1
        name = f"2026/01/05/[1]{self._made:032x}"
        made = _Environment(name, at, random.uniform(*self.idle_s), random.uniform(*self.age_s), math.inf)
        self._all.append(made)
        return made, True
