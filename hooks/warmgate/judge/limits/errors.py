"""Judges errors and unexpected answers. Where none may fail, one failure is chance only if other calls show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate

from warmgate.judge.binomial import upper_bound
from warmgate.judge.derivation import Rule
from warmgate.judge.environments import environment_count, environments_known, spread_enough
from warmgate.judge.finding import OUTCOMES, why_open, without_data
from warmgate.judge.score import (
    SMALLEST_SHARE,
    STRIKES,
    afterwards,
    cap_for,
    in_words,
    proven,
    ruled_out_errors,
    stand,
    why_undecided,
)
from warmgate.judge.wording import counted, word
from warmgate.model.calls import UNSEEN, Arm, CallOutcome, Closed, Evidence, Phase, Sample, Start
from warmgate.model.figures import percent
from warmgate.model.verdict import Because, Finding, Outcome, Repeat, Unit
from warmgate.policy.values import Probe

RARE_SHARE = 0.05
"""One failure is chance where fewer calls of its probe fail: what an error rate of 1 % must exclude to pass, too."""
RARE_CALLS = 93
"""Calls of a probe, one of which failed, that exclude `RARE_SHARE` with 95 % confidence."""
ENDS = {Closed.BUDGET: "the budget was spent first", Closed.DEADLINE: "the deadline came first"}
ORDER = tuple(Phase)
COLD = {Start.COLD, Start.RESTORED}
ANSWERED = {CallOutcome.OK, CallOutcome.UNEXPECTED_ANSWER}


def judge_errors(allowed: float, evidence: Evidence, cap: int, verb: str = "failed") -> Finding:
    """Return the finding of the error rate over every call that reached the candidate; time-outs are errors.

    Args:
        allowed: the share of calls that may fail; none where it is 0.
        evidence: every phase counts, but a share is not counted over the calls of one probe that were repeated.
        cap: how many calls of the candidate there can be.
        verb: what is said of those that count.
    """
    calls = [s for s in evidence.samples if s.arm is Arm.CANDIDATE and s.outcome not in UNSEEN]
    if not calls or allowed <= 0:
        return _none_may("limits.errors.rate", calls, _failed, verb, evidence)
    share = min(1 - SMALLEST_SHARE, max(SMALLEST_SHARE, allowed))
    return _scored(share, calls, evidence, cap, verb)


def judge_answers(probe: Probe, evidence: Evidence) -> Finding:
    """Return the finding of a probe's expectation, over answered calls: errors have a check of their own."""
    answered = [
        sample
        for sample in evidence.samples
        if sample.arm is Arm.CANDIDATE and sample.probe == probe.name and sample.outcome in ANSWERED
    ]
    return _none_may(f"probes.{probe.name}.expect", answered, _unexpected, "returned an unexpected answer", evidence)


def _failed(sample: Sample) -> bool:
    # `is` rather than a set: an enum member is hashed in Python, and every call is asked.
    return sample.outcome is CallOutcome.ERROR or sample.outcome is CallOutcome.TIMEOUT


def _unexpected(sample: Sample) -> bool:
    return sample.outcome is CallOutcome.UNEXPECTED_ANSWER


def _none_may(check: str, calls: list[Sample], bad: Callable[[Sample], bool], verb: str, evidence: Evidence) -> Finding:
    """Return the finding where no call may be bad."""
    found = [sample for sample in calls if bad(sample)]
    if not calls:
        what = "no call reached the function and was answered"
        return replace(without_data(check, 0.0, Unit.RATIO, evidence.closed, what), bad_count=0)
    finding = Finding(check=check, outcome=Outcome.FAILED, reason="", limit=0.0, unit=Unit.RATIO, bad_count=len(found))
    bound = percent(upper_bound(len(found), len(calls)))
    proven = f"true rate at most {bound} (95 % confidence)"
    reason = f"{counted(len(found), len(calls), 'call')} {verb}"
    finding = replace(finding, reason=reason, measured=len(found) / len(calls), sample_count=len(calls), proven=proven)
    if not found:
        return replace(finding, outcome=Outcome.PASSED)
    finding = replace(finding, reason=f"{reason}; the limit allows none: {_kinds(found)}")
    return finding if len(found) >= STRIKES else _alone(finding, found[0], calls, evidence.closed)


def _alone(finding: Finding, failed: Sample, calls: Sequence[Sample], closed: Closed | None) -> Finding:
    """Return the finding of one failure: chance where other calls of its probe show it, else it counts in the end."""
    reason = f"{finding.reason}; {_others_in_words(failed, calls)}"
    missing = RARE_CALLS - _of_its_probe(failed, calls)
    if missing <= 0:
        # The rate that was measured is beyond the limit: what was judged stands in the reason.
        return replace(finding, outcome=Outcome.PASSED, reason=reason, measured=None, warns=True)
    if closed is not None and closed is not Closed.STOPPED_EARLY:
        # Where another check has refused, whether this failure was chance is not asked any more.
        return replace(finding, reason=f"{reason}; {ENDS.get(closed, 'no more calls were to come')}")
    return replace(
        finding,
        outcome=Outcome.INCONCLUSIVE,
        reason=reason,
        decided=closed is not None,
        inconclusive_because=Because.CAP if closed is None else Because.STOPPED_EARLY,
        leans_to_fail=True,
        repeat=Repeat(probe=failed.probe, calls=missing) if closed is None else None,
    )


def _of_its_probe(failed: Sample, calls: Sequence[Sample]) -> int:
    return sum(sample.probe == failed.probe for sample in calls)


def _others_in_words(failed: Sample, calls: Sequence[Sample]) -> str:
    """Return what the other calls of a probe say of its one failure."""
    count = _of_its_probe(failed, calls)
    text = f"the {count - 1} other calls of its probe succeeded"
    if count < RARE_CALLS:
        return f"{text}, {RARE_CALLS - 1} would show that it was chance"
    text = f"{text}: at most {percent(upper_bound(1, count))} of them fail (95 % confidence)"
    if failed.start not in COLD:
        return text
    cold = sum(sample.probe == failed.probe and sample.start in COLD for sample in calls)
    return f"{text}; it met a cold start, as {cold - 1} of the others did"


def _scored(allowed: float, calls: list[Sample], evidence: Evidence, cap: int, verb: str) -> Finding:
    # Calls of one probe that were repeated are no sample of the policy's mix.
    rounds = _by_round([sample for sample in calls if sample.phase is not Phase.REPEATED] or calls)
    failed = [[_failed(sample) for sample in round_] for round_ in rounds]
    found = [sample for sample in calls if _failed(sample)]
    rule = Rule(allowed, ruled_out_errors(allowed), cap_for(cap))
    standing = stand(failed, rule, _spread(rounds, allowed), struck=_struck(failed, len(found)))
    bad = [sample for round_ in rounds[: standing.looks] for sample in round_ if _failed(sample)]
    rate = standing.bad_count / standing.call_count
    undecided = standing.decision is None
    finding = Finding(
        check="limits.errors.rate",
        outcome=OUTCOMES[standing.decision],
        reason=f"{counted(standing.bad_count, standing.call_count, 'call')} {verb}"
        + (f" ({percent(rate)}; the limit allows {percent(allowed)}): {_kinds(bad)}" if bad else ""),
        details=_came_from(bad) + in_words(standing) + afterwards(standing, failed) + _repeated_in_words(calls, rounds),
        decided=not undecided or standing.exhausted or evidence.closed is not None,
        measured=rate,
        limit=allowed,
        unit=Unit.RATIO,
        bad_count=standing.bad_count,
        sample_count=standing.call_count,
        proven=proven(standing, rule, "errors"),
        inconclusive_because=why_undecided(standing, evidence.closed) if undecided else None,
        leans_to_fail=standing.leans,
    )
    return _leaning_alone(finding, found[0], calls, evidence.closed) if len(found) == 1 else finding


def _came_from(failed: list[Sample]) -> str:
    if not failed:
        return ""
    least = "" if environments_known(failed) else "at least "
    return f"failures in {least}{environment_count(failed)} environments; "


def _struck(failed: Sequence[Sequence[bool]], count: int) -> list[bool]:
    """Return after which rounds there are failures enough to refuse: one alone may be chance under a limit of 0 % too.

    Args:
        failed: the calls of each round.
        count: all failures, those of repeated calls included.
    """
    repeated = count - sum(map(sum, failed))
    return [so_far + repeated >= STRIKES for so_far in accumulate(map(sum, failed))]


def _spread(rounds: Sequence[Sequence[Sample]], allowed: float) -> list[bool]:
    """Return after which rounds failures came from environments enough to refuse."""
    calls: list[Sample] = []
    spread = []
    for round_ in rounds:
        calls += round_
        spread.append(spread_enough([sample for sample in calls if _failed(sample)], calls, allowed))
    return spread


def _leaning_alone(finding: Finding, failed: Sample, calls: Sequence[Sample], closed: Closed | None) -> Finding:
    """Return the finding of a score that one failure alone has moved: half-way to failed, unless it was chance."""
    if not finding.leans_to_fail:
        return finding
    missing = RARE_CALLS - _of_its_probe(failed, calls)
    waits = missing > 0 and closed is None
    return replace(
        finding,
        reason=f"{finding.reason}; {_others_in_words(failed, calls)}",
        decided=finding.decided and not waits,
        inconclusive_because=why_open(closed),
        leans_to_fail=missing > 0,
        repeat=Repeat(probe=failed.probe, calls=missing) if waits else None,
    )


def _repeated_in_words(calls: Sequence[Sample], rounds: Sequence[Sequence[Sample]]) -> str:
    """Return what the calls that a share is not counted over showed, where one of them failed; else nothing."""
    if sum(map(len, rounds)) == len(calls):
        return ""
    failed = [_failed(sample) for sample in calls if sample.phase is Phase.REPEATED]
    return f"; not counted: {sum(failed)} of {len(failed)} repeated calls" if any(failed) else ""


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
