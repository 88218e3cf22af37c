"""Judges errors and unexpected answers. One failing call may be chance: the second one decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from warmgate.judge.binomial import upper_bound
from warmgate.judge.score import (
    SMALLEST_SHARE,
    afterwards,
    cap_for,
    line_for,
    proven,
    ruled_out_errors,
    stand,
    told,
    why_undecided,
)
from warmgate.judge.wording import margin_of, percent, word
from warmgate.model import UNSEEN, Arm, CallOutcome, Evidence, Finding, Outcome, Phase, Sample
from warmgate.policy.values import Probe

STRIKES = 2
ORDER = tuple(Phase)
OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.INCONCLUSIVE}
ANSWERED = {CallOutcome.OK, CallOutcome.UNEXPECTED_ANSWER}


def judge_errors(allowed: float, evidence: Evidence, cap: int) -> Finding:
    """Return the finding of the error rate over every call that reached the candidate; time-outs are errors.

    Args:
        allowed: the share of calls that may fail; none where it is 0.
        evidence: every phase counts.
        cap: how many calls of the candidate there can be.
    """
    calls = [s for s in evidence.samples if s.arm is Arm.CANDIDATE and s.outcome not in UNSEEN]
    if not calls or allowed <= 0:
        return _strikes("limits.errors.rate", calls, _failed, "failed", evidence)
    return _scored(min(1 - SMALLEST_SHARE, max(SMALLEST_SHARE, allowed)), calls, evidence, cap)


def judge_answers(probe: Probe, evidence: Evidence) -> Finding:
    """Return the finding of a probe's expectation, over answered calls: errors have a check of their own."""
    answered = [
        sample
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.probe == probe.name and sample.outcome in ANSWERED
    ]
    return _strikes(f"probes.{probe.name}.expect", answered, _unexpected, "were answered unexpectedly", evidence)


def _failed(sample: Sample) -> bool:
    # `is` rather than a set: an enum member is hashed in Python, and every call is asked.
    return sample.outcome is CallOutcome.ERROR or sample.outcome is CallOutcome.TIMEOUT


def _unexpected(sample: Sample) -> bool:
    return sample.outcome is CallOutcome.UNEXPECTED_ANSWER


def _strikes(check: str, calls: list[Sample], bad: Callable[[Sample], bool], verb: str, evidence: Evidence) -> Finding:
    found = [sample for sample in calls if bad(sample)]
    rate = len(found) / len(calls) if calls else None
    # The payload is fixed: where no other call of the same probe went well, nothing speaks for chance.
    alone = len(found) == 1 and not any(s.probe == found[0].probe and not bad(s) for s in calls)
    outcome, reason, because = _judged_strikes(calls, found, verb, alone=alone)
    return Finding(
        check=check,
        outcome=outcome,
        reason=reason,
        decided=outcome is not Outcome.INCONCLUSIVE or evidence.closed is not None,
        measured=rate,
        limit=0.0,
        unit="ratio",
        bad_count=len(found),
        sample_count=len(calls),
        proven=f"excluded: more than {percent(upper_bound(len(found), len(calls)))} (95 % sure)"
        if calls
        else "nothing",
        inconclusive_because=because,
        leans_to_fail=alone,
    )


def _judged_strikes(calls: list[Sample], found: list[Sample], verb: str, *, alone: bool) -> tuple[Outcome, str, str]:
    counted = f"{len(found)} of {len(calls)} calls {verb}"
    if not calls:
        return Outcome.INCONCLUSIVE, "no data: not one call reached the function and was answered", "no data"
    if len(found) >= STRIKES:
        return Outcome.FAILED, f"{counted} (limit 0 %): {_kinds(found)}", ""
    if not found:
        return Outcome.PASSED, f"{counted} (excludes more than {percent(upper_bound(0, len(calls)))}, 95 % sure)", ""
    others = "no other call of its probe went well" if alone else "others of its probe went well"
    return Outcome.INCONCLUSIVE, f"{counted} ({_kinds(found)}), {others}; {STRIKES} refuse", "cap"


def _scored(allowed: float, calls: list[Sample], evidence: Evidence, cap: int) -> Finding:
    rounds = _by_round(calls)
    failed = [[_failed(sample) for sample in round_] for round_ in rounds]
    line = line_for(allowed, ruled_out_errors(allowed), cap_for(cap))
    standing = stand(failed, line, [True] * len(failed))
    bad = [sample for round_ in rounds[: standing.looks] for sample in round_ if _failed(sample)]
    rate = standing.bad_count / standing.call_count
    undecided = standing.decision is None
    return Finding(
        check="limits.errors.rate",
        outcome=OUTCOMES[standing.decision],
        reason=f"{standing.bad_count} of {standing.call_count} calls failed (limit {percent(allowed)})"
        + (f": {_kinds(bad)}" if bad else "")
        + f"; {told(standing, line)}"
        + afterwards(standing, failed),
        decided=not undecided or standing.exhausted or evidence.closed is not None,
        measured=rate,
        limit=allowed,
        unit="ratio",
        margin=margin_of(rate, allowed),
        bad_count=standing.bad_count,
        sample_count=standing.call_count,
        proven=proven(standing, line, "errors"),
        inconclusive_because=why_undecided(standing, evidence.closed) if undecided else "",
        leans_to_fail=undecided and standing.leans(line),
    )


def _by_round(calls: list[Sample]) -> list[list[Sample]]:
    rounds: dict[tuple[int, int], list[Sample]] = {}
    for sample in calls:
        rounds.setdefault((ORDER.index(sample.phase), sample.round), []).append(sample)
    return [rounds[key] for key in sorted(rounds)]


def _kinds(samples: list[Sample]) -> str:
    counts = Counter(word(sample.error_type or sample.detail) or sample.outcome.value for sample in samples)
    return ", ".join(
        f"{count}x {kind}" for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    )
