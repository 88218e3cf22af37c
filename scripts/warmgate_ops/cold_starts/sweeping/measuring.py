"""Compares the cold starts of two versions, probe by probe: whether their callers wait longer, by ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from warmgate.judge.limits.init import fail_count
from warmgate.judge.quantile import quantile
from warmgate.judge.ranks import rank_sum_chance
from warmgate.judge.score import allowed_share
from warmgate.policy.values import PercentileLimit, Probe
from warmgate_ops.cold_starts.sweeping.intervals import median
from warmgate_ops.cold_starts.sweeping.rows import FEWEST, Row

CHANCE = 0.02
"""Ranks that equal versions would show more seldom are a finding; as `compare.init` of a policy has it, shared by the
probes that are looked at."""
LEAST_RATIO = 1.05
"""A smaller difference is no finding, however sure."""


class Word(StrEnum):
    """What became of a wait."""

    FASTER = "FASTER"
    SLOWER = "SLOWER"
    ALIKE = "no difference shown"
    TOO_FEW = "too few cold starts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure of both versions."""

    before_ms: tuple[float, ...]
    after_ms: tuple[float, ...]
    word: Word

    @property
    def before_p50_ms(self) -> float | None:
        """Return the median of the version before, None where there are too few."""
        return median(self.before_ms) if len(self.before_ms) >= FEWEST else None

    @property
    def after_p50_ms(self) -> float | None:
        """Return the median of the version after, None where there are too few."""
        return median(self.after_ms) if len(self.after_ms) >= FEWEST else None

    @property
    def change(self) -> float | None:
        """Return the change of the median as a share of the one before, None where it is not known."""
        before, after = self.before_p50_ms, self.after_p50_ms
        return None if before is None or after is None or before <= 0 else after / before - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A probe in both versions."""

    probe: str
    share: float
    """Of all calls, by the probes' weights."""
    first_before_ms: float | None
    """The first call's duration beyond a warm one's, by medians."""
    first_after_ms: float | None
    together: Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side."""

    before: Row
    after: Row
    init: Compared
    columns: tuple[Column, ...]

    @property
    def mean_before_ms(self) -> float | None:
        """Return the medians of the version before, averaged by the probes' weights."""
        return _weighted([(column.share, column.together.before_p50_ms) for column in self.columns])

    @property
    def mean_after_ms(self) -> float | None:
        """Return the medians of the version after, averaged by the probes' weights."""
        return _weighted([(column.share, column.together.after_p50_ms) for column in self.columns])

    @property
    def slower(self) -> tuple[Column, ...]:
        """Return the probes whose callers wait longer."""
        return tuple(column for column in self.columns if column.together.word is Word.SLOWER)

    @property
    def faster(self) -> tuple[Column, ...]:
        """Return the probes whose callers wait less."""
        return tuple(column for column in self.columns if column.together.word is Word.FASTER)

    @property
    def too_few(self) -> bool:
        """Return whether nothing was found out of any probe."""
        return all(column.together.word is Word.TOO_FEW for column in self.columns)

    @property
    def only_moved(self) -> bool:
        """Return whether init got shorter and a caller waits longer for it: work that was moved, not saved."""
        return self.init.word is Word.FASTER and bool(self.slower)


def compare(before: Row, after: Row, probes: Sequence[Probe]) -> Comparison:
    """Return both versions side by side."""
    weight = sum(probe.weight for probe in probes)
    chance = CHANCE / max(1, len(probes))
    return Comparison(
        before=before,
        after=after,
        init=compared(before.inits_ms, after.inits_ms, CHANCE),
        columns=tuple(
            Column(
                probe=probe.name,
                share=probe.weight / weight,
                first_before_ms=before.of_probe(probe.name).overhead_ms,
                first_after_ms=after.of_probe(probe.name).overhead_ms,
                together=compared(
                    before.of_probe(probe.name).together_ms, after.of_probe(probe.name).together_ms, chance
                ),
            )
            for probe in probes
        ),
    )


def compared(before: tuple[float, ...], after: tuple[float, ...], chance: float = CHANCE) -> Compared:
    """Return one figure of both versions; faster and slower are told by ranks, beyond a twentieth of a difference."""
    word = Word.ALIKE
    if min(len(before), len(after)) < FEWEST:
        word = Word.TOO_FEW
    elif _above(after, before, chance):
        word = Word.SLOWER
    elif _above(before, after, chance):
        word = Word.FASTER
    return Compared(before_ms=before, after_ms=after, word=word)


def breaks(limit: PercentileLimit, after_ms: Sequence[float]) -> bool | None:
    """Return whether cold first responses would fail a limit by the judge's count, None where they are too few."""
    if len(after_ms) < FEWEST:
        return None
    slow = sum(value > limit.limit_ms for value in after_ms)
    return slow >= fail_count(len(after_ms), allowed_share(limit.percentile))


def expected_quantile(columns: Sequence[Column], percentile: float) -> float | None:
    """Return the percentile of what callers would meet after it: each probe's cold starts by the probe's weight."""
    weighted = [
        (value, column.share / len(column.together.after_ms))
        for column in columns
        for value in column.together.after_ms
    ]
    if not weighted or any(len(column.together.after_ms) < FEWEST for column in columns):
        return None
    below = 0.0
    for value, share in sorted(weighted):
        below += share
        if below >= percentile - 1e-9:
            return value
    return quantile([value for value, _ in weighted], 1.0)


def _above(larger: Sequence[float], smaller: Sequence[float], chance: float) -> bool:
    if median(larger) < median(smaller) * LEAST_RATIO:
        return False
    return rank_sum_chance(larger, [value * sqrt(LEAST_RATIO) for value in smaller]) <= chance


def _weighted(parts: Sequence[tuple[float, float | None]]) -> float | None:
    known = [(share, value) for share, value in parts if value is not None]
    return sum(share * value for share, value in known) if len(known) == len(parts) else None
