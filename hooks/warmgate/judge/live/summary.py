"""Judges live traffic of a log group that is too large to be read call by call: one summary of each environment.

Environments are a sample each, as in `live_duration`, and their medians and 95th percentiles are compared. One look is
taken, when the shift is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, log, sqrt

from warmgate.judge.environments import FEWEST_ENVIRONMENTS
from warmgate.judge.finding import OUTCOMES
from warmgate.judge.live.body import FAIL_Z, OK_Z
from warmgate.judge.live.duration import BODY, TAIL
from warmgate.judge.live.fading import LEAST_SPREAD
from warmgate.judge.live.failures import Share, chance_of
from warmgate.judge.live.shares import (
    BY_METRICS,
    CHANCE,
    COLD_STARTS,
    ERRORS,
    errors_by_metrics,
    judge_share,
)
from warmgate.judge.score import STRIKES
from warmgate.judge.verdict import verdict_of_findings
from warmgate.model.calls import Arm
from warmgate.model.figures import times
from warmgate.model.traffic import EnvironmentSummary, MetricCounts
from warmgate.model.verdict import Because, Finding, Outcome, Unit, Verdict
from warmgate.policy.values import Policy

BY_QUERY = "by a query of the log"
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
        found += _durations(live.duration.ratio, old, new)
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


def _durations(ratio: float, old: Sequence[EnvironmentSummary], new: Sequence[EnvironmentSummary]) -> list[Finding]:
    """Return the findings of the duration limit: medians by environment are the body, 95th percentiles the tail."""
    arms = [[s for s in arm if s.calls >= FEWEST_CALLS] for arm in (old, new)]
    medians = [[s.median_ms for s in arm] for arm in arms]
    p95s = [[s.p95_ms for s in arm] for arm in arms]
    counted = f"{len(arms[1])} new and {len(arms[0])} old environments"
    calls, fewest = sum(s.calls for s in arms[1]), min(len(arm) for arm in arms)
    found = []
    for check, word, (before, after) in ((BODY, "median", medians), (TAIL, "p95", p95s)):
        finding = Finding(
            check=check,
            outcome=Outcome.INCONCLUSIVE,
            reason=f"{counted} with {FEWEST_CALLS} calls; {FEWEST_ENVIRONMENTS} of each are needed",
            details=BY_QUERY,
            limit=ratio,
            unit=Unit.TIMES,
            sample_count=calls,
            environment_count=fewest,
            inconclusive_because=Because.TOO_FEW_ENVIRONMENTS,
        )
        found.append(
            finding if fewest < FEWEST_ENVIRONMENTS else _decided(finding, word, before, after, ratio, counted)
        )
    return found


def _decided(
    finding: Finding, word: str, old: Sequence[float], new: Sequence[float], ratio: float, counted: str
) -> Finding:
    """Return the finding of one statistic of both arms' environments."""
    difference, error = _compared(old, new)
    z, within = (difference - log(ratio) / 2) / error, (difference - log(ratio)) / error <= OK_Z
    decision = False if z >= FAIL_Z and difference > log(ratio) else True if within else None
    return replace(
        finding,
        outcome=OUTCOMES[decision],
        reason=f"the {word} live call took {times(exp(difference))} the old version's; the limit is {ratio:g}x",
        details=f"by environment, z={z:.1f} (fails at {FAIL_Z}); {counted}; {BY_QUERY}",
        measured=exp(difference),
        proven=f"the {word} is not {ratio:g}x slower (95 % confidence)" if decision else "",
        inconclusive_because=Because.CAP if decision is None else None,
    )


def _compared(old: Sequence[float], new: Sequence[float]) -> tuple[float, float]:
    """Return the difference of the arms' mean logarithms and its standard error."""
    (old_mean, old_variance), (new_mean, new_variance) = (_mean([log(max(v, 0.01)) for v in arm]) for arm in (old, new))
    return new_mean - old_mean, sqrt(old_variance + new_variance)


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its variance, taking for granted that environments differ."""
    centre = sum(values) / len(values)
    spread = sum((value - centre) ** 2 for value in values) / (len(values) - 1)
    return centre, max(LEAST_SPREAD**2, spread) / len(values)


def _cold_starts(allowed: float, new: Sequence[EnvironmentSummary]) -> Finding:
    total = Share(sum(s.cold_starts for s in new), sum(s.calls for s in new))
    chance = chance_of(total, allowed)
    beyond = total.bad >= STRIKES and chance <= CHANCE
    failing = (total, chance) if beyond else None
    return judge_share(COLD_STARTS, allowed, total, failing, BY_QUERY, "met a cold start", ended=True)
