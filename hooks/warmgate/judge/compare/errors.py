"""Judges the candidate's failed calls against the baseline's of the same rounds: surely more than the margin allows?

The margin is added, for a multiple of no failure is none. Failures of both versions are dealt as from one pack: the
chance that so many are the candidate's is exact whatever the rate is that they share, and the looks share the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import comb

from warmgate.judge.binomial import at_least, at_most
from warmgate.judge.derivation import FAIL_ERROR, FAIL_SPENT, FIRST_PASS, PASS_ERROR
from warmgate.judge.environments import spread_enough
from warmgate.judge.finding import OUTCOMES, why_open, without_data
from warmgate.judge.score import STRIKES
from warmgate.judge.wording import counted
from warmgate.model.calls import HISTORY, UNSEEN, Arm, CallOutcome, Evidence, Phase, Sample
from warmgate.model.figures import percent
from warmgate.model.verdict import Finding, Unit

CHECK = "compare.errors.rate"
RULED_OUT = 0.10
"""Beyond the margin: so much more is what a PASS rules out."""
LEAST_BROKEN = 0.01
"""Of environments that fail every call, as under an error rate of 1 %."""
LEANING = FAIL_ERROR - FAIL_SPENT
"""The chance up to which it refuses where no calls follow."""
PAIRED = (Phase.PREWARM, Phase.WARMUP, Phase.MEASURED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Failed calls and all calls of both versions, in one round or in all so far."""

    new_failed: int
    new: int
    old_failed: int
    old: int

    def plus(self, other: Counts) -> Counts:
        """Return the counts of both."""
        return Counts(
            self.new_failed + other.new_failed,
            self.new + other.new,
            self.old_failed + other.old_failed,
            self.old + other.old,
        )


@dataclass(frozen=True, slots=True)
class ErrorStanding:
    """Where the comparison stands; `decision` is True for no worse, False for worse, None while open."""

    decision: bool | None
    counts: Counts
    chance: float
    """Of so many failures of the candidate where its rate is the baseline's and the margin."""
    fails_to: float
    """The chance up to which it fails at this look."""
    leans: bool = False
    """Whether it refuses where no calls follow."""


def evaluate_errors(
    rounds: Sequence[Counts], margin: float, full: int, enough: Sequence[bool] = ()
) -> ErrorStanding | None:
    """Return where the comparison stands, looked at after each round; None without a round.

    At the margin at most 0.5 % of releases fail at any look, and 1 % are refused, those among them that lean at the
    last one. What has passed is watched while other checks go on.

    Args:
        rounds: the calls of each round, in order.
        margin: how much more of the calls may fail.
        full: how many calls the candidate has when every round was made.
        enough: after each round, whether the failures came from environments enough; always where it is empty.
    """
    standing, passed, total, before = None, None, Counts(0, 0, 0, 0), 0.0
    for place, round_ in enumerate(rounds):
        total = total.plus(round_)
        part = max(0.0, min(1.0, total.new / full) - before)
        before += part
        spread = total.new_failed >= STRIKES and (not enough or enough[place])
        chance = chance_of(total, margin, FAIL_SPENT * part)
        failed = spread and chance <= FAIL_SPENT * part
        may_pass = place + 1 >= FIRST_PASS
        clear = may_pass and at_most(total.new_failed, total.new, min(0.99, margin + RULED_OUT)) <= PASS_ERROR * part
        leans = not failed and spread and chance_of(total, margin, LEANING) <= LEANING
        decision = False if failed else True if clear else None
        standing = ErrorStanding(decision, total, chance, FAIL_SPENT * part, leans and not clear)
        if failed:
            return standing
        passed = passed or (standing if clear else None)
    return passed or standing


def chance_of(counts: Counts, margin: float, error: float) -> float:
    """Return the chance of so many failures at the margin, or more: right wherever it is at most `error`.

    What the margin adds is taken to be as much as it is in all but half of the error's cases; what is left must be a
    surprise among the failures of both. Both chances add up.
    """
    if margin <= 0:
        return _dealt(counts.new_failed, counts.new, counts.old_failed, counts.old)
    added = _most_added(counts.new, margin, error / 2)
    return error / 2 + _dealt(max(0, counts.new_failed - added), counts.new, counts.old_failed, counts.old)


@lru_cache(maxsize=1024)
def _most_added(calls: int, margin: float, error: float) -> int:
    """Return the number that failures of a share exceed with a chance of at most an error."""
    return next(count for count in range(calls + 1) if count == calls or at_least(count + 1, calls, margin) <= error)


@lru_cache(maxsize=4096)
def _dealt(new_failed: int, new: int, old_failed: int, old: int) -> float:
    """Return the chance that so many failures or more are the candidate's, were all calls dealt from one pack."""
    failed = new_failed + old_failed
    hits = sum(comb(new, count) * comb(old, failed - count) for count in range(new_failed, min(new, failed) + 1))
    return hits / comb(new + old, failed)


def judge_error_comparison(margin: float, evidence: Evidence, full: int) -> Finding:
    """Return the finding of the relative error limit, over every round that both versions were called in."""
    rounds = _rounds(evidence)
    standing = evaluate_errors([_counts(each) for each in rounds], margin, full, _enough(rounds, margin))
    if standing is None:
        what = "not one round with answered calls of each version"
        return without_data(CHECK, margin, Unit.RATIO, evidence.closed, what)
    counts, closed = standing.counts, evidence.closed is not None or standing.counts.new >= full
    rates = counts.new_failed / counts.new, counts.old_failed / counts.old
    decision = standing.decision
    if decision is None and closed and not standing.leans and rates[0] <= rates[1] + margin:
        decision = True
    finding = Finding(
        check=CHECK,
        outcome=OUTCOMES[decision],
        reason=f"{counted(counts.new_failed, counts.new, 'call')} failed ({percent(rates[0])}),"
        f" {counts.old_failed} of the baseline's own {counts.old} ({percent(rates[1])});"
        f" the limit is +{percent(margin)}",
        details=f"chance at the limit {percent(standing.chance)} (fails up to {percent(standing.fails_to)})",
        decided=decision is not None or closed,
        measured=rates[0],
        limit=rates[1] + margin,
        unit=Unit.RATIO,
        bad_count=counts.new_failed,
        sample_count=counts.new,
        proven=f"fewer than {percent(margin + RULED_OUT)} fail (95 % confidence)" if standing.decision else "",
    )
    if decision is not None:
        return finding
    return replace(finding, inconclusive_because=why_open(evidence.closed), leans_to_fail=standing.leans)


def _rounds(evidence: Evidence) -> list[list[Sample]]:
    """Return the answered calls of the rounds that hold some of both versions."""
    rounds: dict[tuple[int, int], list[Sample]] = {}
    for sample in evidence.samples:
        if sample.phase in PAIRED and sample.outcome not in UNSEEN and sample.probe != HISTORY:
            rounds.setdefault((PAIRED.index(sample.phase), sample.round), []).append(sample)
    return [rounds[key] for key in sorted(rounds) if {sample.arm for sample in rounds[key]} == set(Arm)]


def _counts(round_: Sequence[Sample]) -> Counts:
    new, old = (list(_of(round_, arm)) for arm in (Arm.CANDIDATE, Arm.BASELINE))
    return Counts(sum(map(_failed, new)), len(new), sum(map(_failed, old)), len(old))


def _of(samples: Iterable[Sample], arm: Arm) -> Iterable[Sample]:
    return (sample for sample in samples if sample.arm is arm)


def _failed(sample: Sample) -> bool:
    return sample.outcome is CallOutcome.ERROR or sample.outcome is CallOutcome.TIMEOUT


def _enough(rounds: Sequence[Sequence[Sample]], margin: float) -> list[bool]:
    """Return after which rounds failures came from more environments than the baseline's rate and the margin break."""
    new: list[Sample] = []
    old: list[Sample] = []
    found = []
    for round_ in rounds:
        new += _of(round_, Arm.CANDIDATE)
        old += _of(round_, Arm.BASELINE)
        share = min(0.99, margin + max(LEAST_BROKEN, sum(map(_failed, old)) / len(old)))
        found.append(spread_enough([sample for sample in new if _failed(sample)], new, share))
    return found
