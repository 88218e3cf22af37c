"""Judges the candidate's durations against the baseline's of the same rounds: the body, and the tail."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from warmgate.judge.compare.body import FAIL_Z, Round, Timing, evaluate_body
from warmgate.judge.compare.tail import (
    FEWEST_SHARE,
    QUANTILE,
    RULED_OUT,
    TailStanding,
    evaluate_tail,
)
from warmgate.judge.environments import FEWEST_ENVIRONMENTS, environment_count, environments_known
from warmgate.judge.finding import OUTCOMES, why_open, without_data
from warmgate.judge.limits.durations import measured_rounds
from warmgate.judge.wording import counted
from warmgate.model.calls import Arm, Evidence, Sample
from warmgate.model.figures import percent, times
from warmgate.model.verdict import Because, Finding, Unit
from warmgate.policy.values import Basis, Compare

BODY, P95, TAIL = "compare.duration.body", "compare.duration.p95", "compare.duration.tail"
ENOUGH_ENVIRONMENTS = 10
"""Of each arm; fewer may all be slow ones, so that they refuse nothing alone."""

Rounds = list[list[Sample]]


def duration_checks(compare: Compare) -> tuple[str, ...]:
    """Return the names of the checks that compare durations: `basis: p95` lets no median refuse."""
    if compare.duration is None:
        return ()
    return (P95 if compare.basis is Basis.P95 else BODY, TAIL)


def judge_durations(compare: Compare, evidence: Evidence) -> list[Finding]:
    """Return the findings of the relative duration limit, in the order of their names."""
    if compare.duration is None:
        return []
    ratio, names = compare.duration.ratio, duration_checks(compare)
    old, new = measured_rounds(evidence, Arm.BASELINE), measured_rounds(evidence, Arm.CANDIDATE)
    if not old or not new:
        what = "not one measured call of each version"
        limits = {name: (FEWEST_SHARE, Unit.RATIO) if name == TAIL else (ratio, Unit.TIMES) for name in names}
        return [without_data(name, *limits[name], evidence.closed, what) for name in names]
    found = [_judge_body(names[0], old, new, ratio, evidence), _judge_tail(old, new, ratio, evidence)]
    return [_among_environments(finding, old, new, open_=evidence.closed is None) for finding in found]


def _judge_body(check: str, old: Rounds, new: Rounds, ratio: float, evidence: Evidence) -> Finding:
    """Return the finding of the whole range; what it measured is the ratio that its decision rests on."""
    body = evaluate_body(_shared_rounds(old, new), ratio, by_p95=check == P95)
    by_p95 = check == P95 or (body.decision is False and body.median_ratio <= ratio)
    return Finding(
        check=check,
        outcome=OUTCOMES[body.decision],
        reason=f"the median call took {times(body.median_ratio)} the baseline's, the p95 {times(body.p95_ratio)};"
        f" the limit is {ratio:g}x",
        details=f"slower than old calls in {percent(body.slower_share)} of comparisons,"
        f" z={body.z:.1f} (fails at {FAIL_Z})",
        decided=body.decision is not None or evidence.closed is not None,
        measured=body.p95_ratio if by_p95 else body.median_ratio,
        limit=ratio,
        unit=Unit.TIMES,
        sample_count=body.call_count,
        proven=f"not {ratio:g}x slower as a whole (95 % confidence)" if body.decision else "",
        inconclusive_because=why_open(evidence.closed) if body.decision is None else None,
        leans_to_fail=body.leans,
    )


def _judge_tail(old: Rounds, new: Rounds, ratio: float, evidence: Evidence) -> Finding:
    """Return the finding of the slowest calls; it measures the share of calls that are beyond what old ones took."""
    tail = evaluate_tail(old, new, ratio)
    beyond = f"{ratio:g}x the baseline's p{QUANTILE * 100:g}"
    return Finding(
        check=TAIL,
        outcome=OUTCOMES[tail.decision],
        reason=f"{counted(tail.slow_count, tail.call_count, 'call')} took longer than {beyond}"
        f" ({tail.old_slow_count} of the baseline's own {tail.old_count})",
        details=_tail_in_words(tail),
        decided=tail.decision is not None or evidence.closed is not None,
        measured=tail.slow_count / tail.call_count if tail.call_count else None,
        limit=FEWEST_SHARE,
        unit=Unit.RATIO,
        bad_count=tail.slow_count,
        sample_count=tail.call_count,
        proven=f"fewer than {percent(RULED_OUT)} beyond {beyond} (95 % confidence)" if tail.decision else "",
        inconclusive_because=why_open(evidence.closed) if tail.decision is None else None,
        leans_to_fail=tail.leans,
    )


def _tail_in_words(tail: TailStanding) -> str:
    """Return how likely so many slow calls are where nothing changed, and how many pass."""
    passes = f"; {tail.passes_to} or fewer pass" if tail.passes_to >= 0 else ""
    return f"chance where nothing changed {percent(tail.chance)} (fails up to {percent(tail.fails_to)}){passes}"


def _among_environments(finding: Finding, old: Rounds, new: Rounds, *, open_: bool) -> Finding:
    """Return the finding with its environments; too few of them refuse nothing, whatever they show."""
    count = min(environment_count(s for r in arm for s in r) for arm in (old, new))
    known = all(environments_known(r) for arm in (old, new) for r in arm)
    named = f"{count} environments by log stream" if known else f"at least {count} environments, unnamed"
    finding = replace(finding, details=f"{finding.details}; {named}", environment_count=count)
    if finding.outcome is OUTCOMES[True]:
        return finding
    leans = count >= FEWEST_ENVIRONMENTS and (finding.leans_to_fail or finding.outcome is OUTCOMES[False])
    if count >= ENOUGH_ENVIRONMENTS:
        return finding if finding.outcome is OUTCOMES[False] else replace(finding, leans_to_fail=leans)
    return replace(
        finding,
        outcome=OUTCOMES[None],
        decided=not open_,
        reason=f"{finding.reason}; calls from {count} environments, {ENOUGH_ENVIRONMENTS} are needed to refuse",
        inconclusive_because=Because.TOO_FEW_ENVIRONMENTS,
        leans_to_fail=leans,
    )


def _shared_rounds(old: Rounds, new: Rounds) -> list[Round]:
    """Return the rounds that hold calls of both arms."""
    by_number = {round_[0].round: round_ for round_ in new}
    return [
        Round([_timing(s) for s in round_], [_timing(s) for s in by_number[round_[0].round]])
        for round_ in old
        if round_[0].round in by_number
    ]


def _timing(sample: Sample) -> Timing:
    return Timing(sample.probe, sample.environment, inf if sample.duration_ms is None else sample.duration_ms)
