"""Judges "pNN of init <= limit" by counting slow cold starts: 20 of them certify no p95, but they refuse a bad one.

An init that failed and was run again inside the call was not done when the call came. Where the log does not say how
long the second one took, it counts as slow, unless the whole call was within the limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from warmgate.judge.binomial import at_least, upper_bound
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


def judge_init(limit: PercentileLimit, evidence: Evidence) -> Finding:
    """Return the finding of one init limit; a SnapStart restore counts as the init of its cold start."""
    check = f"limits.init.{limit.name}"
    inits, again = cold_start_ms(evidence, Arm.CANDIDATE), run_again(evidence, Arm.CANDIDATE)
    count = len(inits) + len(again)
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
    return _counted(check, limit, inits, again, met)


def _counted(check: str, limit: PercentileLimit, inits: list[float], again: Sequence[Sample], met: str) -> Finding:
    count, share = len(inits) + len(again), allowed_share(limit.percentile)
    slow = slow_count(limit, inits, again)
    measured = None if again else quantile(inits, limit.percentile)
    sure = (1 - upper_bound(slow, count)) * 100
    certified = f"at least {sure:.0f} % are within {ms(limit.limit_ms)} (95 % confidence)"
    outcome, fails_at = _outcome(slow, count, share), fail_count(count, share)
    allows = f"the limit allows {fails_at - 1}" if fails_at <= count else f"{count} are too few to refuse a version"
    undecided = outcome is Outcome.INCONCLUSIVE
    return Finding(
        check=check,
        outcome=outcome,
        reason=f"{counted(slow, count, 'cold start')} took longer than {ms(limit.limit_ms)}"
        f"{in_words(inits, again)}{'' if slow == 0 else f'; {allows}'}",
        details=met,
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


def slow_count(limit: PercentileLimit, inits: Sequence[float], again: Sequence[Sample]) -> int:
    """Return how many cold starts took longer than a limit, those whose init failed and was run again included."""
    late = sum(sample.duration_ms is None or sample.duration_ms > limit.limit_ms for sample in again)
    return late + sum(init > limit.limit_ms for init in inits)


def in_words(inits: Sequence[float], again: Sequence[Sample]) -> str:
    """Return what the cold starts took in words, behind their count."""
    known = f" (median {ms(quantile(inits, 0.5))}, slowest {ms(max(inits))})" if inits else ""
    if not again:
        return known
    calls = f"calls of up to {ms(max(sample.duration_ms or 0 for sample in again))}"
    ran = f"in {len(again)} the init failed and was run again inside {calls}, how long that took is not known"
    return f" or failed at first{known}; {ran}"


def run_again(evidence: Evidence, arm: Arm) -> list[Sample]:
    """Return the cold starts of an arm's burst whose init failed, and which the log does not say the second one of."""
    burst = (s for s in evidence.samples if s.arm is arm and s.phase is Phase.PREWARM)
    return [s for s in burst if s.start is Start.COLD and s.init_failed and s.init_ms is None]


def _outcome(slow: int, count: int, share: float) -> Outcome:
    if slow >= fail_count(count, share):
        return Outcome.FAILED
    return Outcome.PASSED if slow == 0 or slow < round(count * share, 6) else Outcome.INCONCLUSIVE


@lru_cache(maxsize=64)
def fail_count(count: int, share: float) -> int:
    """Return how many slow cold starts of `count` refuse a release: fewer could be chance at the limit."""
    fewest = max(1, int(count * share))
    return next(k for k in range(fewest, count + 2) if k > count or at_least(k, count, share) <= FAIL_ERROR)


def cold_start_ms(evidence: Evidence, arm: Arm) -> list[float]:
    """Return what the cold starts of an arm's burst took, in dispatch order; a provisioned environment has none."""
    found = []
    for sample in evidence.samples:
        if sample.arm is not arm or sample.phase is not Phase.PREWARM:
            continue
        if sample.start is Start.COLD and sample.init_ms is not None:
            found.append(sample.init_ms)
        elif sample.start is Start.RESTORED and sample.restore_ms is not None:
            found.append(sample.restore_ms)
    return found


def _why_none(called: list[Sample]) -> Because:
    usable = [sample for sample in called if sample.outcome not in UNSEEN]
    return Because.TOO_FEW_COLD_STARTS if usable else Because.NO_DATA


def _capped(evidence: Evidence) -> str:
    burst = evidence.burst
    if burst.granted >= burst.asked and not burst.reason:
        return ""
    return f" (burst of {burst.granted} instead of {burst.asked}: {word(burst.reason) or 'no reason given'})"
