"""A week of functions from their days, beside the week before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from warmgate.judge.quantile import quantile
from warmgate.judge.ranks import rank_sum_chance
from warmgate_ops.cold_starts.causes.changes import CHANCE, RATIO
from warmgate_ops.cold_starts.causes.changes import LEAST as FEWEST
from warmgate_ops.cold_starts.watching.day import Day

EXPECTED = 1.5
"""Times the usual median: what is expected of an init where no policy says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """Init that takes longer than in the week before."""

    before_ms: float
    after_ms: float
    counts: tuple[int, int]
    versions: tuple[str, str]
    """That had most cold starts in either week."""

    @property
    def ratio(self) -> float:
        """Return how many times as long it takes."""
        return self.after_ms / self.before_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One function's week."""

    function: str
    calls: int
    cold: int
    over: int
    p50_ms: float | None
    """Of the init durations that were kept; None where there are fewer than FEWEST."""
    p95_ms: float | None
    init_s: float
    usd: float
    causes: Sequence[tuple[str, int]]
    """The most frequent first."""
    worse: Worse | None
    events: Sequence[str]
    unread: int
    """Days that are not whole, or missing."""


def week_of(function: str, days: Sequence[Day], before: Sequence[Day], expected: int = 7) -> Week:
    """Return a function's week from its days and those of the week before."""
    inits = _inits(days)
    causes: Counter[str] = Counter()
    for day in days:
        causes.update(day.causes)
    return Week(
        function=function,
        calls=sum(day.calls for day in days),
        cold=sum(day.cold for day in days),
        over=sum(day.over for day in days),
        p50_ms=percentile(inits, 0.5),
        p95_ms=percentile(inits, 0.95),
        init_s=sum(day.init_s for day in days),
        usd=sum(day.usd for day in days),
        causes=causes.most_common(),
        worse=_worse(before, days),
        events=[event for day in days for event in day.events],
        unread=expected - sum(not day.unread for day in days),
    )


def expected_of(days: Iterable[Day]) -> float | None:
    """Return what is expected of an init after some days; None after fewer than FEWEST cold starts."""
    inits = _inits(days)
    return EXPECTED * median(inits) if len(inits) >= FEWEST else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that this share of the values does not exceed; None of fewer than FEWEST."""
    return quantile(values, share) if len(values) >= FEWEST else None


def _inits(days: Iterable[Day]) -> list[float]:
    return [init for day in days for inits in day.inits_ms.values() for init in inits]


def _worse(before: Sequence[Day], after: Sequence[Day]) -> Worse | None:
    old, new = _inits(before), _inits(after)
    if min(len(old), len(new)) < FEWEST:
        return None
    middle = median(old), median(new)
    if middle[1] < middle[0] * RATIO or rank_sum_chance(new, old) > CHANCE:
        return None
    versions = _main_version(before), _main_version(after)
    return Worse(before_ms=middle[0], after_ms=middle[1], counts=(len(old), len(new)), versions=versions)


def _main_version(days: Sequence[Day]) -> str:
    counts: Counter[str] = Counter()
    for day in days:
        counts.update({version: len(inits) for version, inits in day.inits_ms.items()})
    return counts.most_common(1)[0][0]
