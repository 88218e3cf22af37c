"""Judges live traffic of a log group that is too large to be read call by call: one summary of each environment.

Environments are a sample each, as in `live_duration`, and their medians and 95th percentiles are compared. One look is
taken, when the shift is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

from warmgate.judge.live.duration import FAIL_Z, FEWEST_ENVIRONMENTS, LEAST_SPREAD, OK_Z
from warmgate.judge.live.shares import (
    BY_METRICS,
    CHANCE,
    COLD_STARTS,
    ERRORS,
    STRIKES,
    Share,
    chance_of,
    errors_by_metrics,
    judge_share,
)
from warmgate.judge.verdict import verdict_of_findings
from warmgate.judge.wording import margin_of, times
from warmgate.model.calls import Arm
from warmgate.model.traffic import EnvironmentSummary, MetricCounts
from warmgate.model.verdict import Finding, Outcome, Verdict
from warmgate.policy.values import Policy, RatioLimit

FEWEST_CALLS = 20
"""Of an environment, to have a 95th percentile."""


def judge_summaries(
    summaries: Mapping[Arm, Sequence[EnvironmentSummary]], policy: Policy, counts: Mapping[Arm, MetricCounts]
) -> Verdict:
    """Return the verdict of live traffic from summaries; errors rest on CloudWatch's counts.

    Args:
        summaries: of the environments of each arm.
        policy: whose `live` limits are asked for.
        counts: of each arm; without the candidate's the error rate is open.
    """
    live, found = policy.live, list[Finding]()
    old, new = summaries.get(Arm.BASELINE, ()), summaries.get(Arm.CANDIDATE, ())
    if live.duration is not None:
        found.append(_duration(live.duration, old, new))
    if live.error_ratio is not None:
        counted = counts.get(Arm.CANDIDATE)
        found.append(
            errors_by_metrics(live.error_ratio, counted, counts.get(Arm.BASELINE))
            if counted
            else judge_share(ERRORS, live.error_ratio, Share(), None, BY_METRICS, "failed")
        )
    if live.cold_start_ratio is not None:
        found.append(_cold_starts(live.cold_start_ratio, new))
    return verdict_of_findings(tuple(found), policy)


def _duration(limit: RatioLimit, old: Sequence[EnvironmentSummary], new: Sequence[EnvironmentSummary]) -> Finding:
    """Return the finding of the duration limit: it fails where medians or 95th percentiles are surely beyond it."""
    arms = [[s for s in arm if s.calls >= FEWEST_CALLS] for arm in (old, new)]
    if min(len(arm) for arm in arms) < FEWEST_ENVIRONMENTS:
        told = f"{len(arms[1])} new and {len(arms[0])} old environments with {FEWEST_CALLS} calls"
        return _finding(limit, Outcome.INCONCLUSIVE, f"{told}, {FEWEST_ENVIRONMENTS} of each are needed", None, arms)
    found = [
        _compared(*([s.median_ms for s in arm] for arm in arms)),
        _compared(*([s.p95_ms for s in arm] for arm in arms)),
    ]
    sure = [(d - log(limit.ratio) / 2) / error >= FAIL_Z and d > log(limit.ratio) for d, error in found]
    within = [(d - log(limit.ratio)) / error <= OK_Z for d, error in found]
    outcome = Outcome.FAILED if any(sure) else Outcome.PASSED if all(within) else Outcome.INCONCLUSIVE
    median, p95 = (exp(difference) for difference, _ in found)
    z = max((d - log(limit.ratio) / 2) / error for d, error in found)
    told = (
        f"new is typically {times(median)} old (median by environment), p95 {times(p95)} (limit {limit.ratio:g}x),"
        f" z={z:.1f} (fails at {FAIL_Z}); {len(arms[1])} new and {len(arms[0])} old environments"
    )
    return _finding(limit, outcome, told, p95, arms)


def _compared(old: Sequence[float], new: Sequence[float]) -> tuple[float, float]:
    """Return the difference of the arms' mean logarithms and its standard error."""
    (old_mean, old_variance), (new_mean, new_variance) = (_mean([log(max(v, 0.01)) for v in arm]) for arm in (old, new))
    return new_mean - old_mean, sqrt(old_variance + new_variance)


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its variance, taking for granted that environments differ."""
    centre = sum(values) / len(values)
    spread = sum((value - centre) ** 2 for value in values) / (len(values) - 1)
    return centre, max(LEAST_SPREAD**2, spread) / len(values)


def _finding(
    limit: RatioLimit,
    outcome: Outcome,
    told: str,
    measured: float | None,
    arms: Sequence[Sequence[EnvironmentSummary]],
) -> Finding:
    undecided = outcome is Outcome.INCONCLUSIVE
    return Finding(
        check=f"live.duration.{limit.statistic}",
        outcome=outcome,
        reason=f"{told}; by a query of the log",
        measured=measured,
        limit=limit.ratio,
        unit="times",
        margin=None if measured is None else margin_of(measured, limit.ratio),
        sample_count=sum(s.calls for s in arms[1]),
        environment_count=min(len(arm) for arm in arms),
        proven=f"excluded: typically {limit.ratio:g}x slower" if outcome is Outcome.PASSED else "nothing",
        inconclusive_because="" if not undecided else "cap" if measured is not None else "too few environments",
    )


def _cold_starts(allowed: float, new: Sequence[EnvironmentSummary]) -> Finding:
    total = Share(sum(s.cold_starts for s in new), sum(s.calls for s in new))
    chance = chance_of(total, allowed)
    beyond = total.bad >= STRIKES and chance <= CHANCE
    failing = (total, chance) if beyond else None
    return judge_share(COLD_STARTS, allowed, total, failing, "; by a query of the log", "met a cold start", ended=True)
