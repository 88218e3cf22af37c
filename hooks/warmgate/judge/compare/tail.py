"""The tail scoreboard: do more of the candidate's calls take far longer than the baseline's slowest ones did?

A slow call is one beyond the allowed ratio times the baseline's 96th percentile; the margin of the ratio leaves at most
3 % of such calls where nothing changed. The score tells 3 % from 10 %, with lines derived as those of absolute limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.environments import FEWEST_ENVIRONMENTS, environment_count, environments_known
from warmgate.judge.quantile import quantile
from warmgate.model.calls import Sample

QUANTILE = 0.96
ALLOWED = 0.03
RULED_OUT = 0.10
WEIGHT = 16
FAIL_AT = 55
OK_AT = -40
"""`derive_line(ALLOWED, RULED_OUT, 200)`."""
BALANCE = 1 / (1 + WEIGHT)
"""The share of slow calls at which the score stays where it is: whatever fails is above, whatever passes below."""
DISCOUNT_ROUNDS = 20
FIRST_LOOK = 3
"""The 96th percentile of two rounds of 20 is their second largest value: too little to refuse by."""
CHANCE = 0.005
LEANING_CHANCE = 0.02
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


def evaluate_tail(old: Sequence[Sequence[Sample]], new: Sequence[Sequence[Sample]], ratio: float) -> TailStanding:
    """Return where the tail stands, looked at after each round of new calls.

    Args:
        old: the baseline's rounds; there may be fewer of them.
        new: the candidate's rounds.
        ratio: the allowed ratio.
    """
    standing = NOTHING
    for look in range(1, len(new) + 1):
        if look <= len(old):
            scale = SlowScale([sample for round_ in old[:look] for sample in round_], ratio)
        seen = [sample for round_ in new[:look] for sample in round_ if scale.knows(sample)]
        standing = _look(scale, seen, look)
        if standing.decision is not None:
            break
    return standing


class SlowScale:
    """What counts as slow, from the baseline's calls; each probe is in units of its own median."""

    def __init__(self, old: Sequence[Sample], ratio: float) -> None:
        durations: dict[str, list[float]] = {}
        for sample in old:
            durations.setdefault(sample.probe, []).append(_duration_ms(sample))
        self._units = {probe: quantile(values, 0.5) or 1.0 for probe, values in durations.items()}
        scaled = [value / self._units[probe] for probe, values in durations.items() for value in values]
        self._limit = ratio * quantile(scaled, QUANTILE)
        self.counts = _Counts.of(old, [sample for sample in old if self.is_slow(sample)])

    def knows(self, sample: Sample) -> bool:
        """Return whether the baseline answered the same probe."""
        return sample.probe in self._units

    def is_slow(self, sample: Sample) -> bool:
        """Return whether a call is beyond the allowed ratio times the baseline's percentile."""
        return _duration_ms(sample) / self._units[sample.probe] > self._limit


def _duration_ms(sample: Sample) -> float:
    # A call that never came to an end took forever.
    return float("inf") if sample.duration_ms is None else sample.duration_ms


@dataclass(frozen=True, slots=True)
class _Counts:
    """Slow ones among all, of calls and, where they are known, of environments."""

    slow: int
    calls: int
    slow_environments: int = 0
    environments: int = 0

    @staticmethod
    def of(samples: Sequence[Sample], slow: Sequence[Sample]) -> _Counts:
        """Return the counts of some samples and the slow ones among them."""
        if not environments_known(samples):
            return _Counts(len(slow), len(samples))
        return _Counts(
            len(slow), len(samples), len({s.environment for s in slow}), len({s.environment for s in samples})
        )


def _look(scale: SlowScale, seen: Sequence[Sample], look: int) -> TailStanding:
    slow = [sample for sample in seen if scale.is_slow(sample)]
    score = (len(slow) * WEIGHT - (len(seen) - len(slow))) * DISCOUNT_ROUNDS / (DISCOUNT_ROUNDS + look - 1)
    environments = environment_count(slow) if slow else 0
    old, new = scale.counts, _Counts.of(seen, slow)
    half_way = score >= FAIL_AT / 2 and environments >= FEWEST_ENVIRONMENTS
    chance = _chance(new, old) if half_way else 1.0
    decision: bool | None = None
    if score >= FAIL_AT and look >= FIRST_LOOK and chance <= CHANCE:
        decision = False
    elif score <= OK_AT:
        decision = True
    return TailStanding(
        decision=decision,
        score=score,
        slow_count=new.slow,
        call_count=new.calls,
        old_slow_count=old.slow,
        old_count=old.calls,
        environments=environments,
        leans=decision is None and chance <= LEANING_CHANCE,
    )


def _chance(new: _Counts, old: _Counts) -> float:
    """Return the chance of so many slow calls where nothing changed; a slow environment makes many, so both count."""
    of_calls = permutation_p_value(new.slow, new.calls, old.slow, old.calls)
    if not (new.environments and old.environments):
        return of_calls
    return max(
        of_calls, permutation_p_value(new.slow_environments, new.environments, old.slow_environments, old.environments)
    )
