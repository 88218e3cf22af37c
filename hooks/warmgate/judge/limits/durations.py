"""Judges "pNN of duration <= limit" by counting slow calls; a percentile is never estimated to decide."""

from __future__ import annotations

from warmgate.judge.derivation import Rule
from warmgate.judge.environments import FEWEST_ENVIRONMENTS, environment_count, environments_known
from warmgate.judge.finding import OUTCOMES, without_data
from warmgate.judge.quantile import quantile
from warmgate.judge.score import (
    Standing,
    afterwards,
    allowed_share,
    cap_for,
    in_words,
    proven,
    ruled_out_share,
    stand,
    why_undecided,
)
from warmgate.judge.wording import counted
from warmgate.model.calls import Arm, CallOutcome, Closed, DurationSource, Evidence, Phase, Sample, Start
from warmgate.model.figures import ms, percent
from warmgate.model.verdict import Finding, Unit
from warmgate.policy.values import PercentileLimit, Policy


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
    if not rounds:
        ended = f" ({evidence.closed})" if evidence.closed in {Closed.DEADLINE, Closed.BUDGET} else ""
        what = f"not one warm measured call with a duration{ended}"
        return without_data(check, limit.limit_ms, Unit.MS, evidence.closed, what)
    rule = rule_of(limit, cap, certify=policy.limits.certify)
    slow = [[is_slow(sample, limit.limit_ms) for sample in round_] for round_ in rounds]
    standing = stand(slow, rule, _enough(rounds, limit.limit_ms), lasting=True)
    judged = [sample for round_ in rounds[: standing.looks] for sample in round_]
    measured = quantile([_shown_ms(sample, limit.limit_ms) for sample in judged], limit.percentile)
    undecided = standing.decision is None
    return Finding(
        check=check,
        outcome=OUTCOMES[standing.decision],
        reason=_reason(standing, limit, judged),
        details=_details(limit, judged, in_words(standing)) + afterwards(standing, slow),
        decided=not undecided or standing.exhausted or evidence.closed is not None,
        measured=measured,
        limit=limit.limit_ms,
        unit=Unit.MS,
        bad_count=standing.bad_count,
        sample_count=standing.call_count,
        environment_count=environment_count(judged),
        proven=proven(standing, rule, "slow calls"),
        inconclusive_because=why_undecided(standing, evidence.closed) if undecided else None,
        leans_to_fail=standing.leans,
    )


def measured_rounds(evidence: Evidence, arm: Arm = Arm.CANDIDATE) -> list[list[Sample]]:
    """Return the warm, measured calls of an arm that have a duration, by round; time-outs may have none."""
    rounds: dict[int, list[Sample]] = {}
    for sample in evidence.samples:
        if sample.arm is arm and sample.phase is Phase.MEASURED and _counts(sample):
            rounds.setdefault(sample.round, []).append(sample)
    return [rounds[number] for number in sorted(rounds)]


def _counts(sample: Sample) -> bool:
    # `is` rather than a set: an enum member is hashed in Python, and every call is asked.
    if sample.start is Start.COLD or sample.start is Start.RESTORED:
        return False
    if sample.outcome is CallOutcome.TIMEOUT:
        return True
    answered = sample.outcome is CallOutcome.OK or sample.outcome is CallOutcome.UNEXPECTED_ANSWER
    return answered and sample.duration_ms is not None


def is_slow(sample: Sample, limit_ms: float) -> bool:
    """Return whether a call was slower than a limit, or never came to an end."""
    return sample.outcome is CallOutcome.TIMEOUT or (sample.duration_ms is not None and sample.duration_ms > limit_ms)


def rule_of(limit: PercentileLimit, cap: int, *, certify: bool) -> Rule:
    """Return what a limit is judged by for so many calls; to certify, a PASS rules out the very share allowed."""
    allowed = allowed_share(limit.percentile)
    # A p99 needs 160 calls to pass; for what allows more, 200 calls say as much as 500.
    fitting = cap_for(min(cap, 500 if allowed <= 0.01 else 200))
    return Rule(allowed, allowed if certify else ruled_out_share(allowed), fitting)


def _enough(rounds: list[list[Sample]], limit_ms: float) -> list[bool]:
    slow: list[Sample] = []
    enough = []
    for round_ in rounds:
        slow += [sample for sample in round_ if is_slow(sample, limit_ms)]
        enough.append(environment_count(slow) >= FEWEST_ENVIRONMENTS)
    return enough


def _shown_ms(sample: Sample, limit_ms: float) -> float:
    """Return a call's duration; a time-out shows at least the limit, which it never met."""
    known = sample.duration_ms or 0.0
    return max(known, limit_ms) if sample.outcome is CallOutcome.TIMEOUT else known


def _reason(standing: Standing, limit: PercentileLimit, judged: list[Sample]) -> str:
    allowed = percent(allowed_share(limit.percentile))
    text = f"{counted(standing.bad_count, standing.call_count, 'call')} took longer than {ms(limit.limit_ms)}"
    if standing.bad_count:
        text += f" ({percent(standing.bad_count / standing.call_count)}; the limit allows {allowed})"
    if any(sample.duration_source is DurationSource.CALLER for sample in judged):
        text += ", by the caller's clock"
    return text


def _details(limit: PercentileLimit, judged: list[Sample], lines: str) -> str:
    slow = [sample for sample in judged if is_slow(sample, limit.limit_ms)]
    if not slow:
        return lines
    least = "" if environments_known(judged) else "at least "
    return f"slow calls from {least}{environment_count(slow)} of {environment_count(judged)} environments; {lines}"
