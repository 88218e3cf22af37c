"""Live calls as the comparison reads them: by round, as logarithms, with the age of the environment they ran in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

from warmgate.judge.limits.durations import measured_rounds
from warmgate.judge.quantile import quantile
from warmgate.model.calls import Arm, Burst, Evidence, Sample

NEW_PER_ROUND, OLD_PER_ROUND = 20, 100
"""Calls of a round that the comparison reads, evenly spaced."""
SETTLED = 12
"""Calls after which an environment has filled its own caches: +100 % that fades by a fifth a call is at +7 % then."""
FEWEST_CALLS = 3
"""Of an environment, to have a median."""
LEVEL_CALLS = 10
"""Of the old version in a round, to say how busy it was; with fewer, its latest hundred calls say it."""
LATEST_CALLS = 100
ENDLESS_MS = 3.6e6
"""A call that never came to an end took an hour: a median does not mind how long."""
NO_BURST = Burst(asked=0, granted=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the traffic of a shift; its samples are in rounds, counted from 1."""

    number: int
    """From 1."""
    samples: tuple[Sample, ...]
    complete: bool
    ages: tuple[int, ...] = ()
    """By `position`: how many calls its environment had been seen to take before; what is missing is old."""
    rounds_s: tuple[float, ...] = ()
    """When each round began, in seconds since the new version's first call; what is missing was long after it."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One warm call."""

    environment: str | None
    log_ms: float
    """Natural logarithm of its duration, less its round's level."""
    age: int
    ended: bool

    @property
    def settled(self) -> bool:
        """Return whether its environment had taken its first calls before."""
        return self.age >= SETTLED


@dataclass(frozen=True, slots=True)
class LiveRound:
    """The warm calls of one round, old and new."""

    old: tuple[LiveCall, ...]
    new: tuple[LiveCall, ...]
    began_s: float
    """Since the new version's first call."""


def comparable_rounds(stretch: Stretch) -> list[LiveRound]:
    """Return the rounds of a stretch in which warm calls of both versions can be compared.

    What slows a while down slows both versions down: the level of a round is the median of the old version's calls.
    """
    rounds: dict[int, dict[Arm, list[Sample]]] = {}
    for arm in (Arm.BASELINE, Arm.CANDIDATE):
        for calls in measured_rounds(Evidence(samples=stretch.samples, burst=NO_BURST), arm):
            rounds.setdefault(calls[0].round, {})[arm] = calls
    found: list[LiveRound] = []
    latest: list[float] = []
    for number in sorted(rounds):
        old, new = (
            _spaced(rounds[number].get(arm, []), most)
            for arm, most in ((Arm.BASELINE, OLD_PER_ROUND), (Arm.CANDIDATE, NEW_PER_ROUND))
        )
        logs = [log_of(sample) for sample in old]
        latest = (latest + logs)[-LATEST_CALLS:]
        if not latest:
            continue
        level = quantile(logs if len(logs) >= LEVEL_CALLS else latest, 0.5)
        began_s = stretch.rounds_s[number - 1] if number <= len(stretch.rounds_s) else inf
        found.append(
            LiveRound(
                tuple(_read(s, value - level, stretch.ages) for s, value in zip(old, logs, strict=True)),
                tuple(_read(s, log_of(s) - level, stretch.ages) for s in new),
                began_s,
            )
        )
    return found


def log_of(sample: Sample) -> float:
    """Return the logarithm of a duration."""
    return log(ENDLESS_MS if sample.duration_ms is None else max(sample.duration_ms, 0.01))


def _read(sample: Sample, log_ms: float, ages: Sequence[int]) -> LiveCall:
    age = ages[sample.position] if sample.position < len(ages) else SETTLED
    return LiveCall(sample.environment, log_ms, age, sample.duration_ms is not None)


def _spaced(samples: Sequence[Sample], most: int) -> list[Sample]:
    """Return no more calls of a round than that, evenly spaced."""
    count = min(most, len(samples))
    return [samples[place * len(samples) // count] for place in range(count)]
