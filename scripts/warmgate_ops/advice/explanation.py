"""What each check of a policy needs, sees and misses with its budget, in words. Exact unless it says simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from warmgate.judge.binomial import at_least, upper_bound
from warmgate.judge.checks import measured_calls
from warmgate.judge.cold_starts import FIRST_RESPONSE, INIT, ColdMetric
from warmgate.judge.compare.duration import ENOUGH_ENVIRONMENTS
from warmgate.judge.compare.errors import CHECK as ERRORS_COMPARED
from warmgate.judge.derivation import Rule
from warmgate.judge.environments import FEWEST_ENVIRONMENTS, fewest_broken
from warmgate.judge.limits.durations import rule_of
from warmgate.judge.limits.init import FEWEST, fail_count
from warmgate.judge.score import STRIKES, allowed_share, cap_for, ruled_out_errors
from warmgate.model.calls import Arm, Burst, Phase
from warmgate.model.figures import ms, percent
from warmgate.planning import ProbePlan, plan_probes
from warmgate.policy.spec_limits import NONE_MAY_FAIL
from warmgate.policy.values import OnInconclusive, PercentileLimit, Policy, RatioLimit
from warmgate_ops.advice.comparisons import RUNS, Effect, failing_share
from warmgate_ops.advice.error_comparison import absolute_too, errors_compared
from warmgate_ops.advice.live import live_in_words
from warmgate_ops.advice.none_may_fail import explained_none, sight_in_words
from warmgate_ops.advice.power import SURE, clean_calls_needed, clean_calls_to_pass, count_ends, surely_failed_share
from warmgate_ops.advice.room import room_for

TIMES = (2, 3, 4)
"""Of the allowance: what is told of how much is refused."""
ANSWERS_TOO = "an unexpected answer counts as a failed call does under limits.errors.rate: 0%"
CLOSE = 0.10
"""A limit this near to today's value is met by chance."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One check in words."""

    check: str
    limit: str
    says: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    limit_ms: float | None = None


def explain(policy: Policy, today_ms: Mapping[str, float] | None = None) -> tuple[Explained, ...]:
    """Return every check of a policy in words; takes some seconds where it compares.

    Args:
        policy: free of faults.
        today_ms: what is measured today by policy path, for example {"limits.duration.p95": 380.0}.
    """
    plan = _plan(policy)
    found = [_whole(policy, plan), *_inits(policy), *_durations(policy, plan), *_others(policy, plan)]
    found += _comparisons(policy, plan)
    if (errors := errors_compared(policy, plan)) is not None:
        found.append(Explained(*errors))
    if (live := live_in_words(policy)) is not None:
        found.append(Explained(*live))
    return tuple(_beside_today(each, today_ms) for each in found)


def warnings_of(policy: Policy) -> tuple[str, ...]:
    """Return what a policy cannot know or decide, one line each; nothing is simulated for it."""
    plan = _plan(policy)
    found = [_whole(policy, plan), *_inits(policy), *_durations(policy, plan), *_others(policy, plan)]
    found += [_comparable(policy, plan, check) for check in _compared(policy)]
    found.append(Explained(ERRORS_COMPARED, "", (), absolute_too(policy)))
    return tuple(f"{each.check}: {warning}" for each in found for warning in each.warnings)


def _plan(policy: Policy) -> ProbePlan:
    asked = policy.warm.environments
    return plan_probes(policy, Burst(asked=asked, granted=asked), has_baseline=True, seed=0)


def _rounds(plan: ProbePlan) -> list[int]:
    """Return how many measured calls of the candidate each round has."""
    measured = [planned for planned in plan.rounds if planned.phase is Phase.MEASURED]
    return [sum(call.arm is Arm.CANDIDATE for call in planned.calls) for planned in measured]


def _whole(policy: Policy, plan: ProbePlan) -> Explained:
    new, rounds = sum(_rounds(plan)), len(_rounds(plan))
    old = sum(c.arm is Arm.BASELINE for p in plan.rounds if p.phase is Phase.MEASURED for c in p.calls)
    burst = f"{policy.warm.environments} environments of each version that is called"
    measured = f"{new} measured calls of the new version and {old} of the old one in {rounds} rounds"
    says = [
        f"at most {plan.call_count} calls: {burst}, then {measured}",
        "each check may refuse 1 % of releases exactly at its limit, far fewer at a distance: checks add up",
    ]
    says.append(
        "a probe that the version that serves now fails in the same way does not fit, and is not held against the new"
        f" one: when.probe_unfit: {policy.when.probe_unfit}"
    )
    warnings = []
    tenants = {probe.tenant for probe in policy.probes}
    if tenants != {None}:
        named = ", ".join(sorted(filter(None, tenants)))
        says.append(f"called as tenant {named}: environments of every other tenant stay cold and unseen")
    if None in tenants and len(tenants) > 1:
        warnings.append("probes with a tenant and without one: no function takes both")
    if plan.left_out:
        warnings.append(f"the budget leaves out {'; '.join(plan.left_out)}")
    if policy.warm.environments < FEWEST_ENVIRONMENTS and policy.limits.duration:
        warnings.append(
            f"{policy.warm.environments} environments can never refuse a release for its duration:"
            f" slow calls must come from {FEWEST_ENVIRONMENTS}"
        )
    return Explained(
        "budget", f"{policy.budget.invocations} calls, {policy.budget.seconds:g} s", tuple(says), tuple(warnings)
    )


def _inits(policy: Policy) -> Iterator[Explained]:
    count = policy.warm.environments
    limited = [(INIT, limit) for limit in policy.limits.init]
    limited += [(FIRST_RESPONSE, limit) for limit in policy.limits.first_response]
    for metric, limit in limited:
        share, check = allowed_share(limit.percentile), f"limits.{metric.key}.{limit.name}"
        fails_at, sure = fail_count(count, share), 1 - upper_bound(0, count)
        seen = next((s / 100 for s in range(1, 100) if at_least(fails_at, count, s / 100) >= SURE), None)
        at_limit = _chance(at_least(fails_at, count, share))
        says = [
            *_what_counts(metric),
            f"{count} cold starts; {fails_at} slow ones refuse it: {at_limit} of releases exactly at the limit",
            sight_in_words(seen, f"of {metric.noun}s are slower than {ms(limit.limit_ms)}"),
        ]
        warnings = []
        if count < FEWEST:
            warnings.append(f"{count} cold starts are too few to judge, {FEWEST} are needed")
        elif fails_at > count:
            warnings.append(f"{count} cold starts can never refuse it: {fails_at} slow ones would be needed")
        if sure < limit.percentile:
            warnings.append(
                f"{count} cold starts within the limit show p{sure * 100:.0f} with 95 % confidence, not {limit.name}:"
                f" raise warm.environments to {math.ceil(math.log(0.05) / math.log(limit.percentile))}"
            )
        yield Explained(check, f"<= {ms(limit.limit_ms)}", tuple(says), tuple(warnings), limit.limit_ms)


def _what_counts(metric: ColdMetric) -> tuple[str, ...]:
    """Return what is counted, where the name of a limit alone does not say it."""
    if metric is INIT:
        return ()
    return ("init (or restore) and then that same call: work moved out of the init into the first call counts",)


def _durations(policy: Policy, plan: ProbePlan) -> Iterator[Explained]:
    rounds = _rounds(plan)
    cap = measured_calls(policy, policy.warm.environments)
    for limit in policy.limits.duration:
        yield _duration(policy, limit, rounds, cap)


def _duration(policy: Policy, limit: PercentileLimit, rounds: list[int], cap: int) -> Explained:
    rule = rule_of(limit, cap, certify=policy.limits.certify)
    half = policy.when.inconclusive is OnInconclusive.HALF
    needs = clean_calls_to_pass(rule, rounds)
    seen = surely_failed_share(rule, rounds, half=half)
    at_limit = _chance(_refused(rule.allowed, rule, rounds, half=half))
    says = [
        f"at most {percent(rule.allowed)} of calls may be slower than {ms(limit.limit_ms)}",
        f"a release without a slow call passes after {needs} calls" if needs else "no release can pass",
        f"of releases exactly at the limit {at_limit} are refused" + (", those half-way included" if half else ""),
        _power_in_words(rule, rounds, half=half),
        sight_in_words(seen, f"of calls are slower than {ms(limit.limit_ms)}"),
    ]
    warnings = []
    opened = count_ends(rule.allowed / 5, rule, rounds).opened
    if needs is None:

        def passes(wider: Policy) -> bool:
            wide = rule_of(limit, measured_calls(wider, wider.warm.environments), certify=policy.limits.certify)
            return clean_calls_to_pass(wide, _rounds(_plan(wider))) is not None

        warnings.append(
            f"{sum(rounds)} measured calls can never pass {limit.name}, about {clean_calls_needed(rule)} without a slow"
            f" one are needed: {room_for(policy, passes, is_bound_by_budget=cap <= sum(rounds))}"
        )
    elif opened > 1 - SURE:
        warnings.append(f"a good release stays open in {_chance(opened)} of runs: raise budget.invocations")
    if seen is None:
        warnings.append("with this budget no share of slow calls is refused in nine runs of ten")
    shown = f"<= {ms(limit.limit_ms)}"
    return Explained(f"limits.duration.{limit.name}", shown, tuple(says), tuple(warnings), limit.limit_ms)


def _refused(share: float, rule: Rule, rounds: list[int], *, half: bool, strikes: int = 0) -> float:
    ends = count_ends(share, rule, rounds, strikes=strikes)
    return ends.failed + (ends.leaning if half else 0.0)


def _power_in_words(rule: Rule, rounds: list[int], *, half: bool, strikes: int = 0) -> str:
    """Return how much is refused of what has a multiple of the allowance, spread over rounds and environments."""
    shares = [times * rule.allowed for times in TIMES if times * rule.allowed < 1]
    if not shares:
        return "twice that would be all calls"
    refused = [_refused(share, rule, rounds, half=half, strikes=strikes) for share in shares]
    told = [f"{percent(share)} {_chance(chance)}" for share, chance in zip(shares, refused, strict=True)]
    return f"refused of releases beyond it, bad calls spread evenly: at {', at '.join(told)}"


def _others(policy: Policy, plan: ProbePlan) -> Iterator[Explained]:
    calls = sum(call.arm is Arm.CANDIDATE for planned in plan.rounds for call in planned.calls)
    if policy.limits.error_ratio is not None:
        yield _errors(policy, policy.limits.error_ratio, calls, plan)
    if policy.limits.memory_ratio is not None:
        says = ("one call beyond it refuses the release", "what payloads larger than the probes' need is not seen")
        yield Explained("limits.memory.max", f"<= {percent(policy.limits.memory_ratio)}", says)
    for probe in policy.probes:
        if probe.expect.jmespath or probe.expect.error_type:
            mine = sum(c.arm is Arm.CANDIDATE and c.probe.name == probe.name for p in plan.rounds for c in p.calls)
            warnings = ("the budget leaves no call of this probe",) if not mine else ()
            text = explained_none(policy, plan, [probe.name]) if mine else ()
            yield Explained(f"probes.{probe.name}.expect", "every answer", (ANSWERS_TOO, *text), warnings)


def _errors(policy: Policy, allowed: float, calls: int, plan: ProbePlan) -> Explained:
    check = "limits.errors.rate"
    if allowed <= 0:
        text = explained_none(policy, plan, [probe.name for probe in policy.probes])
        return Explained(check, "<= 0 %", (NONE_MAY_FAIL.replace("`", ""), *text))
    rule = Rule(allowed, ruled_out_errors(allowed), cap_for(calls))
    rounds = [sum(call.arm is Arm.CANDIDATE for call in planned.calls) for planned in plan.rounds]
    half = policy.when.inconclusive is OnInconclusive.HALF
    needs, seen = clean_calls_to_pass(rule, rounds), surely_failed_share(rule, rounds, half=half, strikes=STRIKES)
    broken = fewest_broken(allowed, policy.warm.environments)
    says = (
        f"a release without a failed call passes after {needs} calls" if needs else "no release can pass",
        f"failures refuse it once they came from {broken} of {policy.warm.environments} environments",
        _power_in_words(rule, rounds, half=half, strikes=STRIKES),
        sight_in_words(seen, "of calls fail"),
    )
    few = f"{calls} calls can never pass it, about {clean_calls_needed(rule)} good ones are needed"
    warnings = () if needs else (few,)
    return Explained(check, f"<= {percent(allowed)}", says, warnings)


def _compared(policy: Policy) -> list[str]:
    return [name for name in ("init", "first_response", "duration") if getattr(policy.compare, name)]


def _comparisons(policy: Policy, plan: ProbePlan) -> Iterator[Explained]:
    for name in _compared(policy):
        blank = _comparable(policy, plan, name)
        if blank.warnings:
            yield blank
            continue
        effects = [Effect("unchanged"), Effect("10 % slower", times=1.1), Effect("30 % slower", times=1.3)]
        effects += [Effect("50 % slower", times=1.5)]
        effects += [Effect("one call in five three times as slow", slow_share=0.2)] if name == "duration" else []
        shares = [(e.name, failing_share(policy, plan, e, name)) for e in effects]
        text = ", ".join(f"{effect}: {share * 100:.0f} %" for effect, share in shares)
        says = (f"refused of {RUNS} simulated releases each, calls with a p95 of 1.6 times their median: {text}",)
        yield replace(blank, says=(*blank.says, *says))


def _comparable(policy: Policy, plan: ProbePlan, name: str) -> Explained:
    limit = getattr(policy.compare, name)
    assert isinstance(limit, RatioLimit)
    count, check = policy.warm.environments, f"compare.{name}.{limit.statistic}"
    shown = f"<= {limit.ratio:g}x"
    if name != "duration":
        few = (f"{count} cold starts of each are too few, {FEWEST} are needed",) if count < FEWEST else ()
        says = (
            *(_what_counts(FIRST_RESPONSE) if name == FIRST_RESPONSE.key else ()),
            "a rank-sum of both versions' cold starts, and the median beyond the limit",
            "a version that serves is warm: its cold starts may have to come from its log"
            + (", of real callers' events instead of the probes'" if name == FIRST_RESPONSE.key else ""),
        )
        return Explained(check, shown, says, few)
    old_rounds = sum(
        any(call.arm is Arm.BASELINE for call in planned.calls)
        for planned in plan.rounds
        if planned.phase is Phase.MEASURED
    )
    warnings: tuple[str, ...] = ()
    if count < ENOUGH_ENVIRONMENTS:
        warnings = (f"{count} environments of each version are too few to decide, {ENOUGH_ENVIRONMENTS} are needed",)
    elif old_rounds < 2:
        warnings = (f"the budget has room for {old_rounds} rounds of both versions, two are needed",)
    words = "body and tail of the durations, old and new called in the same rounds; false alarms: 1 % and 0.5 %"
    return Explained(check, shown, (words,), warnings)


def _chance(share: float) -> str:
    return "less than 0.01 %" if share < 1e-4 else percent(share)


def _beside_today(each: Explained, today_ms: Mapping[str, float] | None) -> Explained:
    if each.limit_ms is None:
        return each
    if today_ms is None:
        hint = "today's value is not known: pass recorded runs with --samples to compare"
        return replace(each, says=(*each.says, hint))
    measured = today_ms.get(each.check)
    if measured is None:
        return replace(each, says=(*each.says, "the recorded runs do not show today's value"))
    text = f"today {ms(measured)}, {measured / each.limit_ms:.0%} of the limit"
    near = measured > each.limit_ms * (1 - CLOSE)
    warning = f"the limit is within {CLOSE:.0%} of today's {ms(measured)}: releases will be refused by chance"
    return replace(each, says=(*each.says, text), warnings=(*each.warnings, warning) if near else each.warnings)
