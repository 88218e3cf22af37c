"""Judges "pNN of init <= limit" by counting slow cold starts: 20 of them certify no p95, but they refuse a bad one.

First responses (init and then the first call) are judged in the same way, by another reading of the same cold starts.

An init that failed and was run again inside the call was not done when the call came. Where the log does not say how
long the second one took, it counts as slow, unless the whole call was within the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from warmgate.judge.binomial import at_least, upper_bound
from warmgate.judge.cold_starts import FIRST_RESPONSE, INIT, ColdMetric
from warmgate.judge.quantile import quantile
from warmgate.judge.score import allowed_share
from warmgate.judge.wording import counted, word
from warmgate.model.calls import UNSEEN, Arm, Evidence, Phase, Sample, Start
from warmgate.model.figures import ms
from warmgate.model.verdict import Because, Finding, Outcome, Unit
from warmgate.policy.values import PercentileLimit

FEWEST = 5
FAIL_ERROR = 0.023
"""Error at the limit: 4 of 20, 3 of 10 and 2 of 5 for a p95 stay below it."""


def judge_init(limit: PercentileLimit, evidence: Evidence, metric: ColdMetric = INIT) -> Finding:
    """Return the finding of one limit on cold starts; a SnapStart restore counts as the init of its cold start."""
    check = f"limits.{metric.key}.{limit.name}"
    values, again = cold_start_ms(evidence, Arm.CANDIDATE, metric), run_again(evidence, Arm.CANDIDATE, metric)
    count = len(values) + len(again)
    called = [s for s in evidence.samples if s.arm is Arm.CANDIDATE and s.phase is Phase.PREWARM]
    if called and all(s.start is Start.PROVISIONED for s in called):
        reason = f"no cold start in {len(called)} calls: every environment was provisioned"
        return Finding(check=check, outcome=Outcome.PASSED, reason=reason, limit=limit.limit_ms, unit=Unit.MS)
    met = f"{count} cold starts in {len(called)} calls{_capped(evidence)}"
    if count < FEWEST:
        return Finding(
            check=check,
            outcome=Outcome.INCONCLUSIVE,
            reason=f"{met}; at least {FEWEST} are needed",
            decided=bool(called) or evidence.closed is not None,
            limit=limit.limit_ms,
            unit=Unit.MS,
            sample_count=count,
            inconclusive_because=_why_none(called),
        )
    parts = parts_in_words(evidence) if metric is FIRST_RESPONSE else ""
    return replace(_counted(metric, limit, values, again), details=f"{met}{parts}")


def _counted(metric: ColdMetric, limit: PercentileLimit, values: Sequence[float], again: Sequence[Sample]) -> Finding:
    count, share = len(values) + len(again), allowed_share(limit.percentile)
    slow = slow_count(limit, values, again)
    measured = None if again else quantile(values, limit.percentile)
    sure = (1 - upper_bound(slow, count)) * 100
    certified = f"at least {sure:.0f} % are within {ms(limit.limit_ms)} (95 % confidence)"
    outcome, fails_at = _outcome(slow, count, share), fail_count(count, share)
    allows = f"the limit allows {fails_at - 1}" if fails_at <= count else f"{count} are too few to refuse a version"
    undecided = outcome is Outcome.INCONCLUSIVE
    return Finding(
        check=f"limits.{metric.key}.{limit.name}",
        outcome=outcome,
        reason=f"{counted(slow, count, metric.noun)} took longer than {ms(limit.limit_ms)}"
        f"{in_words(values, again, metric)}{'' if slow == 0 else f'; {allows}'}",
        measured=measured,
        limit=limit.limit_ms,
        unit=Unit.MS,
        bad_count=slow,
        sample_count=count,
        environment_count=count,
        proven=certified,
        inconclusive_because=Because.TOO_FEW_COLD_STARTS if undecided else None,
        leans_to_fail=undecided and slow == count,
    )


def slow_count(limit: PercentileLimit, values: Sequence[float], again: Sequence[Sample]) -> int:
    """Return how many cold starts took longer than a limit, those whose init failed and was run again included."""
    late = sum(sample.duration_ms is None or sample.duration_ms > limit.limit_ms for sample in again)
    return late + sum(value > limit.limit_ms for value in values)


def in_words(values: Sequence[float], again: Sequence[Sample], metric: ColdMetric = INIT) -> str:
    """Return what the cold starts took in words, behind their count."""
    known = f" (median {ms(quantile(values, 0.5))}, slowest {ms(max(values))})" if values else ""
    if not again:
        return known
    calls = f"calls of up to {ms(max(sample.duration_ms or 0 for sample in again))}"
    ran = f"in {len(again)} the init failed and was run again inside {calls}, {metric.untold}"
    return f" or failed at first{known}; {ran}"


def parts_in_words(evidence: Evidence) -> str:
    """Return what the first responses of the candidate's burst consist of, empty where none is known."""
    burst = _burst(evidence, Arm.CANDIDATE)
    read = ((FIRST_RESPONSE.read(sample), sample.duration_ms or 0.0) for sample in burst)
    parts = [(together_ms - call_ms, call_ms) for together_ms, call_ms in read if together_ms is not None]
    if not parts:
        return ""
    init, call = (quantile(part, 0.5) for part in zip(*parts, strict=True))
    failed = sum(sample.init_failed and FIRST_RESPONSE.read(sample) is not None for sample in burst)
    again = f"; in {failed} the init failed, and ran again inside the call" if failed else ""
    return f"; median init {ms(init)}, median first call {ms(call)}{again}"


def run_again(evidence: Evidence, arm: Arm, metric: ColdMetric = INIT) -> list[Sample]:
    """Return the cold starts of an arm's burst whose init failed, and whose figure the log therefore does not say."""
    return [s for s in _burst(evidence, arm) if is_run_again(s, metric)]


def is_run_again(sample: Sample, metric: ColdMetric = INIT) -> bool:
    """Return whether a call met a cold start whose init failed, and whose figure the log does not say."""
    return sample.start is Start.COLD and sample.init_failed and metric.read(sample) is None


def _outcome(slow: int, count: int, share: float) -> Outcome:
    if slow >= fail_count(count, share):
        return Outcome.FAILED
    return Outcome.PASSED if slow == 0 or slow < round(count * share, 6) else Outcome.INCONCLUSIVE


@lru_cache(maxsize=64)
def fail_count(count: int, share: float) -> int:
    """Return how many slow cold starts of `count` refuse a release: fewer could be chance at the limit."""
    fewest = max(1, int(count * share))
    return next(k for k in range(fewest, count + 2) if k > count or at_least(k, count, share) <= FAIL_ERROR)


def cold_start_ms(evidence: Evidence, arm: Arm, metric: ColdMetric = INIT) -> list[float]:
    """Return one figure of the cold starts of an arm's burst, in dispatch order; a provisioned environment has none."""
    read = (metric.read(sample) for sample in _burst(evidence, arm))
    return [value for value in read if value is not None]


def _burst(evidence: Evidence, arm: Arm) -> list[Sample]:
    return [s for s in evidence.samples if s.arm is arm and s.phase is Phase.PREWARM]


def _why_none(called: list[Sample]) -> Because:
    usable = [sample for sample in called if sample.outcome not in UNSEEN]
    return Because.TOO_FEW_COLD_STARTS if usable else Because.NO_DATA


def _capped(evidence: Evidence) -> str:
    burst = evidence.burst
    if burst.granted >= burst.asked and not burst.reason:
        return ""
    return f" (burst of {burst.granted} instead of {burst.asked}: {word(burst.reason) or 'no reason given'})"
