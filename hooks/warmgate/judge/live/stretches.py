"""Judges live traffic, old against new, in stretches: while a shift goes on, and once more when it is over.

A stretch is a few rounds of calls that came one after the other; it is judged on its own, so that a change in the
middle of a shift is not diluted by what was before it. The n-th stretch may err 1/n^2 times as often as the first:
the whole watch errs less than twice as often as its first stretch, however long it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from warmgate.judge.binomial import at_least
from warmgate.judge.cold_starts import FIRST_RESPONSE, INIT, ColdMetric
from warmgate.judge.limits.init import FEWEST as FEWEST_COLD_STARTS
from warmgate.judge.limits.init import in_words, is_run_again, slow_count
from warmgate.judge.limits.memory import judge_memory
from warmgate.judge.live.duration import BODY, fading_in_words, judge_live_durations
from warmgate.judge.live.fading import course_of
from warmgate.judge.live.failures import Numbered
from warmgate.judge.live.rounds import NO_BURST, Stretch, comparable_rounds
from warmgate.judge.live.shares import CHANCE, is_cold, judge_live_cold_starts, judge_live_errors
from warmgate.judge.quantile import quantile
from warmgate.judge.readings import readable
from warmgate.judge.score import STRIKES, allowed_share
from warmgate.judge.verdict import WORST_FIRST, verdict_of_findings
from warmgate.judge.wording import counted
from warmgate.model.calls import Arm, Closed, Evidence, Phase
from warmgate.model.figures import ms
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Because, Finding, Outcome, Unit, Verdict
from warmgate.policy.values import PercentileLimit, Policy, RatioLimit


def judge_live(
    stretches: Sequence[Stretch],
    policy: Policy,
    counts: Mapping[Arm, MetricCounts] | None = None,
    *,
    before: Stretch | None = None,
    ended: bool = False,
    hidden: str = "",
) -> Verdict:
    """Return the verdict of live traffic by the policy's `live` limits; never raises.

    The policy's limits on cold starts and memory hold for live calls too. A check has failed where one stretch fails
    it, and passed where one stretch, or for shares all of them together, passes it.

    Args:
        stretches: one or more, of one shift.
        policy: whose limits are asked for.
        counts: the second source of the error rate; the larger share of errors counts.
        before: the stretch before the first one, judged already: what begins late in it is seen with what follows.
        ended: whether no more calls are to come: under a limit of 0 % one alone counts then.
        hidden: why the log does not show every failure of the candidate; empty where it does.
    """
    seen = [(part.number, readable(_evidence(part))) for part in stretches]
    parts = [replace(part, samples=evidence.samples) for part, (_, evidence) in zip(stretches, seen, strict=True)]
    earlier = [] if before is None else [(before.number, readable(_evidence(before)))]
    known = [] if before is None else [replace(before, samples=earlier[0][1].samples)]
    found: list[Finding] = []
    live = policy.live
    if live.duration is not None:
        durations = _over_stretches(_durations(live.duration, known, parts, live.grace_ms / 1000))
        found += [_with_beginning(finding, parts, live.duration.ratio) for finding in durations]
    if live.error_ratio is not None:
        found.append(judge_live_errors(live.error_ratio, seen, counts or {}, earlier, ended=ended, hidden=hidden))
    if live.cold_start_ratio is not None:
        found.append(judge_live_cold_starts(live.cold_start_ratio, seen, ended=ended))
    found += [_judge_init(limit, seen, INIT) for limit in policy.limits.init]
    found += [_judge_init(limit, seen, FIRST_RESPONSE) for limit in policy.limits.first_response]
    if policy.limits.memory_ratio is not None:
        used = _over_stretches([[judge_memory(policy.limits.memory_ratio, evidence)] for _, evidence in seen])
        found += [replace(finding, check="live.memory.max") for finding in used]
    return verdict_of_findings(tuple(found), policy)


def _durations(
    limit: RatioLimit, known: Sequence[Stretch], parts: Sequence[Stretch], grace_s: float
) -> list[list[Finding]]:
    """Return the findings of each stretch, judged with the one before it."""
    found = list[list[Finding]]()
    before = {part.number: comparable_rounds(part) for part in known}
    for part in parts:
        rounds = comparable_rounds(part)
        closed = Closed.PLANNED if part.complete else None
        earlier = before.get(part.number - 1, [])
        found.append(judge_live_durations(limit, earlier, rounds, part.number, closed, grace_s))
        before = {part.number: rounds}
    return found


def _with_beginning(finding: Finding, parts: Sequence[Stretch], ratio: float) -> Finding:
    """Return the finding with what faded in the first stretch, where a later one passed the typical call."""
    if finding.check != BODY or finding.outcome is not Outcome.PASSED or len(parts) == 1:
        return finding
    faded = fading_in_words(course_of(comparable_rounds(parts[0])), ratio)
    return replace(finding, reason=f"{finding.reason}; at first it was slower, and faded {faded}") if faded else finding


def has_live_limits(policy: Policy) -> bool:
    """Return whether a policy asks for live traffic to be judged."""
    live = policy.live
    return any(limit is not None for limit in (live.duration, live.error_ratio, live.cold_start_ratio))


def _evidence(part: Stretch) -> Evidence:
    return Evidence(samples=part.samples, burst=NO_BURST, closed=Closed.PLANNED if part.complete else None)


def _over_stretches(watched: Sequence[Sequence[Finding]]) -> Sequence[Finding]:
    """Return the findings of one stretch for all: of the first that failed, else the last that passed, else the last.

    Body and tail come from the same stretch: one that passes by halves in two stretches has passed in neither.
    """
    outcomes = [_worst(findings) for findings in watched]
    if Outcome.FAILED in outcomes:
        return watched[outcomes.index(Outcome.FAILED)]
    passed = [findings for findings, outcome in zip(watched, outcomes, strict=True) if outcome is Outcome.PASSED]
    if passed or watched:
        return (passed or watched)[-1]
    return [
        Finding(check="live", outcome=Outcome.INCONCLUSIVE, reason="no traffic", inconclusive_because=Because.NO_DATA)
    ]


def _worst(findings: Sequence[Finding]) -> Outcome:
    return min((finding.outcome for finding in findings), key=WORST_FIRST.index, default=Outcome.PASSED)


def _judge_init(limit: PercentileLimit, seen: Numbered, metric: ColdMetric) -> Finding:
    """Return the finding of a limit on live cold starts; few are good news, and judged by nobody."""
    inits = [
        (number, metric.read(sample))
        for number, evidence in seen
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.phase is Phase.MEASURED and is_cold(sample)
    ]
    values = [value for _, value in inits if value is not None]
    again = [
        sample
        for _, evidence in seen
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and is_run_again(sample, metric)
    ]
    count, slow = len(values) + len(again), slow_count(limit, values, again)
    last = max((number for number, _ in inits), default=1)
    chance = at_least(slow, count, allowed_share(limit.percentile)) if count else 1.0
    judged = count >= FEWEST_COLD_STARTS
    failed = judged and slow >= STRIKES and chance <= CHANCE / last**2
    text = f"{counted(slow, count, f'live {metric.noun}')} took longer than {ms(limit.limit_ms)}"
    return Finding(
        check=f"live.{metric.key}.{limit.name}",
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        reason=text + (in_words(values, again, metric) if judged else "; too few to judge"),
        details=f"chance of that at the limit {chance:.1g}" if judged else "",
        measured=quantile(values, limit.percentile) if values and not again else None,
        limit=limit.limit_ms,
        unit=Unit.MS,
        bad_count=slow,
        sample_count=count,
        proven="",
    )


def too_little(verdict: Verdict) -> bool:
    """Return whether a verdict is open for a lack of traffic alone: then calls of our own can decide."""
    if _worst(verdict.findings) is Outcome.FAILED:
        return False
    lacks = {Because.TOO_LITTLE_TRAFFIC, Because.NO_DATA, Because.TOO_FEW_ENVIRONMENTS, Because.CAP}
    return any(f.outcome is Outcome.INCONCLUSIVE and f.inconclusive_because in lacks for f in verdict.findings)
