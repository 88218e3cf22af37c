"""Judges the candidate's durations against the baseline's of the same rounds: a body and a tail scoreboard."""

from __future__ import annotations

from math import inf

from warmgate.judge.compare.body import FAIL_Z, BodyStanding, Round, Timing, stand_body
from warmgate.judge.compare.tail import (
    FAIL_AT,
    FEWEST_ENVIRONMENTS,
    OK_AT,
    QUANTILE,
    RULED_OUT,
    TailStanding,
    stand_tail,
)
from warmgate.judge.environments import environment_count, environments_known
from warmgate.judge.limits.durations import measured_rounds
from warmgate.judge.wording import margin_of, percent, points, times
from warmgate.model.calls import Arm, Evidence, Sample
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.values import Basis, RatioLimit

ENOUGH_ENVIRONMENTS = 10
"""Of each arm; fewer may all be slow ones, so that they refuse nothing alone."""


def judge_comparison(limit: RatioLimit, basis: Basis, evidence: Evidence) -> Finding:
    """Return the finding of the relative duration limit."""
    check = f"compare.duration.{limit.statistic}"
    old, new = measured_rounds(evidence, Arm.BASELINE), measured_rounds(evidence, Arm.CANDIDATE)
    if not old or not new:
        return _without_data(check, limit, evidence)
    body = stand_body(_shared_rounds(old, new), limit.ratio, p95_alone=basis is Basis.P95)
    tail = stand_tail(old, new, limit.ratio)
    environments = min(environment_count(s for r in arm for s in r) for arm in (old, new))
    outcome, because = _outcome(body, tail, environments, evidence.closed)
    known = all(environments_known(r) for arm in (old, new) for r in arm)
    identity = (
        f"{environments} environments by log stream" if known else f"at least {environments} environments, unnamed"
    )
    told = f"{_told_body(body, limit)}; {_told_tail(tail, limit)}; {identity}"
    if because == "too few environments":
        told = f"{environments} environments of {ENOUGH_ENVIRONMENTS} needed; {told}"
    return Finding(
        check=check,
        outcome=outcome,
        reason=told,
        decided=outcome is not Outcome.INCONCLUSIVE or evidence.closed is not None,
        measured=body.p95_ratio,
        limit=limit.ratio,
        unit="times",
        margin=margin_of(body.p95_ratio, limit.ratio),
        bad_count=tail.slow_count,
        sample_count=tail.call_count,
        environment_count=environments,
        proven=_proven(body, tail, limit),
        inconclusive_because=because,
        leans_to_fail=bool(because) and environments >= FEWEST_ENVIRONMENTS and _leans(body, tail),
    )


def _shared_rounds(old: list[list[Sample]], new: list[list[Sample]]) -> list[Round]:
    """Return the rounds that hold calls of both arms."""
    by_number = {round_[0].round: round_ for round_ in new}
    return [
        Round([_timing(s) for s in round_], [_timing(s) for s in by_number[round_[0].round]])
        for round_ in old
        if round_[0].round in by_number
    ]


def _timing(sample: Sample) -> Timing:
    return Timing(sample.probe, sample.environment, inf if sample.duration_ms is None else sample.duration_ms)


def _outcome(body: BodyStanding, tail: TailStanding, environments: int, closed: str | None) -> tuple[Outcome, str]:
    """Return the outcome, and for an inconclusive one the reason."""
    if body.decision is True and tail.decision is True:
        return Outcome.PASSED, ""
    if environments < ENOUGH_ENVIRONMENTS:
        return Outcome.INCONCLUSIVE, "too few environments"
    if body.decision is False or tail.decision is False:
        return Outcome.FAILED, ""
    return Outcome.INCONCLUSIVE, closed if closed in {"deadline", "budget"} else "cap"


def _leans(body: BodyStanding, tail: TailStanding) -> bool:
    return body.leans or tail.leans or body.decision is False or tail.decision is False


def _told_body(body: BodyStanding, limit: RatioLimit) -> str:
    sign = ">=" if body.z >= FAIL_Z else "<"
    return (
        f"new is typically {times(body.median_ratio)} old (median), p95 {times(body.p95_ratio)}"
        f" (limit {limit.ratio:g}x): slower than old in {percent(body.slower_share)} of comparisons,"
        f" z={body.z:.1f} {sign} {FAIL_Z}"
    )


def _told_tail(tail: TailStanding, limit: RatioLimit) -> str:
    return (
        f"{tail.slow_count} of {tail.call_count} calls beyond {limit.ratio:g}x old p{QUANTILE * 100:g}"
        f" ({tail.old_slow_count} of {tail.old_count} old ones), score {points(tail.score)}"
        f" (fails at {FAIL_AT:+d}, passes at {OK_AT:+d})"
    )


def _proven(body: BodyStanding, tail: TailStanding, limit: RatioLimit) -> str:
    proven = []
    if body.decision is True:
        proven.append(f"excluded: typically {limit.ratio:g}x slower")
    if tail.decision is True:
        proven.append(f"excluded: {percent(RULED_OUT)} of calls beyond {limit.ratio:g}x old p{QUANTILE * 100:g}")
    return "; ".join(proven) or "nothing"


def _without_data(check: str, limit: RatioLimit, evidence: Evidence) -> Finding:
    return Finding(
        check=check,
        outcome=Outcome.INCONCLUSIVE,
        reason="no data: not one measured call of each version",
        decided=evidence.closed is not None,
        limit=limit.ratio,
        unit="times",
        inconclusive_because="no data",
        proven="nothing",
    )
