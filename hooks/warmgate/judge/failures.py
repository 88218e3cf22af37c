"""Judges errors and unexpected answers. One failing call may be chance: the second one decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from warmgate.judge.binomial import upper_bound
from warmgate.judge.score import cap_within, line_for, ruled_out_errors, stand
from warmgate.judge.wording import percent
from warmgate.model import Arm, CallOutcome, Evidence, Finding, Outcome, Sample
from warmgate.policy.values import Probe

STRIKES = 2


def judge_errors(allowed: float, evidence: Evidence, cap: int) -> Finding:
    """Return the finding of the error rate over every call that reached the candidate; time-outs are errors."""
    calls = _reached(evidence, lambda _sample: True)
    if not calls or allowed <= 0:
        return _strikes("limits.errors.rate", calls, _failed, "failed", evidence)
    return _scored(allowed, calls, evidence, cap)


def judge_answers(probe: Probe, evidence: Evidence) -> Finding:
    """Return the finding of a probe's expectation."""
    calls = _reached(evidence, lambda sample: sample.probe == probe.name)
    unexpected = "were answered unexpectedly"
    return _strikes(f"probes.{probe.name}.expect", calls, _unexpected, unexpected, evidence)


def _reached(evidence: Evidence, wanted: Callable[[Sample], bool]) -> list[Sample]:
    return [
        sample
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.outcome is not CallOutcome.THROTTLED and wanted(sample)
    ]


def _failed(sample: Sample) -> bool:
    return sample.outcome in {CallOutcome.ERROR, CallOutcome.TIMEOUT}


def _unexpected(sample: Sample) -> bool:
    return sample.outcome is CallOutcome.UNEXPECTED_ANSWER


def _strikes(check: str, calls: list[Sample], bad: Callable[[Sample], bool], verb: str, evidence: Evidence) -> Finding:
    found = [sample for sample in calls if bad(sample)]
    rate = len(found) / len(calls) if calls else None
    if not calls:
        outcome, reason, because = Outcome.INCONCLUSIVE, "no data: not one call reached the function", "no data"
    elif len(found) >= STRIKES:
        outcome, because = Outcome.FAILED, ""
        reason = f"{len(found)} of {len(calls)} calls {verb} (limit 0 %): {_kinds(found)}"
    elif found:
        outcome, because = Outcome.INCONCLUSIVE, "cap"
        reason = f"1 of {len(calls)} calls {verb} once ({_kinds(found)}), the others did not; {STRIKES} refuse"
    else:
        outcome, because = Outcome.PASSED, ""
        reason = f"0 of {len(calls)} calls {verb} (excludes more than {percent(upper_bound(0, len(calls)))})"
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
        inconclusive_because=because,
        proven=f"excluded: more than {percent(upper_bound(len(found), len(calls)))}" if calls else "",
    )


def _scored(allowed: float, calls: list[Sample], evidence: Evidence, cap: int) -> Finding:
    rounds: dict[tuple[str, int], list[bool]] = {}
    for sample in calls:
        rounds.setdefault((sample.phase, sample.round), []).append(_failed(sample))
    line = line_for(allowed, ruled_out_errors(allowed), cap_within(cap))
    standing = stand(list(rounds.values()), line, [True] * len(rounds))
    bad = [sample for sample in calls if _failed(sample)]
    outcomes = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.INCONCLUSIVE}
    outcome = outcomes[standing.decision]
    closed = "cap" if evidence.closed in {None, "planned"} else evidence.closed
    kinds = f": {_kinds(bad)}" if bad else ""
    return Finding(
        check="limits.errors.rate",
        outcome=outcome,
        reason=f"{standing.bad_count} of {standing.call_count} calls failed (limit {percent(allowed)}){kinds};"
        f" score {standing.score:+.0f}, fails at {line.fail_at:+d}, passes at {line.pass_at:+d}",
        decided=standing.decision is not None or evidence.closed is not None,
        measured=standing.bad_count / standing.call_count,
        limit=allowed,
        unit="ratio",
        margin=1 - standing.bad_count / standing.call_count / allowed,
        bad_count=standing.bad_count,
        sample_count=standing.call_count,
        proven=f"excluded: more than {percent(upper_bound(standing.bad_count, standing.call_count))}",
        inconclusive_because=closed if outcome is Outcome.INCONCLUSIVE and closed else "",
        leans_to_fail=outcome is Outcome.INCONCLUSIVE and standing.leans(line),
    )


def _kinds(samples: list[Sample]) -> str:
    counts = Counter(sample.error_type or sample.detail or sample.outcome.value for sample in samples)
    return ", ".join(f"{count}x {kind}" for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3])
