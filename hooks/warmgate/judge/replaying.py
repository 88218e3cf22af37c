"""Judges a recorded run as the hook would have: round by round, and no further than the first look that decides.

A recording holds no clock, so a replay meets no deadline, and no memory size. Checks of a kind that a recording cannot
show at all are left out and named: a check without data would otherwise refuse a release for how it was recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warmgate.judge.verdict import judge
from warmgate.model.calls import HISTORY, Arm, Burst, Closed, Evidence, Phase, Sample
from warmgate.model.verdict import Outcome, Verdict
from warmgate.policy.values import Compare, Policy

PHASES = tuple(Phase)


@dataclass(frozen=True, slots=True)
class Replay:
    """The verdict of a recorded run."""

    verdict: Verdict
    calls: int
    """Samples consumed until the stop, both arms and every phase; baseline samples that no check reads are not."""
    left_out: tuple[str, ...] = ()
    """Checks that the recording cannot show, each with the reason."""
    seen: tuple[Sample, ...] = ()
    """The samples that were consumed, in the order in which the hook makes calls."""


def replay(samples: Sequence[Sample], policy: Policy) -> Replay:
    """Return how the hook would have judged a run, from all the samples that were recorded of it.

    Args:
        samples: of one run; inside a round their order is the order of dispatch, rounds are ordered here.
        policy: whose `budget.invocations` ends a run as it does in the hook: before the round that does not fit.
    """
    policy, left_out = _judgeable(samples, policy)
    tried = tuple(sample for sample in samples if sample.phase is Phase.TRIAL)
    samples = [sample for sample in samples if sample.phase is not Phase.TRIAL]
    if policy.compare == Compare():
        samples = [sample for sample in samples if sample.arm is Arm.CANDIDATE]
    rounds = _rounds(samples)
    burst = _burst(rounds)
    # A plan that has a baseline calls it from the first round on; a recording may hold it in later rounds alone.
    compared_from = next((i for i, r in enumerate(rounds) if any(s.arm is Arm.BASELINE for s in r)), 0)
    # The hook tries a probe on the baseline when it needs to know; what was known in the end is known here at once.
    seen = tried
    calls, closed = len(tried), Closed.PLANNED
    for number, round_ in enumerate(rounds):
        if calls + _calls(round_) > policy.budget.invocations:
            closed = _closed_by_budget(rounds[number:])
            break
        seen += tuple(round_)
        calls += _calls(round_)
        looked = judge(Evidence(samples=seen, burst=burst), policy)
        if looked.decided and (number >= compared_from or looked.outcome is Outcome.FAILED):
            all_decided = all(finding.decided for finding in looked.findings)
            closed = Closed.PLANNED if all_decided else Closed.STOPPED_EARLY
            break
    return Replay(judge(Evidence(samples=seen, burst=burst, closed=closed), policy), calls, left_out, seen)


def _calls(round_: Sequence[Sample]) -> int:
    """Return how many of some samples were calls of the run: what the log remembers was none."""
    return sum(sample.probe != HISTORY for sample in round_)


def _judgeable(samples: Sequence[Sample], policy: Policy) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy less the checks that a recording cannot show, and which these are."""
    limits, compare, left_out = policy.limits, policy.compare, []
    if limits.memory_ratio is not None and all(sample.memory_size_mb is None for sample in samples):
        limits = replace(limits, memory_ratio=None)
        left_out.append("limits.memory: samples do not hold the memory size")
    burst = [sample for sample in samples if sample.phase is Phase.PREWARM]
    if not burst and (limits.init or compare.init):
        limits, compare = replace(limits, init=()), replace(compare, init=None)
        left_out.append("init checks: no prewarm call was recorded")
    told = any(sample.duration_ms is not None for sample in burst)
    if not told and (limits.first_response or compare.first_response):
        limits, compare = replace(limits, first_response=()), replace(compare, first_response=None)
        lack = "the duration of no prewarm call" if burst else "no prewarm call"
        left_out.append(f"first-response checks: {lack} was recorded")
    return replace(policy, limits=limits, compare=compare), tuple(left_out)


def _rounds(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Return the rounds in the order in which the hook makes them."""
    rounds: dict[tuple[int, int], list[Sample]] = {}
    for sample in samples:
        rounds.setdefault((PHASES.index(sample.phase), sample.round), []).append(sample)
    return [rounds[place] for place in sorted(rounds)]


def _burst(rounds: list[list[Sample]]) -> Burst:
    """Return the burst that was: the candidate's prewarm calls, else its largest round."""
    sizes = {
        phase: [sum(s.arm is Arm.CANDIDATE for s in round_) for round_ in rounds if round_[0].phase is phase]
        for phase in PHASES
    }
    granted = sum(sizes[Phase.PREWARM]) or max(sizes[Phase.WARMUP] + sizes[Phase.MEASURED], default=0)
    return Burst(asked=granted, granted=granted)


def _closed_by_budget(left: list[list[Sample]]) -> Closed:
    """Return `Closed.BUDGET` where warm-up or compared rounds did not fit; further candidate rounds are no promise."""
    lost = any(
        round_[0].phase is not Phase.MEASURED or any(sample.arm is Arm.BASELINE for sample in round_) for round_ in left
    )
    return Closed.BUDGET if lost else Closed.PLANNED
