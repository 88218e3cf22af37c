"""Judges CloudWatch's counts while traffic shifts, for a guard that can read its log seldom or not at all.

Counts tell neither environments nor durations: errors alone are judged, and what would be one bad environment's in the
log must be more than that here. They come by the minute, one to three minutes late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from warmgate.judge.binomial import permutation_p_value
from warmgate.judge.live.failures import CHANCE, LEANING_CHANCE, SAME_CHANCE, Share, chance_of
from warmgate.judge.live.shares import BY_METRICS, ERRORS, judge_share
from warmgate.judge.score import STRIKES
from warmgate.judge.verdict import verdict_of_findings
from warmgate.model.calls import Arm
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Policy

ALONE_RATIO = 0.1
"""Failing without the log needs this share at the least: one of twenty environments that fails has half of it."""


def judge_counts(counts: Mapping[Arm, MetricCounts], policy: Policy, look: int) -> Verdict | None:
    """Return the verdict that fails by counts alone, None where they fail nothing.

    Args:
        counts: of the latest minutes, by version.
        policy: whose limit on live errors is asked for.
        look: how often the counts of a shift have been judged with this, from 1; the n-th may err 1/n^2 times as often.
    """
    new, old = _shares(counts)
    allowed = policy.live.error_ratio
    if allowed is None or new.bad < STRIKES or new.bad < max(ALONE_RATIO, allowed) * new.calls:
        return None
    chance = chance_of(new, allowed)
    if chance > CHANCE / look**2 or _same(new, old) > SAME_CHANCE:
        return None
    text = f"{old.bad} of {old.calls} of the old version; {BY_METRICS}, as the log could not be read in time"
    finding = judge_share(ERRORS, allowed, new, (new, chance), text, "failed", shared=old.bad > 0)
    return verdict_of_findings((replace(finding, outcome=Outcome.FAILED),), policy)


def looks_worse(counts: Mapping[Arm, MetricCounts], policy: Policy) -> bool:
    """Return whether counts are a reason to read the log soon."""
    new, old = _shares(counts)
    allowed = policy.live.error_ratio
    if allowed is None or new.bad < STRIKES or new.bad <= allowed * new.calls:
        return False
    return chance_of(new, allowed) <= LEANING_CHANCE and _same(new, old) <= LEANING_CHANCE


def _shares(counts: Mapping[Arm, MetricCounts]) -> tuple[Share, Share]:
    """Return those of the new and of the old version."""
    new, old = (counts.get(arm, MetricCounts(calls=0, errors=0)) for arm in (Arm.CANDIDATE, Arm.BASELINE))
    return Share(new.errors, max(new.calls, new.errors)), Share(old.errors, max(old.calls, old.errors))


def _same(new: Share, old: Share) -> float:
    """Return the chance of so many more failures than the old version's where nothing changed."""
    return permutation_p_value(new.bad, new.calls, old.bad, old.calls) if old.calls else 0.0
