"""Judges the candidate's cold starts against the baseline's: a rank-sum and an effect.

The baseline's are of the same burst; where it was warm and met too few, those that its log remembers stand beside them.
"""

from __future__ import annotations

from math import inf, sqrt

from warmgate.judge.cold_starts import FIRST_RESPONSE, INIT, ColdMetric
from warmgate.judge.limits.init import FEWEST, cold_start_ms, run_again
from warmgate.judge.quantile import quantile
from warmgate.judge.ranks import rank_sum_chance
from warmgate.model.calls import HISTORY, Arm, Evidence
from warmgate.model.figures import ms, times
from warmgate.model.verdict import Because, Finding, Outcome, Unit
from warmgate.policy.values import RatioLimit

FAIL_CHANCE = 0.02
"""With 0.05, a whole policy refuses 3 % of releases at 0.9 of this limit by this check alone; with 0.02 it is 1 %."""


def judge_init_comparison(limit: RatioLimit, evidence: Evidence, metric: ColdMetric = INIT) -> Finding:
    """Return the finding of a relative limit on cold starts.

    Uncertain cold starts are never half-way to failed, for no more of them follow; untold ones are.
    """
    check = f"compare.{metric.key}.{limit.statistic}"
    old, new = (cold_start_ms(evidence, arm, metric) for arm in (Arm.BASELINE, Arm.CANDIDATE))
    remembered = sum(s.probe == HISTORY for s in evidence.samples)
    callers = ", of real callers' events" if metric is FIRST_RESPONSE else ""
    from_log = f" ({remembered} of them from the log of earlier days{callers})" if remembered else ""
    again = len(run_again(evidence, Arm.CANDIDATE, metric))
    failed = f"; {again} more whose init failed and was run again" if again else ""
    counted = f"{len(new)} new and {len(old)} old cold starts{from_log}{failed}"
    if min(len(old), len(new)) < FEWEST:
        return Finding(
            check=check,
            outcome=Outcome.INCONCLUSIVE,
            reason=f"{counted}; at least {FEWEST} of each are needed",
            decided=bool(evidence.samples) or evidence.closed is not None,
            limit=limit.ratio,
            unit=Unit.TIMES,
            sample_count=len(new),
            inconclusive_because=Because.TOO_FEW_COLD_STARTS,
        )
    medians = quantile(new, 0.5), quantile(old, 0.5)
    ratio = medians[0] / medians[1] if medians[1] > 0 else (inf if medians[0] > 0 else 1.0)
    chance = rank_sum_chance(new, [value * sqrt(limit.ratio) for value in old])
    outcome = _outcome(ratio, limit.ratio, chance)
    # Where the median may be one that is not told, what is told cannot pass.
    untold = outcome is Outcome.PASSED and quantile([*new, *[inf] * again], 0.5) == inf
    if untold:
        outcome, chance = Outcome.INCONCLUSIVE, 0.0
    undecided = outcome is Outcome.INCONCLUSIVE
    return Finding(
        check=check,
        outcome=outcome,
        reason=f"the median {metric.noun} took {ms(medians[0])}, {times(ratio)} the baseline's {ms(medians[1])};"
        f" the limit is {limit.ratio:g}x",
        details=f"{counted}; p={chance:.2g} against {sqrt(limit.ratio):.2f}x",
        measured=ratio,
        limit=limit.ratio,
        unit=Unit.TIMES,
        sample_count=len(new),
        environment_count=len(new),
        inconclusive_because=Because.CAP if undecided else None,
        leans_to_fail=untold,
    )


def _outcome(ratio: float, allowed: float, chance: float) -> Outcome:
    if ratio <= allowed:
        return Outcome.PASSED
    return Outcome.FAILED if chance <= FAIL_CHANCE else Outcome.INCONCLUSIVE
