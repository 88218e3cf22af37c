"""Do more of the candidate's calls take far longer than the baseline's slowest ones did?

A slow call is one beyond the allowed ratio times the baseline's 96th percentile; the margin of the ratio leaves at most
3 % of such calls where nothing changed. FAIL is by the chance alone that so many are the candidate's, had all calls
been dealt from one pack; PASS is by a count, with lines derived as those of absolute limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.derivation import Rule
from warmgate.judge.environments import FEWEST_ENVIRONMENTS, environment_count, environments_known
from warmgate.judge.quantile import quantile
from warmgate.judge.score import looks_within
from warmgate.model.calls import Sample
from warmgate.policy.rounds import COMPARED_ROUNDS

QUANTILE = 0.96
ALLOWED = 0.03
RULED_OUT = 0.10
CHANCE = 0.012
"""Of so many slow calls where nothing changed, at the last look; less before, by the cube of the calls so far."""
LEANING_CHANCE = 0.01
"""The same where no calls follow."""
FEWEST_SHARE = 0.07
"""Of slow calls: 7 of 100 is twice what 3 % are likely to give, and what a tenth more of every call makes of them."""
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class TailStanding:
    """Where the tail stands; `decision` is True for no worse, False for worse, None while open."""

    decision: bool | None
    slow_count: int
    call_count: int
    old_slow_count: int
    old_count: int
    environments: int
    """How many environments the slow calls came from, at least."""
    chance: float
    """Of so many slow calls among the candidate's where nothing changed."""
    fails_to: float
    """The chance up to which it fails at this look."""
    passes_to: int
    """How many slow calls pass at this look; -1 where none do."""
    leans: bool
    """Whether it refuses where no calls follow."""


NOTHING = TailStanding(None, 0, 0, 0, 0, 0, 1.0, 0.0, -1, leans=False)


def evaluate_tail(old: Sequence[Sequence[Sample]], new: Sequence[Sequence[Sample]], ratio: float) -> TailStanding:
    """Return where the tail stands, looked at after each round.

    What has passed is watched while other checks go on.

    Args:
        old: the baseline's rounds.
        new: the candidate's; those beyond the baseline's are not counted.
        ratio: the allowed ratio.
    """
    standing, passed = NOTHING, None
    widest = max(map(len, new), default=0)
    # As many calls as there are when every round that compares was made; the first of them is half as wide.
    full = max(1, ceil(widest * (COMPARED_ROUNDS - 0.5)))
    counted = min(len(old), len(new), COMPARED_ROUNDS)
    lines = looks_within(Rule(ALLOWED, RULED_OUT, full), [len(calls) for calls in new[:counted]])
    for look, line in enumerate(lines, start=1):
        standing = _look(old[:look], new[:look], ratio, min(1.0, line.calls / full), line.passes_to)
        if standing.decision is False:
            return standing
        if standing.decision and passed is None:
            passed = standing
    return passed or standing


class SlowScale:
    """What counts as slow, from the baseline's calls; each probe is in units of its own median."""

    def __init__(self, old: Sequence[Sample], ratio: float) -> None:
        durations: dict[str, list[float]] = {}
        for sample in old:
            durations.setdefault(sample.probe, []).append(_duration_ms(sample))
        self._units = {probe: quantile(values, 0.5) or 1.0 for probe, values in durations.items()}
        highest = quantile([self._scaled(sample) for sample in old], QUANTILE)
        alone = self._alone_above(old, highest)
        if alone is not None:
            others = [self._scaled(sample) for sample in old if sample.environment != alone]
            highest = quantile(others, QUANTILE)
        self._limit = ratio * highest

    def knows(self, sample: Sample) -> bool:
        """Return whether the baseline answered the same probe."""
        return sample.probe in self._units

    def is_slow(self, sample: Sample) -> bool:
        """Return whether a call is beyond the allowed ratio times the baseline's percentile."""
        return self._scaled(sample) > self._limit

    def _scaled(self, sample: Sample) -> float:
        return _duration_ms(sample) / self._units[sample.probe]

    def _alone_above(self, old: Sequence[Sample], highest: float) -> str | None:
        """Return the one environment, where it is known, that all the slowest calls of the baseline came from."""
        slowest = [sample for sample in old if self._scaled(sample) >= highest]
        environments = {sample.environment for sample in slowest}
        if len(slowest) < FEWEST_ENVIRONMENTS or len(environments) > 1 or not environments_known(old):
            return None
        (alone,) = environments
        return alone if any(sample.environment != alone for sample in old) else None


def _duration_ms(sample: Sample) -> float:
    # A call that never came to an end took forever.
    return float("inf") if sample.duration_ms is None else sample.duration_ms


@dataclass(frozen=True, slots=True)
class _Seen:
    """The calls of one arm that can be compared, by round, and which of them were slow."""

    rounds: tuple[tuple[Sample, ...], ...]
    slow: tuple[Sample, ...]

    @property
    def calls(self) -> tuple[Sample, ...]:
        return tuple(sample for round_ in self.rounds for sample in round_)

    @property
    def known(self) -> bool:
        return environments_known(self.calls)

    @staticmethod
    def of(rounds: Sequence[Sequence[Sample]], scale: SlowScale) -> _Seen:
        known = tuple(tuple(sample for sample in round_ if scale.knows(sample)) for round_ in rounds)
        return _Seen(known, tuple(sample for round_ in known for sample in round_ if scale.is_slow(sample)))

    def without(self, environments: Sequence[str | None]) -> _Seen:
        """Return the calls of all other environments."""
        rounds = tuple(tuple(s for s in round_ if s.environment not in environments) for round_ in self.rounds)
        return _Seen(rounds, tuple(s for s in self.slow if s.environment not in environments))

    def slow_as_a_whole(self) -> list[str | None]:
        """Return the environments of which most calls were slow, two at least; those with most slow calls first."""
        calls, slow = (Counter(s.environment for s in part) for part in (self.calls, self.slow))
        return [
            name
            for name, count in sorted(slow.items(), key=lambda each: (-each[1], str(each[0])))
            if count > 1 and count > MOSTLY * calls[name]
        ]


def _look(
    old_rounds: Sequence[Sequence[Sample]],
    new_rounds: Sequence[Sequence[Sample]],
    ratio: float,
    spent: float,
    passes_to: int,
) -> TailStanding:
    scale = SlowScale([sample for round_ in old_rounds for sample in round_], ratio)
    old, new = _Seen.of(old_rounds, scale), _Seen.of(new_rounds, scale)
    environments = environment_count(new.slow) if new.slow else 0
    enough = environments >= FEWEST_ENVIRONMENTS and len(new.slow) >= FEWEST_SHARE * len(new.calls)
    fails_to = CHANCE * spent**3
    chance = _chance(new, old) if enough else 1.0
    decision: bool | None = None
    if chance <= fails_to:
        decision = False
    elif len(new.slow) <= passes_to:
        decision = True
    return TailStanding(
        decision=decision,
        slow_count=len(new.slow),
        call_count=len(new.calls),
        old_slow_count=len(old.slow),
        old_count=len(old.calls),
        environments=environments,
        chance=chance,
        fails_to=fails_to,
        passes_to=passes_to,
        leans=decision is None and chance <= LEANING_CHANCE,
    )


def _chance(new: _Seen, old: _Seen) -> float:
    """Return the chance of so many slow calls where nothing changed; a slow environment makes many, so both count."""
    if new.known and old.known:
        return _chance_of_named(new, old)
    return _dealt(len(new.slow), len(new.calls), len(old.slow), len(old.calls))


def _chance_of_named(new: _Seen, old: _Seen) -> float:
    """Return the chance by calls and by environments, without those slow as a whole that both versions have."""
    shared = min(len(new.slow_as_a_whole()), len(old.slow_as_a_whole()))
    new, old = new.without(new.slow_as_a_whole()[:shared]), old.without(old.slow_as_a_whole()[:shared])
    of_calls = _dealt(len(new.slow), len(new.calls), len(old.slow), len(old.calls))
    of_environments = _dealt(
        _environments(new.slow), _environments(new.calls), _environments(old.slow), _environments(old.calls)
    )
    return max(of_calls, of_environments)


def _environments(samples: Sequence[Sample]) -> int:
    return len({sample.environment for sample in samples})


def _dealt(new_slow: int, new_count: int, old_slow: int, old_count: int) -> float:
    return permutation_p_value(new_slow, new_count, old_slow, old_count) if new_slow else 1.0
