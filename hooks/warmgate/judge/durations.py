"""Judges "pNN of duration <= limit" by counting slow calls; a percentile is never estimated to decide."""

from __future__ import annotations

from warmgate.judge.binomial import upper_bound
from warmgate.judge.derivation import ScoreLine
from warmgate.judge.environments import environment_count
from warmgate.judge.quantile import quantile
from warmgate.judge.score import Standing, cap_within, line_for, ruled_out_share, stand
from warmgate.judge.wording import ms, percent
from warmgate.model import Arm, CallOutcome, DurationSource, Evidence, Finding, Outcome, Phase, Sample, Start
from warmgate.policy.values import PercentileLimit, Policy

FEWEST_ENVIRONMENTS = 3
"""Slow calls of fewer environments may be one bad neighbour."""


def judge_duration(limit: PercentileLimit, evidence: Evidence, policy: Policy, cap: int) -> Finding:
    """Return the finding of one absolute duration limit.

    Args:
        limit: the percentile and its limit.
        evidence: measured, warm calls of the candidate count; a time-out is slow, an error has no duration.
        policy: for `limits.certify`.
        cap: how many measured calls there can be.
    """
    check = f"limits.duration.{limit.name}"
    rounds = measured_rounds(evidence)
    samples = [sample for round_ in rounds for sample in round_]
    if not samples:
        return _without_data(check, evidence)
    allowed = round(1 - limit.percentile, 6)
    line = line_for(allowed, round(ruled_out_share(allowed), 6), cap_within(min(cap, 500 if allowed <= 0.01 else 200)))
    standing = _standing(rounds, limit, line, certify=policy.limits.certify)
    measured = quantile([sample.duration_ms or limit.limit_ms for sample in samples], limit.percentile)
    slow = [sample for sample in samples if is_slow(sample, limit.limit_ms)]
    outcome, because = _outcome(standing, evidence)
    bound = upper_bound(standing.bad_count, standing.call_count)
    return Finding(
        check=check,
        outcome=outcome,
        reason=_reason(standing, line, limit, slow, samples, outcome),
        decided=standing.decision is not None or evidence.closed is not None,
        measured=measured,
        limit=limit.limit_ms,
        unit="ms",
        margin=1 - measured / limit.limit_ms,
        bad_count=standing.bad_count,
        sample_count=standing.call_count,
        environment_count=environment_count(samples),
        proven=f"excluded: more than {percent(bound)} slow calls",
        inconclusive_because=because,
        leans_to_fail=outcome is Outcome.INCONCLUSIVE and standing.leans(line),
    )


def measured_rounds(evidence: Evidence, arm: Arm = Arm.CANDIDATE) -> list[list[Sample]]:
    """Return the warm, measured calls of an arm that have a duration, by round."""
    rounds: dict[int, list[Sample]] = {}
    for sample in evidence.samples:
        if sample.arm is arm and sample.phase is Phase.MEASURED and _counts(sample):
            rounds.setdefault(sample.round, []).append(sample)
    return [rounds[number] for number in sorted(rounds)]


def _counts(sample: Sample) -> bool:
    if sample.outcome is CallOutcome.TIMEOUT:
        return True
    return (
        sample.outcome in {CallOutcome.OK, CallOutcome.UNEXPECTED_ANSWER}
        and sample.duration_ms is not None
        and sample.start not in {Start.COLD, Start.RESTORED}
    )


def is_slow(sample: Sample, limit_ms: float) -> bool:
    """Return whether a call was slower than a limit, or never came to an end."""
    return sample.outcome is CallOutcome.TIMEOUT or (sample.duration_ms is not None and sample.duration_ms > limit_ms)


def _standing(rounds: list[list[Sample]], limit: PercentileLimit, line: ScoreLine, *, certify: bool) -> Standing:
    slow = [[is_slow(sample, limit.limit_ms) for sample in round_] for round_ in rounds]
    enough = [
        environment_count(s for round_ in rounds[: i + 1] for s in round_ if is_slow(s, limit.limit_ms))
        >= FEWEST_ENVIRONMENTS
        for i in range(len(rounds))
    ]
    standing = stand(slow, line, enough)
    if not certify or standing.decision is False:
        return standing
    strict = line_for(round(line.allowed / 5, 6), line.allowed, line.cap)
    certified = stand(slow, strict, [False] * len(slow))
    if certified.decision is True:
        return certified
    calls = sum(len(round_) for round_ in slow)
    return Standing(None, standing.score, sum(map(sum, slow)), calls, standing.crossed)


def _outcome(standing: Standing, evidence: Evidence) -> tuple[Outcome, str]:
    if standing.decision is not None:
        return (Outcome.PASSED if standing.decision else Outcome.FAILED), ""
    if standing.crossed:
        return Outcome.INCONCLUSIVE, "too few environments"
    closed = evidence.closed or "planned"
    return Outcome.INCONCLUSIVE, "cap" if closed == "planned" else closed


def _reason(
    standing: Standing,
    line: ScoreLine,
    limit: PercentileLimit,
    slow: list[Sample],
    samples: list[Sample],
    outcome: Outcome,
) -> str:
    counted = (
        f"{standing.bad_count} of {standing.call_count} calls slower than {ms(limit.limit_ms)}"
        f" (limit {percent(line.allowed)})"
    )
    if slow:
        counted += f", from at least {environment_count(slow)} of {environment_count(samples)} environments"
    told = {
        Outcome.FAILED: f"score {standing.score:+.0f} >= {line.fail_at:+d}",
        Outcome.PASSED: f"score {standing.score:+.0f} <= {line.pass_at:+d}",
    }.get(outcome, f"score {standing.score:+.0f} between {line.pass_at:+d} and {line.fail_at:+d}")
    if any(sample.duration_source is DurationSource.CALLER for sample in samples):
        told += "; durations are the caller's clock"
    return f"{counted}; {told}"


def _without_data(check: str, evidence: Evidence) -> Finding:
    return Finding(
        check=check,
        outcome=Outcome.INCONCLUSIVE,
        reason="no data: not one warm measured call with a duration",
        decided=evidence.closed is not None,
        inconclusive_because="no data" if evidence.closed in {None, "planned", "no data"} else evidence.closed,
        unit="ms",
    )
