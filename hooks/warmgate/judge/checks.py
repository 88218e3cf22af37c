"""Applies every check of a policy to the evidence: one finding each, in the policy's order."""

from __future__ import annotations

from dataclasses import replace

from warmgate.judge.cold_starts import FIRST_RESPONSE, INIT, ColdMetric
from warmgate.judge.compare.duration import duration_checks, judge_durations
from warmgate.judge.compare.errors import CHECK as ERRORS_COMPARED
from warmgate.judge.compare.errors import judge_error_comparison
from warmgate.judge.compare.init import judge_init_comparison
from warmgate.judge.fit import Fits, fits_in, forgiven, judge_fit, without
from warmgate.judge.limits.durations import judge_duration
from warmgate.judge.limits.errors import judge_answers, judge_errors
from warmgate.judge.limits.init import judge_init
from warmgate.judge.limits.memory import judge_memory
from warmgate.model.calls import Arm, Burst, Closed, Evidence
from warmgate.model.verdict import Finding, Outcome
from warmgate.policy.rounds import COMPARED_ROUNDS, round_width
from warmgate.policy.values import Compare, Policy, Probe, RatioLimit


def findings_of(evidence: Evidence, policy: Policy) -> list[Finding]:
    """Return the finding of every check of a policy."""
    compared, fits = not _without_baseline(evidence), fits_in(evidence, policy.probes)
    cap = measured_calls(policy, evidence.burst.granted, compared=compared)
    limits = policy.limits
    found = [judge_init(limit, evidence) for limit in limits.init]
    found += [judge_init(limit, evidence, FIRST_RESPONSE) for limit in limits.first_response]
    unfit = fits.excused(evidence.samples)
    found += _durations(
        without(evidence, unfit), policy, cap, judgeable=any(p.name not in unfit for p in policy.probes)
    )
    if limits.error_ratio is not None:
        unmeasured = max(0, evidence.burst.granted) * (1 + policy.warm.rounds)
        verb = f"failed otherwise than {fits.baseline} does" if unfit else "failed"
        found.append(judge_errors(limits.error_ratio, forgiven(evidence, fits), cap + unmeasured, verb))
    if limits.memory_ratio is not None:
        found.append(judge_memory(limits.memory_ratio, evidence))
    found += [
        _answers(probe, evidence, fits) for probe in policy.probes if probe.expect.jmespath or probe.expect.error_type
    ]
    found += filter(None, (judge_fit(probe, evidence, fits) for probe in policy.probes))
    return found + (_comparisons(evidence, policy, fits) if compared else _uncompared(policy))


def _durations(evidence: Evidence, policy: Policy, cap: int, *, judgeable: bool) -> list[Finding]:
    """Return the findings of the absolute duration limits, on calls of probes that fit."""
    if not judgeable:
        return [_unjudged(f"limits.duration.{limit.name}", "judged") for limit in policy.limits.duration]
    return [judge_duration(limit, evidence, policy, cap) for limit in policy.limits.duration]


def _answers(probe: Probe, evidence: Evidence, fits: Fits) -> Finding:
    """Return the finding of a probe's expectation; of one that does not fit, over what failed in another way."""
    if probe.name not in fits.excused(evidence.samples):
        return judge_answers(probe, evidence)
    other = tuple(sample for sample in evidence.samples if not fits.excuses(sample))
    found = judge_answers(probe, replace(evidence, samples=other))
    return found if found.sample_count else _unjudged(found.check, "judged")


def _unjudged(check: str, verb: str) -> Finding:
    """Return the finding of a check that no probe has calls for: another finding says which do not fit, and why."""
    return Finding(check=check, outcome=Outcome.PASSED, reason=f"not {verb}: no probe fits")


def _comparisons(evidence: Evidence, policy: Policy, fits: Fits) -> list[Finding]:
    found = [judge_init_comparison(limit, evidence, metric) for metric, limit in _cold_starts(policy.compare)]
    if policy.compare.error_margin is not None:
        full = paired_calls(policy, evidence.burst)
        found.append(judge_error_comparison(policy.compare.error_margin, forgiven(evidence, fits), full))
    if all(probe.name in fits.ways for probe in policy.probes):
        return found + [_unjudged(name, "compared") for name in duration_checks(policy.compare)]
    return found + judge_durations(policy.compare, without(evidence, fits.ways))


def _uncompared(policy: Policy) -> list[Finding]:
    cold_starts = [f"compare.{metric.key}.{limit.statistic}" for metric, limit in _cold_starts(policy.compare)]
    errors = [ERRORS_COMPARED] if policy.compare.error_margin is not None else []
    names = (*cold_starts, *duration_checks(policy.compare), *errors)
    reason = "not compared: there is no baseline"
    return [Finding(check=name, outcome=Outcome.PASSED, reason=reason) for name in names]


def _cold_starts(compare: Compare) -> list[tuple[ColdMetric, RatioLimit]]:
    """Return what of cold starts is compared, in the policy's order."""
    both = ((INIT, compare.init), (FIRST_RESPONSE, compare.first_response))
    return [(metric, limit) for metric, limit in both if limit is not None]


def _without_baseline(evidence: Evidence) -> bool:
    """Return whether there is no version to compare with: a plan that has one calls it from the first round on."""
    arms = {sample.arm for sample in evidence.samples}
    rounds = {(sample.phase, sample.round) for sample in evidence.samples}
    # The first round, cut by the deadline, may have reached the candidate alone.
    return arms == {Arm.CANDIDATE} and (evidence.closed is not Closed.DEADLINE or len(rounds) > 1)


def paired_calls(policy: Policy, burst: Burst) -> int:
    """Return how many calls each version gets in rounds of both, where the budget has room for all of them."""
    granted = max(1, burst.granted)
    widths = (round_width(number, granted, compared=True) for number in range(1, COMPARED_ROUNDS + 1))
    return max(granted, burst.asked) + granted * policy.warm.rounds + sum(widths)


def measured_calls(policy: Policy, environments: int, *, compared: bool = True) -> int:
    """Return how many measured calls of the candidate a policy's budget has room for.

    Args:
        policy: whose budget and warm-up are counted.
        environments: how many were granted to each arm.
        compared: whether there is a baseline to call too, where the policy compares.
    """
    arms = 2 if compared and policy.compare.needs_baseline else 1
    opened = max(0, environments) * arms
    left = max(0, policy.budget.invocations - opened * (1 + policy.warm.rounds))
    if not compared or not policy.compare.in_rounds:
        return left
    old_calls = 0
    for number in range(1, COMPARED_ROUNDS + 1):
        width = round_width(number, max(0, environments), compared=True)
        if 2 * (old_calls + width) > left:
            break
        old_calls += width
    return left - old_calls
