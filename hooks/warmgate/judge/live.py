"""Judges live traffic, old against new, in stretches: while a shift goes on, and once more when it is over.

A stretch is a few rounds of calls that came one after the other; it is judged on its own, so that a change in the
middle of a shift is not diluted by what was before it. The n-th stretch may err 1/n^2 times as often as the first:
the whole watch errs less than twice as often as its first stretch, however long it lasts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from warmgate.judge.binomial import at_least, at_most, dealt, upper_bound
from warmgate.judge.cold_starts import FEWEST as FEWEST_COLD_STARTS
from warmgate.judge.live_duration import judge_live_duration
from warmgate.judge.memory import judge_memory
from warmgate.judge.quantile import quantile
from warmgate.judge.readings import readable
from warmgate.judge.score import SMALLEST_SHARE, allowed_share, ruled_out_errors
from warmgate.judge.verdict import WORST_FIRST, verdict_of_findings
from warmgate.judge.wording import margin_of, ms, percent, word
from warmgate.model import (
    Arm,
    Burst,
    CallOutcome,
    Evidence,
    Finding,
    MetricCounts,
    Outcome,
    Phase,
    Sample,
    Start,
    Verdict,
)
from warmgate.policy.values import PercentileLimit, Policy

ROUNDS = 10
"""Of a stretch, at most."""
NEW_PER_ROUND, OLD_PER_ROUND = 20, 100
"""Calls of a round that the comparison reads, evenly spaced: its lines hold for 200 calls of the candidate."""
CHANCE = 0.003
"""Of a FAIL by a share of calls that is exactly what is allowed, in the first stretch; all stretches: 0.5 %."""
SAME_CHANCE = 0.01
"""Of so many more failures than the baseline's where nothing changed: an outage that both share refuses nobody."""
PASS_ERROR = 0.05
STRIKES = 2
NO_BURST = Burst(asked=0, granted=0)
TOO_LITTLE = "too little traffic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the traffic of a shift; its samples are in rounds, counted from 1."""

    number: int
    """From 1."""
    samples: tuple[Sample, ...]
    complete: bool


def judge_live(
    stretches: Sequence[Stretch], policy: Policy, counts: Mapping[Arm, MetricCounts] | None = None
) -> Verdict:
    """Return the verdict of live traffic by the policy's `live` limits; never raises.

    The policy's limits on init and memory hold for live calls too. A check has failed where one stretch fails it, and
    passed where one stretch, or for shares all of them together, passes it.

    Args:
        stretches: one or more, of one shift.
        policy: whose limits are asked for.
        counts: the second source of the error rate; the larger share of errors counts.
    """
    seen = [(part, readable(_evidence(part))) for part in stretches]
    found: list[Finding] = []
    live = policy.live
    if live.duration is not None:
        watched = [judge_live_duration(live.duration, _thinned(evidence), part.number) for part, evidence in seen]
        found.append(_over_stretches(watched))
    if live.error_ratio is not None:
        found.append(_judge_errors(live.error_ratio, seen, counts or {}))
    if live.cold_start_ratio is not None:
        found.append(_judge_cold_starts(live.cold_start_ratio, seen))
    found += [_judge_init(limit, seen) for limit in policy.limits.init]
    if policy.limits.memory_ratio is not None:
        used = _over_stretches([judge_memory(policy.limits.memory_ratio, evidence) for _, evidence in seen])
        found.append(replace(used, check="live.memory.max"))
    return verdict_of_findings(tuple(found), policy)


def has_live_limits(policy: Policy) -> bool:
    """Return whether a policy asks for live traffic to be judged."""
    live = policy.live
    return any(limit is not None for limit in (live.duration, live.error_ratio, live.cold_start_ratio))


def _evidence(part: Stretch) -> Evidence:
    return Evidence(samples=part.samples, burst=NO_BURST, closed="planned" if part.complete else None)


def _over_stretches(findings: Sequence[Finding]) -> Finding:
    """Return the finding of all stretches: the first that failed, else the last that passed, else the last."""
    failed = next((finding for finding in findings if finding.outcome is Outcome.FAILED), None)
    passed = next((finding for finding in reversed(findings) if finding.outcome is Outcome.PASSED), None)
    if failed or passed or findings:
        return failed or passed or findings[-1]
    return Finding(check="live", outcome=Outcome.INCONCLUSIVE, reason="no traffic", inconclusive_because="no data")


def _thinned(evidence: Evidence) -> Evidence:
    """Return the evidence with no more warm calls a round than the comparison's lines hold for."""
    rounds: dict[tuple[int, Arm], list[Sample]] = {}
    for sample in evidence.samples:
        if sample.start not in {Start.COLD, Start.RESTORED}:
            rounds.setdefault((sample.round, sample.arm), []).append(sample)
    kept: list[Sample] = []
    for (_, arm), samples in rounds.items():
        most = NEW_PER_ROUND if arm is Arm.CANDIDATE else OLD_PER_ROUND
        count = min(most, len(samples))
        kept += [samples[place * len(samples) // count] for place in range(count)]
    return replace(evidence, samples=tuple(kept))


@dataclass(frozen=True, slots=True)
class _Share:
    """Bad calls among all of them."""

    bad: int = 0
    calls: int = 0

    def plus(self, other: _Share) -> _Share:
        """Return both together."""
        return _Share(self.bad + other.bad, self.calls + other.calls)


def _shares(evidence: Evidence, arm: Arm, bad: Callable[[Sample], bool]) -> list[_Share]:
    """Return the share of each round."""
    rounds: dict[int, _Share] = {}
    for sample in evidence.samples:
        if sample.arm is arm:
            one = _Share(int(bad(sample)), 1)
            rounds[sample.round] = rounds.get(sample.round, _Share()).plus(one)
    return [rounds[number] for number in sorted(rounds)]


def _failing_stretch(
    seen: Sequence[tuple[Stretch, Evidence]], allowed: float, bad: Callable[[Sample], bool], *, compared: bool
) -> tuple[_Share, float] | None:
    """Return the first look at which a share is beyond what is allowed, with its chance; None where there is none."""
    for part, evidence in seen:
        so_far, old = _Share(), _summed(_shares(evidence, Arm.BASELINE, bad)) if compared else _Share()
        for share in _shares(evidence, Arm.CANDIDATE, bad)[:ROUNDS]:
            so_far = so_far.plus(share)
            looks = ROUNDS * part.number**2
            chance = _chance(so_far, allowed)
            if so_far.bad < STRIKES or chance > CHANCE / looks:
                continue
            if not old.calls or dealt(so_far.bad, so_far.calls, old.bad, old.calls) <= SAME_CHANCE / looks:
                return so_far, chance
    return None


def _chance(share: _Share, allowed: float) -> float:
    return at_least(share.bad, share.calls, max(SMALLEST_SHARE, allowed))


def _summed(shares: Sequence[_Share]) -> _Share:
    total = _Share()
    for share in shares:
        total = total.plus(share)
    return total


def _judge_share(
    check: str, allowed: float, total: _Share, failing: tuple[_Share, float] | None, told: str, verb: str
) -> Finding:
    """Return the finding of a share of calls, from the look that failed it or from all calls together."""
    share, chance = failing or (total, 1.0)
    ruled_out = ruled_out_errors(allowed)
    outcome, because = Outcome.INCONCLUSIVE, _why_open(total, ruled_out)
    if failing is not None:
        outcome, because = Outcome.FAILED, ""
    elif total.calls and at_most(total.bad, total.calls, ruled_out) <= PASS_ERROR:
        outcome, because = Outcome.PASSED, ""
    ratio = share.bad / share.calls if share.calls else None
    reason = f"{share.bad} of {share.calls} live calls {verb} (limit {percent(allowed)}){told}"
    if failing is not None:
        reason += f"; chance of that at the limit {chance:.1g}"
    return Finding(
        check=check,
        outcome=outcome,
        reason=reason if total.calls else "no data: not one live call of the new version",
        measured=ratio,
        limit=allowed,
        unit="ratio",
        margin=margin_of(ratio, allowed) if ratio is not None else None,
        bad_count=share.bad,
        sample_count=share.calls,
        proven=f"excluded: more than {percent(upper_bound(total.bad, total.calls))} (95 % sure)"
        if total.calls
        else "nothing",
        inconclusive_because=because,
        leans_to_fail=bool(because) and total.bad >= STRIKES and _chance(total, allowed) <= PASS_ERROR,
    )


def _why_open(total: _Share, ruled_out: float) -> str:
    if not total.calls:
        return "no data"
    # Where not even calls without a fault would pass, there are too few of them.
    return TOO_LITTLE if at_most(0, total.calls, ruled_out) > PASS_ERROR else "cap"


def _failed(sample: Sample) -> bool:
    return sample.outcome is CallOutcome.ERROR or sample.outcome is CallOutcome.TIMEOUT


def _judge_errors(
    allowed: float, seen: Sequence[tuple[Stretch, Evidence]], counts: Mapping[Arm, MetricCounts]
) -> Finding:
    check = "live.errors.rate"
    new, old = (
        _summed([s for _, e in seen for s in _shares(e, arm, _failed)]) for arm in (Arm.CANDIDATE, Arm.BASELINE)
    )
    failing = _failing_stretch(seen, allowed, _failed, compared=True)
    metric = counts.get(Arm.CANDIDATE)
    if failing is None and metric is not None and metric.errors * new.calls > new.bad * metric.calls:
        return _errors_by_metrics(check, allowed, metric, counts.get(Arm.BASELINE))
    types = Counter(
        word(s.error_type or "error") for _, e in seen for s in e.samples if s.arm is Arm.CANDIDATE and _failed(s)
    )
    named = ": " + ", ".join(f"{count}x {name}" for name, count in types.most_common(3)) if types else ""
    told = f"{named}; {old.bad} of {old.calls} of the old version; by the log"
    return _judge_share(check, allowed, new, failing, told, "failed")


def _errors_by_metrics(check: str, allowed: float, new: MetricCounts, old: MetricCounts | None) -> Finding:
    """Return the finding of the counts: in text format the log does not tell every failure."""
    total = _Share(new.errors, max(new.calls, new.errors))
    before = _Share(old.errors, max(old.calls, old.errors)) if old else _Share()
    chance = _chance(total, allowed)
    same = dealt(total.bad, total.calls, before.bad, before.calls) if before.calls else 0.0
    beyond = total.bad >= STRIKES and chance <= CHANCE and same <= SAME_CHANCE
    told = f"; {before.bad} of {before.calls} of the old version; by CloudWatch's metrics"
    return _judge_share(check, allowed, total, (total, chance) if beyond else None, told, "failed")


def _is_cold(sample: Sample) -> bool:
    return sample.start is Start.COLD or sample.start is Start.RESTORED


def _judge_cold_starts(allowed: float, seen: Sequence[tuple[Stretch, Evidence]]) -> Finding:
    new, old = (
        _summed([s for _, e in seen for s in _shares(e, arm, _is_cold)]) for arm in (Arm.CANDIDATE, Arm.BASELINE)
    )
    failing = _failing_stretch(seen, allowed, _is_cold, compared=False)
    told = f"; {old.bad} of {old.calls} of the old version; by the log"
    return _judge_share("live.cold_starts.share", allowed, new, failing, told, "met a cold start")


def _judge_init(limit: PercentileLimit, seen: Sequence[tuple[Stretch, Evidence]]) -> Finding:
    """Return the finding of an init limit on live cold starts; few of them are good news, and judged by nobody."""
    inits = [
        (part.number, sample.init_ms if sample.init_ms is not None else sample.restore_ms)
        for part, evidence in seen
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.phase is Phase.MEASURED and _is_cold(sample)
    ]
    values = [value for _, value in inits if value is not None]
    slow = sum(value > limit.limit_ms for value in values)
    last = max((number for number, _ in inits), default=1)
    chance = at_least(slow, len(values), allowed_share(limit.percentile)) if values else 1.0
    judged = len(values) >= FEWEST_COLD_STARTS
    failed = judged and slow >= STRIKES and chance <= CHANCE / last**2
    told = f"{slow} of {len(values)} live cold starts slower than {ms(limit.limit_ms)}"
    return Finding(
        check=f"live.init.{limit.name}",
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        reason=f"{told} (slowest {ms(max(values))}, chance {chance:.1g})" if judged else f"{told}: too few to judge",
        measured=quantile(values, limit.percentile) if values else None,
        limit=limit.limit_ms,
        unit="ms",
        bad_count=slow,
        sample_count=len(values),
        proven="",
    )


def too_little(verdict: Verdict) -> bool:
    """Return whether a verdict is open for a lack of traffic alone: then calls of our own can decide."""
    if min((f.outcome for f in verdict.findings), key=WORST_FIRST.index, default=Outcome.PASSED) is Outcome.FAILED:
        return False
    lacks = {TOO_LITTLE, "no data", "too few environments", "cap"}
    return any(f.outcome is Outcome.INCONCLUSIVE and f.inconclusive_because in lacks for f in verdict.findings)
