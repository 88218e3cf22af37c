"""Seeded live traffic of a weighted alias: arrivals, environments that are reused or made, durations, failures.

An open loop: calls arrive whatever the earlier ones do. A call goes to the free environment that was used last, else to
a new one, which begins cold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from support.traffic.generators import Family
from warmgate.logs.calls import LoggedCall
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start

INIT_MS = 300.0
PREWARMED = 20
"""Environments of the candidate that are warm when the shift begins: the hook made them."""
WEATHER_S = 60.0
"""A slow wave of `Family.wave` takes so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong with the candidate from some moment on."""

    from_s: float = 0.0
    times: float = 1.0
    slow_share: float = 0.0
    slow_times: float = 3.0
    error_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a deployment or a bad hour does to traffic although nothing is wrong with the candidate."""

    prewarmed: int = PREWARMED
    cache: float = 0.0
    """By how much a new environment's first call takes longer; a fifth of that is gone with every call."""
    shared_cache: float = 0.0
    """By how much the candidate takes longer at first, for a cache that its environments share."""
    shared_cache_s: float = 30.0
    """After so long e-fold less."""
    bad_environments: float = 0.0
    """Share of the environments of both versions that fail half of their calls."""
    outage_s: tuple[float, float] | None = None
    """Of both versions: 30 % of calls fail from one moment to the other."""
    storms: bool = False
    """Of both versions: five seconds of twenty, three calls of ten take two to five times as long."""
    wave: float = 0.0
    """Height of a wave of twenty seconds over both versions."""


NONE = Defect()
ORDINARY = Conditions()


@dataclass(slots=True)
class _Environment:
    name: str
    speed: float
    free_at_s: float = 0.0
    calls: int = 0
    new: bool = False
    """Whether it began while traffic shifted, or just before."""
    bad: bool = False
    warmed: bool = False
    """Whether the hook had called it four times."""


@dataclass(slots=True)
class _Arm:
    version: str
    family: Family
    random: Random
    conditions: Conditions = ORDINARY
    environments: list[_Environment] = field(default_factory=list)

    def environment(self, at_s: float, *, warm: bool = False) -> tuple[_Environment, bool]:
        """Return the environment of a call and whether it begins cold."""
        free = [each for each in self.environments if each.free_at_s <= at_s]
        if free and not warm:
            return max(free, key=lambda each: each.free_at_s), False
        speed = self.family.median_ms * math.exp(self.random.gauss(0, self.family.environment_spread))
        made = _Environment(f"2026/01/01/[{self.version}]{len(self.environments):08x}", speed)
        made.new, made.warmed = not warm or self.version == "2", warm
        if self.conditions.bad_environments:
            made.bad = self.random.random() < self.conditions.bad_environments
        self.environments.append(made)
        return made, not warm


def live_calls(
    family: Family,
    seed: str,
    *,
    seconds: float,
    old_per_s: float,
    new_per_s: float,
    error_share: float = 0.002,
    defect: Defect = NONE,
    conditions: Conditions = ORDINARY,
) -> Iterator[LoggedCall]:
    """Yield the calls of a shift in the order of their ends, versions 1 and 2, `at_ms` counted from its beginning."""
    random = Random(seed)
    arms = {version: _Arm(version, family, random, conditions) for version in ("1", "2")}
    for arm in arms.values():
        for _ in range(conditions.prewarmed if arm.version == "2" else PREWARMED):
            arm.environment(0.0, warm=True)
    phase, at_s, number = random.random(), 0.0, 0
    rate, share = old_per_s + new_per_s, new_per_s / (old_per_s + new_per_s)
    ended: list[LoggedCall] = []
    while True:
        at_s += random.expovariate(rate)
        if at_s >= seconds:
            break
        arm = arms["2" if random.random() < share else "1"]
        weather = 1 + family.wave * math.sin(2 * math.pi * (phase + at_s / WEATHER_S))
        weather += conditions.wave * math.sin(2 * math.pi * (phase + at_s / 20.0))
        wrong = defect if arm.version == "2" and at_s >= defect.from_s else NONE
        ended.append(_call(arm, at_s, weather, wrong, error_share, number))
        number += 1
    yield from sorted(ended, key=lambda call: call.at_ms)


def _disturbed(
    arm: _Arm, environment: _Environment, at_s: float, noise: float, error_share: float
) -> tuple[float, float]:
    """Return what the conditions make of a call's duration and of its chance to fail."""
    conditions, random = arm.conditions, arm.random
    if conditions.cache and environment.new:
        noise *= 1 + conditions.cache * 0.8 ** (environment.calls + (4 if environment.warmed else 0))
    if conditions.shared_cache and arm.version == "2":
        noise *= 1 + conditions.shared_cache * math.exp(-at_s / conditions.shared_cache_s)
    if conditions.storms and 3 <= at_s % 20 < 8 and random.random() < 0.3:
        noise *= random.uniform(2, 5)
    if conditions.outage_s and conditions.outage_s[0] <= at_s < conditions.outage_s[1]:
        error_share = 0.3
    return noise, 0.5 if environment.bad else error_share


def _call(arm: _Arm, at_s: float, weather: float, wrong: Defect, error_share: float, number: int) -> LoggedCall:
    random, family = arm.random, arm.family
    environment, cold = arm.environment(at_s)
    noise = math.exp(random.gauss(0, family.spread))
    if random.random() < family.slow_share:
        noise *= family.slow_times
    if random.random() < family.rare_share:
        noise *= random.uniform(10, 50)
    settling = 1 + family.first_call * 0.5 ** (environment.calls + (0 if cold else 4))
    noise, error_share = _disturbed(arm, environment, at_s, noise, error_share)
    duration_ms = environment.speed * weather * noise * settling * wrong.times
    if wrong.slow_share and random.random() < wrong.slow_share:
        duration_ms *= wrong.slow_times
    if family.whole_ms:
        duration_ms = float(math.ceil(duration_ms))
    failed = random.random() < max(error_share, wrong.error_share)
    init_ms = INIT_MS * math.exp(random.gauss(0, 0.15)) if cold else None
    end_s = at_s + (duration_ms + (init_ms or 0.0)) / 1000
    environment.free_at_s, environment.calls = end_s, environment.calls + 1
    record = InvocationRecord(
        request_id=f"r-{number}",
        duration_ms=duration_ms,
        memory_mb=256.0,
        max_memory_mb=100.0,
        init_ms=init_ms,
        start=Start.COLD if cold else Start.WARM,
        status="error" if failed else "success",
        error_type="KeyError" if failed else None,
    )
    return LoggedCall(record=record, at_ms=end_s * 1000, environment=environment.name, version=arm.version)
