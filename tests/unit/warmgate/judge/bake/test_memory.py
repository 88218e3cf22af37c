"""The trend of memory, simulated: noise, recycled environments and caches stay, leaks are found while there is room."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from random import Random

import pytest

from warmgate.judge.bake.memory import judge_trend
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
LEAKS: dict[str, tuple[Course, float, float]] = {
    "40 MB an hour": (lambda age, _now, _random: 90 + 40 * age, 0, 1.5),
    "20 MB an hour": (lambda age, _now, _random: 90 + 20 * age, 0, 4.0),
    "40 MB an hour from the third hour on": (lambda age, now, _: 90 + 40 * max(0, min(age, now - 3)), 3, 4.5),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(("environments", "life_h"), [(5, 2.5), (1, 8.0)], ids=["recycled", "one environment"])
def test_what_levels_off_is_no_leak(name: str, environments: int, life_h: float) -> None:
    """None of six bakes of six hours is stopped, of recycled environments or of one alone."""
    found = [found_after_h(GOOD[name], seed, environments=environments, life_h=life_h) for seed in range(6)]

    assert found == [None] * 6


@pytest.mark.parametrize("name", LEAKS)
@pytest.mark.parametrize(("environments", "life_h"), [(5, 2.5), (1, 8.0)], ids=["recycled", "one environment"])
def test_a_leak_is_found(name: str, environments: int, life_h: float) -> None:
    """In each of six bakes, within the hours that are promised; one environment alone is watched for 2.5 h first."""
    course, begins_h, within_h = LEAKS[name]
    latest = max(within_h, 2.7) if environments == 1 else within_h

    for seed in range(6):
        hour = found_after_h(course, seed, environments=environments, life_h=life_h)
        assert hour is not None
        assert begins_h < hour <= latest


def test_a_leak_is_said_with_its_figures() -> None:
    """How many environments, how fast, at what, and when the memory is used up."""
    track = Track(environment="a", began_s=0, last_s=10_740, step_s=180, used_mb=tuple(100 + at for at in range(60)))
    finding = judge_trend([track], SIZE_MB)

    assert finding.reason == (
        "memory of 1 of 1 environments climbs to the memory size within 12 h (20.0 MB an hour, at 159 of 256 MB,"
        " reached in 4.9 h)"
    )


def test_what_is_young_is_judged_by_nobody() -> None:
    """An environment of less than an hour says nothing."""
    track = Track(environment="a", began_s=0, last_s=3000, step_s=60, used_mb=tuple(range(100, 150)))
    finding = judge_trend([track], SIZE_MB)

    assert (finding.outcome, finding.reason[:10]) == (Outcome.PASSED, "not judged")
    assert judge_trend([], SIZE_MB).outcome is Outcome.PASSED
