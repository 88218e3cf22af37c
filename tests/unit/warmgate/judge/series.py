"""Builds evidence from short series of durations, for the tests of the judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import starmap

from warmgate.model.calls import Arm, Burst, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.policy.values import Compare, Limits, PercentileLimit, Policy

LIMIT = PercentileLimit(percentile=0.95, limit_ms=400.0)
POLICY = Policy(name="test", limits=Limits(duration=(LIMIT,)))
FAST, SLOW = 100.0, 900.0


def sample(duration: float | None = FAST, /, **changes: object) -> Sample:
    """Return a warm measured call of the candidate with some fields changed."""
    fields: dict[str, object] = {
        "arm": Arm.CANDIDATE,
        "round": 1,
        "position": 0,
        "probe": "default",
        "phase": Phase.MEASURED,
        "outcome": CallOutcome.OK,
        "start": Start.WARM,
        "duration_ms": duration,
    }
    return Sample(**(fields | changes))  # type: ignore[arg-type]


def measured(rounds: Iterable[Sequence[float]], **changes: object) -> list[Sample]:
    """Return measured calls, a series of durations for each round."""
    return [
        sample(duration, **({"round": number, "position": position} | changes))
        for number, series in enumerate(rounds, start=1)
        for position, duration in enumerate(series)
    ]


def slow_rounds(*slow_counts: int, size: int = 20) -> list[list[float]]:
    """Return rounds of durations with so many slow calls each."""
    return [[SLOW] * slow + [FAST] * (size - slow) for slow in slow_counts]


def cold(inits: Sequence[float | None], **changes: object) -> list[Sample]:
    """Return the cold starts of a burst."""
    return [
        sample(FAST, **({"phase": Phase.PREWARM, "start": Start.COLD, "position": i, "init_ms": init} | changes))
        for i, init in enumerate(inits)
    ]


def paired(old: Iterable[Sequence[float]], new: Iterable[Sequence[float]]) -> list[Sample]:
    """Return interleaved rounds of both arms: even positions old, odd ones new."""
    arms = (Arm.BASELINE, Arm.CANDIDATE)
    found: list[Sample] = []
    for number, series in enumerate(zip(old, new, strict=True), start=1):
        for offset, (arm, durations) in enumerate(zip(arms, series, strict=True)):
            found += starmap(
                lambda i, ms, arm=arm, offset=offset, number=number: sample(
                    ms, arm=arm, round=number, position=2 * i + offset
                ),
                enumerate(durations),
            )
    return sorted(found, key=lambda s: (s.round, s.position))


def evidence(samples: Iterable[Sample], closed: Closed | None = Closed.PLANNED, granted: int = 20) -> Evidence:
    """Return evidence with a burst as asked for."""
    return Evidence(samples=tuple(samples), burst=Burst(asked=granted, granted=granted), closed=closed)


def policy(compare: Compare | None = None, **limits: object) -> Policy:
    """Return a policy with these limits and no other."""
    return Policy(
        name="test",
        limits=Limits(**({"error_ratio": None} | limits)),  # type: ignore[arg-type]
        compare=compare or Compare(),
    )
