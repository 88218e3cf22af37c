"""Which variant to take: the best one by a strategy among those whose cold starts keep the limits, or none, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from warmgate.model.calls import CallOutcome, Phase, Start
from warmgate.model.verdict import Finding
from warmgate_ops.cold_starts.sweeping.costs import Costs, costs_of, sample_usd
from warmgate_ops.cold_starts.sweeping.intervals import two_sided
from warmgate_ops.cold_starts.sweeping.limits import ColdLimits, findings_of, keeps
from warmgate_ops.cold_starts.sweeping.rows import FEWEST_TO_RECOMMEND, Row

ALIKE = 0.05
"""Ranks that chance explains so easily tell no two variants apart."""
USUAL_COLD_SHARE = 0.01
"""Of all calls, where none was observed: under 1 % by AWS's analysis of its own production (AWS Compute Blog, 2025)."""


class Strategy(StrEnum):
    """What is best."""

    COST = "cost"
    """The cheapest at the share of cold calls that was observed."""
    SPEED = "speed"
    """The shortest time that a caller waits on average, cold calls by their share."""
    BALANCED = "balanced"
    """The smallest sum of both, each in proportion to the best of all."""
    INIT = "init"
    """The shortest cold first response; init alone would reward work that is only moved into the first call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A row with what it costs and what the limits say of it."""

    row: Row
    costs: Costs
    findings: tuple[Finding, ...]

    @property
    def eligible(self) -> bool:
        """Return whether it may be recommended: every limit kept, and not one call failed."""
        return keeps(self.findings) and not self.row.failures and not self.row.init_failures

    def usd(self) -> float | None:
        """Return the cost that a choice rests on: at the observed share of cold calls, else warm."""
        return self.costs.million if self.costs.million is not None else self.costs.million_warm


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The outcome of a choice; `chosen` is None where there is none, and `why` says what that rests on."""

    strategy: Strategy
    chosen: Rated | None
    why: str
    as_good: tuple[Rated, ...] = ()
    """Others that keep the limits and that chance alone may set apart from the chosen one."""
    too_few: bool = False
    """Whether cold starts were missing, so that nothing was found out."""


def rated(rows: Sequence[Row], limits: ColdLimits, cold_share: float | None) -> tuple[Rated, ...]:
    """Return the rows with costs and findings."""
    return tuple(Rated(row=row, costs=costs_of(row, cold_share), findings=findings_of(row, limits)) for row in rows)


def recommend(
    rated_rows: Sequence[Rated], strategy: Strategy, limits: ColdLimits, cold_share: float | None
) -> Recommendation:
    """Return the best variant; with fewer than 10 cold starts of any, none."""
    short = [each for each in rated_rows if not each.row.enough and not each.row.failures]
    if short or not rated_rows:
        counts = ", ".join(f"{each.row.variant.memory_mb} MB {len(each.row.cold)}" for each in short)
        why = f"too few cold starts for a recommendation ({counts}); at least {FEWEST_TO_RECOMMEND} of each are needed"
        return Recommendation(strategy=strategy, chosen=None, why=why, too_few=True)
    eligible = [each for each in rated_rows if each.eligible and each.row.enough]
    if not eligible:
        return Recommendation(strategy=strategy, chosen=None, why=_why_none(rated_rows, limits))
    share = USUAL_COLD_SHARE if cold_share is None else cold_share
    score = _scores(eligible, share)[strategy]
    best = min(eligible, key=lambda each: (score(each), each.row.variant.memory_mb))
    others = tuple(each for each in eligible if each is not best and _alike(best, each, strategy))
    return Recommendation(strategy=strategy, chosen=best, why=_why(strategy, limits), as_good=others)


def waited_ms(each: Rated, cold_share: float) -> float:
    """Return how long a caller waits for the function on average, by medians."""
    warm = each.row.warm_p50_ms
    cold = each.row.together_p50_ms
    return cold if warm is None else (1 - cold_share) * warm + cold_share * cold


def _scores(eligible: Sequence[Rated], share: float) -> dict[Strategy, Callable[[Rated], float]]:
    def cost(each: Rated) -> float:
        return each.usd() or each.costs.thousand_cold or 0.0

    def time(each: Rated) -> float:
        return waited_ms(each, share)

    least_usd, least_ms = min(map(cost, eligible)) or 1.0, min(map(time, eligible)) or 1.0
    return {
        Strategy.COST: cost,
        Strategy.SPEED: time,
        Strategy.BALANCED: lambda each: cost(each) / least_usd + time(each) / least_ms,
        Strategy.INIT: lambda each: each.row.together_p50_ms,
    }


def _alike(best: Rated, other: Rated, strategy: Strategy) -> bool:
    """Return whether what the choice rests on differs by no more than chance."""
    if strategy is Strategy.INIT:
        return two_sided(best.row.together_ms, other.row.together_ms) > ALIKE
    if strategy is Strategy.SPEED:
        return _apart(best.row.warm_ms, other.row.warm_ms)
    costs = _apart(_warm_usd(best), _warm_usd(other)) and two_sided(_cold_usd(best), _cold_usd(other)) > ALIKE
    return costs and (strategy is Strategy.COST or _apart(best.row.warm_ms, other.row.warm_ms))


def _apart(one: Sequence[float], other: Sequence[float]) -> bool:
    return not one or not other or two_sided(one, other) > ALIKE


def _warm_usd(each: Rated) -> list[float]:
    return _usd(each, lambda phase, start: phase is Phase.MEASURED and start is Start.WARM)


def _cold_usd(each: Rated) -> list[float]:
    return _usd(each, lambda _, start: start in {Start.COLD, Start.RESTORED})


def _usd(each: Rated, counts: Callable[[Phase, Start | None], bool]) -> list[float]:
    good = (s for s in each.row.samples if s.outcome is CallOutcome.OK and counts(s.phase, s.start))
    return [usd for s in good if (usd := sample_usd(s, each.row.variant)) is not None]


def _why(strategy: Strategy, limits: ColdLimits) -> str:
    best = {
        Strategy.COST: "the cheapest",
        Strategy.SPEED: "the fastest",
        Strategy.BALANCED: "the best balance of cost and time",
        Strategy.INIT: "the shortest cold first response",
    }[strategy]
    return f"{best} that keeps the limits of {limits.source}" if limits.any else f"{best}; no limit was given"


def _why_none(rated_rows: Sequence[Rated], limits: ColdLimits) -> str:
    broken = [each for each in rated_rows if each.row.failures or each.row.init_failures]
    if len(broken) == len(rated_rows):
        return "none: calls of every variant failed"
    aside = f"; calls of {len(broken)} of them failed" if broken else ""
    return f"none: no variant keeps the limits of {limits.source}{aside}"
