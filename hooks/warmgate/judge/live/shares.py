"""Judges shares of live calls: those that fail, and those that meet a cold start.

A look at a share may err with a chance of its own, so small that all looks of all stretches together err in half a per
cent of shifts; that holds for any number of calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from warmgate.judge.binomial import at_most, permutation_p_value, upper_bound
from warmgate.judge.live.failures import Numbered, Share, chance_of, failing_rounds, is_failed, is_shared
from warmgate.judge.score import STRIKES, ruled_out_errors
from warmgate.judge.wording import counted, word
from warmgate.model.calls import Arm, Evidence, Sample, Start
from warmgate.model.figures import percent
from warmgate.model.traffic import MetricCounts
from warmgate.model.verdict import Because, Finding, Outcome, Unit

ROUNDS = 10
"""Of a stretch, at most; each is a look."""
CHANCE = 0.003
"""Of a FAIL by a share of calls that is exactly what is allowed, in the first stretch; all stretches: 0.5 %."""
SAME_CHANCE = 0.01
"""Of so many more failures than the baseline's where nothing changed: an outage that both share refuses nobody."""
PASS_ERROR = 0.05
RARE_LIVE_CALLS = 283
"""Live calls, one of them bad, that rule out what a PASS under a limit of 0 % does (1.67 %, 95 % confidence)."""
ERRORS, COLD_STARTS = "live.errors.rate", "live.cold_starts.share"
BY_METRICS = "by CloudWatch's metrics"


def _shares(evidence: Evidence, arm: Arm, bad: Callable[[Sample], bool]) -> list[Share]:
    """Return the share of each round."""
    calls, hits = Counter[int](), Counter[int]()
    for sample in evidence.samples:
        if sample.arm is arm:
            calls[sample.round] += 1
            hits[sample.round] += bad(sample)
    return [Share(hits[number], calls[number]) for number in sorted(calls)]


def _failing_stretch(seen: Numbered, allowed: float, bad: Callable[[Sample], bool]) -> tuple[Share, float] | None:
    """Return the first look at which a share is beyond what is allowed, with its chance; None where there is none."""
    for number, evidence in seen:
        so_far = Share()
        for share in _shares(evidence, Arm.CANDIDATE, bad)[:ROUNDS]:
            so_far = so_far.plus(share)
            chance = chance_of(so_far, allowed)
            if so_far.bad >= STRIKES and chance <= CHANCE / (ROUNDS * number**2):
                return so_far, chance
    return None


def _summed(shares: Sequence[Share]) -> Share:
    total = Share()
    for share in shares:
        total = total.plus(share)
    return total


def judge_share(
    check: str,
    allowed: float,
    total: Share,
    failing: tuple[Share, float] | None,
    text: str,
    verb: str,
    *,
    kinds: str = "",
    shared: bool = False,
    alike: bool = False,
    ended: bool = False,
) -> Finding:
    """Return the finding of a share of calls, from the look that failed it or from all calls together.

    Args:
        check: its policy path.
        allowed: the limit.
        total: all calls of the new version.
        failing: the look at which the share was beyond the limit, and the chance of that.
        text: what else is to be said: the old version's share, and where the counts come from.
        verb: what bad calls did.
        kinds: what bad calls were.
        shared: whether the old version has bad calls too.
        alike: whether it has as many, or one environment has nearly all of the new version's.
        ended: whether no more calls are to come.
    """
    share, chance = failing or (total, 1.0)
    reason = f"{counted(share.bad, share.calls, 'live call')} {verb}"
    if share.bad:
        allows = percent(allowed) if allowed else "none"
        reason += f" ({percent(share.bad / share.calls)}; the limit allows {allows}){kinds and f': {kinds}'}"
    finding = replace(_open_share(check, allowed, share, total, reason), details=text)
    if allowed <= 0 and total.bad:
        return _none_may(finding, total, failing, shared=shared, alike=alike, ended=ended)
    if failing is not None:
        said = f"{text}; chance of that at the limit {chance:.1g}"
        return replace(finding, outcome=Outcome.FAILED, details=said)
    return _not_failing(finding, allowed, total, leans=not alike)


def _open_share(check: str, allowed: float, share: Share, total: Share, reason: str) -> Finding:
    """Return the finding of a share with its figures and without an outcome."""
    ratio = share.bad / share.calls if share.calls else None
    bound = percent(upper_bound(total.bad, total.calls))
    return Finding(
        check=check,
        outcome=Outcome.INCONCLUSIVE,
        reason=reason if total.calls else "no data: not one live call of the new version",
        measured=ratio,
        limit=allowed,
        unit=Unit.RATIO,
        bad_count=share.bad,
        sample_count=share.calls,
        proven=f"true rate at most {bound} (95 % confidence)" if total.calls else "",
    )


def _not_failing(finding: Finding, allowed: float, total: Share, *, leans: bool) -> Finding:
    """Return the finding of a share that no look has failed; it leans to a failure only where it is the release's."""
    ruled_out = ruled_out_live(allowed)
    if total.calls and at_most(total.bad, total.calls, ruled_out) <= PASS_ERROR:
        return replace(finding, outcome=Outcome.PASSED)
    return replace(
        finding,
        inconclusive_because=_why_open(total, ruled_out),
        leans_to_fail=leans and total.bad >= STRIKES and chance_of(total, allowed) <= PASS_ERROR,
    )


def _none_may(
    finding: Finding, total: Share, failing: tuple[Share, float] | None, *, shared: bool, alike: bool, ended: bool
) -> Finding:
    """Return the finding where no call may be bad and some are: one is chance only where so few can be shown."""
    if failing is not None or (total.bad >= STRIKES and not shared):
        return replace(finding, outcome=Outcome.FAILED)
    found = _not_failing(finding, 0.0, total, leans=not alike)
    if found.outcome is Outcome.PASSED:
        # The rate that was measured is beyond the limit: what was judged stands in the reason.
        bound = percent(upper_bound(total.bad, total.calls))
        said = f"{found.reason}; at most {bound} do (95 % confidence)"
        return replace(found, reason=said, measured=None, warns=True)
    if not ended or shared:
        return found
    said = f"{found.reason}; {RARE_LIVE_CALLS} calls would show that it was chance"
    return replace(found, outcome=Outcome.FAILED, reason=said, inconclusive_because=None, leans_to_fail=False)


def ruled_out_live(allowed: float) -> float:
    """Return the share that a PASS of live traffic rules out: that of probes, but at the most twice a large limit."""
    return min(ruled_out_errors(allowed), max(2 * allowed, 0.05))


def _why_open(total: Share, ruled_out: float) -> Because:
    if not total.calls:
        return Because.NO_DATA
    # Where not even calls without a fault would pass, there are too few of them.
    return Because.TOO_LITTLE_TRAFFIC if at_most(0, total.calls, ruled_out) > PASS_ERROR else Because.CAP


def judge_live_errors(
    allowed: float,
    seen: Numbered,
    counts: Mapping[Arm, MetricCounts],
    before: Numbered = (),
    *,
    ended: bool = False,
    hidden: str = "",
) -> Finding:
    """Return the finding of the error rate; where CloudWatch counted a larger share of errors, that share is judged.

    Args:
        allowed: the limit.
        seen: the stretches.
        counts: CloudWatch's.
        before: the stretch before, if any.
        ended: whether no more calls are to come.
        hidden: why the log does not show every failure; a share of none is nothing then unless CloudWatch counted too.
    """
    new, old = (
        _summed([s for _, e in seen for s in _shares(e, arm, is_failed)]) for arm in (Arm.CANDIDATE, Arm.BASELINE)
    )
    failing = failing_rounds(before, seen, allowed)
    metric = counts.get(Arm.CANDIDATE)
    if failing is None and metric is not None and _says_more(metric, new):
        return errors_by_metrics(allowed, metric, counts.get(Arm.BASELINE))
    types = Counter(
        word(s.error_type or "error") for _, e in seen for s in e.samples if s.arm is Arm.CANDIDATE and is_failed(s)
    )
    named = ", ".join(name for name, _ in types.most_common(3))
    text = f"{old.bad} of {old.calls} of the old version; by the log{f' ({hidden})' if hidden else ''}"
    found = judge_share(
        ERRORS,
        allowed,
        new,
        failing,
        text,
        "failed",
        kinds=named,
        shared=old.bad > 0,
        alike=new.bad >= STRIKES and is_shared(seen, allowed),
        ended=ended,
    )
    if not (hidden and ended and metric is None and found.outcome is Outcome.PASSED):
        return found
    reason = f"{found.reason} by the log, but {hidden}"
    return replace(found, outcome=Outcome.INCONCLUSIVE, reason=reason, proven="", inconclusive_because=Because.NO_DATA)


def _says_more(metric: MetricCounts, seen: Share) -> bool:
    """Return whether CloudWatch counted a larger share of errors than the log shows, or calls where it shows none."""
    return metric.calls > 0 if not seen.calls else metric.errors * seen.calls > seen.bad * metric.calls


def errors_by_metrics(allowed: float, new: MetricCounts, old: MetricCounts | None) -> Finding:
    """Return the finding of the counts: in text format the log does not tell every failure."""
    total = Share(new.errors, max(new.calls, new.errors))
    before = Share(old.errors, max(old.calls, old.errors)) if old else Share()
    chance = chance_of(total, allowed)
    same = permutation_p_value(total.bad, total.calls, before.bad, before.calls) if before.calls else 0.0
    beyond = total.bad >= STRIKES and chance <= CHANCE and same <= SAME_CHANCE
    text = f"{before.bad} of {before.calls} of the old version; {BY_METRICS}"
    failing = (total, chance) if beyond else None
    alike = same > PASS_ERROR
    return judge_share(ERRORS, allowed, total, failing, text, "failed", shared=before.bad > 0, alike=alike, ended=True)


def is_cold(sample: Sample) -> bool:
    """Return whether a call waited for its environment."""
    return sample.start is Start.COLD or sample.start is Start.RESTORED


def judge_live_cold_starts(allowed: float, seen: Numbered, *, ended: bool = False) -> Finding:
    """Return the finding of the share of cold starts."""
    new, old = (
        _summed([s for _, e in seen for s in _shares(e, arm, is_cold)]) for arm in (Arm.CANDIDATE, Arm.BASELINE)
    )
    failing = _failing_stretch(seen, allowed, is_cold)
    text = f"{old.bad} of {old.calls} of the old version; by the log"
    return judge_share(COLD_STARTS, allowed, new, failing, text, "met a cold start", ended=ended)
