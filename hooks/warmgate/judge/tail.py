"""The tail scoreboard: do more of the candidate's calls take far longer than the baseline's slowest 3 % did?

A slow call is one beyond the allowed ratio times the baseline's 97th percentile: where nothing changed, at most 3 % of
calls are. The score tells 3 % from 10 %; its lines are derived as those of the absolute limits are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.judge.binomial import at_most
from warmgate.judge.environments import environment_count
from warmgate.judge.quantile import quantile
from warmgate.model import Sample

QUANTILE = 0.97
ALLOWED = 0.03
RULED_OUT = 0.10
WEIGHT = 16
FAIL_AT = 55
OK_AT = -40
"""`derive_line(ALLOWED, RULED_OUT, 200)`."""
DISCOUNT_ROUNDS = 20
FEWEST_ENVIRONMENTS = 3
FIRST_LOOK = 2
"""One round's 97th percentile is its largest value: too little to refuse by."""
CHANCE = 0.02
LEANING_CHANCE = 0.1
"""Of so many slow calls where nothing changed: a percentile of few calls may sit in a gap, below a slow path of old."""


@dataclass(frozen=True, slots=True)
class TailStanding:
    """Where the tail stands; `decision` is True for no worse, False for worse, None while open."""

    decision: bool | None
    score: float
    slow_count: int
    call_count: int
    old_slow_count: int
    old_count: int
    environments: int
    """How many environments the slow calls came from, at least."""
    leans: bool
    """Whether it is at least half-way to FAIL."""


NOTHING = TailStanding(None, 0.0, 0, 0, 0, 0, 0, leans=False)


def stand_tail(old: Sequence[Sequence[Sample]], new: Sequence[Sequence[Sample]], ratio: float) -> TailStanding:
    """Return where the tail stands, looked at after each round of new calls.

    Args:
        old: the baseline's rounds; there may be fewer of them.
        new: the candidate's rounds.
        ratio: the allowed ratio.
    """
    standing = NOTHING
    for look in range(1, len(new) + 1):
        if look <= len(old):
            scale = _Scale([sample for round_ in old[:look] for sample in round_], ratio)
        seen = [sample for round_ in new[:look] for sample in round_ if scale.knows(sample)]
        standing = _look(scale, seen, look)
        if standing.decision is not None:
            break
    return standing


class _Scale:
    """What counts as slow, from the baseline's calls; each probe is in units of its own median."""

    def __init__(self, old: Sequence[Sample], ratio: float) -> None:
        durations: dict[str, list[float]] = {}
        for sample in old:
            durations.setdefault(sample.probe, []).append(_duration_ms(sample))
        self._units = {probe: quantile(values, 0.5) or 1.0 for probe, values in durations.items()}
        scaled = [value / self._units[probe] for probe, values in durations.items() for value in values]
        self._limit = ratio * quantile(scaled, QUANTILE)
        self.old_count = len(scaled)
        self.old_slow_count = sum(value > self._limit for value in scaled)

    def knows(self, sample: Sample) -> bool:
        """Return whether the baseline answered the same probe."""
        return sample.probe in self._units

    def is_slow(self, sample: Sample) -> bool:
        """Return whether a call is far beyond the baseline's slowest 3 %."""
        return _duration_ms(sample) / self._units[sample.probe] > self._limit


def _duration_ms(sample: Sample) -> float:
    # A call that never came to an end took forever.
    return float("inf") if sample.duration_ms is None else sample.duration_ms


def _look(scale: _Scale, seen: Sequence[Sample], look: int) -> TailStanding:
    slow = [sample for sample in seen if scale.is_slow(sample)]
    score = (len(slow) * WEIGHT - (len(seen) - len(slow))) * DISCOUNT_ROUNDS / (DISCOUNT_ROUNDS + look - 1)
    environments = environment_count(slow) if slow else 0
    chance = _chance(len(slow), len(seen), scale) if environments >= FEWEST_ENVIRONMENTS else 1.0
    decision: bool | None = None
    if score >= FAIL_AT and look >= FIRST_LOOK and chance <= CHANCE:
        decision = False
    elif score <= OK_AT:
        decision = True
    return TailStanding(
        decision=decision,
        score=score,
        slow_count=len(slow),
        call_count=len(seen),
        old_slow_count=scale.old_slow_count,
        old_count=scale.old_count,
        environments=environments,
        leans=decision is None and score >= FAIL_AT / 2 and chance <= LEANING_CHANCE,
    )


def _chance(slow: int, count: int, scale: _Scale) -> float:
    """Return the chance of at least so many new calls beyond old's limit, had all been dealt from one pack.

    The limit was chosen by old's calls, so that one more of them counts as beyond it.
    """
    beyond = scale.old_slow_count + 1
    old_share = scale.old_count / (scale.old_count + count)
    return at_most(beyond - 1, slow + beyond - 1, old_share)
