"""Bakes as parts and as memory, drawn by seeds: what the tests and `bench.bakes` count stops of."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from random import Random

from warmgate.judge.bake.memory import judge_trend
from warmgate.judge.bake.sequence import Count
from warmgate.judge.bake.tracks import MOST_STEPS, MOST_TRACKS, followed
from warmgate.model.bake import Track
from warmgate.model.calls import Arm, CallOutcome, Phase, Sample
from warmgate.model.verdict import Outcome

SIZE_MB = 256
HOURS = 6
Course = Callable[[float, float, Random], float]
"""Memory in MB by the age of the environment and the time of the bake, in hours."""


def found_after_h(course: Course, seed: int, *, environments: int = 5, life_h: float = 2.5) -> float | None:
    """Return the hour of the bake at which a leak is found, None where none is."""
    random, tracks = Random(seed), tuple[Track, ...]()
    born = [-random.random() * 3600 for _ in range(environments)]
    lives = [life_h * 3600 * random.uniform(0.7, 1.3) for _ in range(environments)]
    peaks, generation = [0.0] * environments, [0] * environments
    for part in range(HOURS * 20):
        calls = []
        for place in range(environments):
            for half in range(2):
                at_s = part * 180 + half * 90 + random.random() * 80
                if at_s - born[place] > lives[place]:
                    born[place], peaks[place], generation[place] = at_s, 0.0, generation[place] + 1
                used = course((at_s - born[place]) / 3600, at_s / 3600, random) + random.gauss(0, 2)
                peaks[place] = max(peaks[place], used)
                calls.append((at_s, _sample(f"{place}-{generation[place]}", round(min(SIZE_MB, peaks[place])))))
        tracks = followed(tracks, sorted(calls, key=lambda call: call[0]))
        assert len(tracks) <= MOST_TRACKS
        assert all(len(track.used_mb) <= MOST_STEPS for track in tracks)
        if judge_trend(tracks, SIZE_MB).outcome is Outcome.FAILED:
            return (part + 1) * 180 / 3600
    return None


def _sample(environment: str, used_mb: int) -> Sample:
    return Sample(
        arm=Arm.CANDIDATE,
        round=1,
        position=0,
        probe="live traffic",
        phase=Phase.MEASURED,
        outcome=CallOutcome.OK,
        environment=environment,
        memory_mb=float(used_mb),
    )


GOOD: dict[str, Course] = {
    "flat": lambda _age, _now, _random: 90,
    "noisy": lambda _age, _now, random: 90 + abs(random.gauss(0, 15)),
    "rare large calls": lambda _age, _now, random: 90 + (50 if random.random() < 0.02 else 0),
    "one step up": lambda age, _now, _random: 90 + (70 if age > 1.1 else 0),
    "cache of 20 minutes": lambda age, _now, _random: 80 + 80 * (1 - exp(-age * 3)),
    "cache of 40 minutes": lambda age, _now, _random: 80 + 60 * (1 - exp(-age * 1.5)),
    "leak that environments do not live to see": lambda age, _now, _random: 90 + 5 * age,
}
BORDERLINE: dict[str, Course] = {"cache of 90 minutes": lambda age, _now, _random: 80 + 60 * (1 - exp(-age / 1.5))}
"""No leak, and hard to tell from one: environments live hardly longer than it fills."""
LEAKS: dict[str, tuple[Course, float, float]] = {
    "40 MB an hour": (lambda age, _now, _random: 90 + 40 * age, 0, 1.5),
    "20 MB an hour": (lambda age, _now, _random: 90 + 20 * age, 0, 4.0),
    "40 MB an hour from the third hour on": (lambda age, now, _: 90 + 40 * max(0, min(age, now - 3)), 3, 4.5),
}


def drawn(
    random: Random,
    parts: int,
    calls: int,
    share: Callable[[int], float],
    *,
    clumped: float = 0.0,
    environments: int = 8,
) -> list[Count]:
    """Return parts whose share of bad calls is given; `clumped` lets it vary by that much from part to part."""
    counts = []
    for part in range(parts):
        true = share(part) * (random.gammavariate(1 / clumped, clumped) if clumped else 1.0)
        of = random.randint(calls // 2, calls * 3 // 2)
        bad = _binomial(random, of, min(1.0, true))
        counts.append(Count(bad=bad, of=of, worst=-(-bad // environments), environments=environments))
    return counts


def _binomial(random: Random, of: int, share: float) -> int:
    if of * share * (1 - share) > 25:
        return min(of, max(0, round(random.gauss(of * share, (of * share * (1 - share)) ** 0.5))))
    return sum(random.random() < share for _ in range(of))
