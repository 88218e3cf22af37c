"""How far an assessment has come, as one value between rounds, and whether another round follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warmgate.model.calls import Closed, Evidence, Phase, Sample
from warmgate.model.deadline import Deadline
from warmgate.model.verdict import Outcome, Spending, Verdict
from warmgate.planning import ProbePlan, Round, repeat_probe, try_probes
from warmgate.policy.values import Policy
from warmgate.ports.time import Clock
from warmgate.probing.assessment import NOTHING_SPENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that an assessment knows after a round; enough to go on with elsewhere."""

    plan: ProbePlan
    baseline: str = ""
    """The version that a probe can be tried on, empty where there is none."""
    next_round: int = 0
    samples: tuple[Sample, ...] = ()
    spending: Spending = NOTHING_SPENT
    longest_round_ms: float = 0.0
    dearest_usd: float = 0.0
    """What the dearest call of which that is known cost."""
    closed: Closed | None = None
    fault: str = ""
    """Why nothing can be found out, where calls could not be made or trusted."""
    named_count: int = 0
    """How often the log was asked for the names of environments."""
    notes: tuple[str, ...] = ()


def continued(progress: Progress, policy: Policy, clock: Clock, deadline: Deadline) -> Progress:
    """Return the progress with its next round in the plan, closed where there is to be none."""
    verdict = judged(progress, policy) if progress.samples else None
    if verdict is not None and verdict.outcome is Outcome.FAILED:
        progress = _trying(progress, policy)
    upcoming = next(iter(progress.plan.rounds[progress.next_round :]), None)
    if verdict is not None and verdict.decided and not _goes_on(verdict, upcoming):
        all_decided = all(finding.decided for finding in verdict.findings)
        return replace(progress, closed=Closed.PLANNED if all_decided else Closed.STOPPED_EARLY)
    if verdict is not None and not (upcoming is not None and upcoming.phase is Phase.TRIAL):
        progress = _repeating(progress, verdict, policy)
    return replace(progress, closed=_why_stop(progress, policy, clock, deadline))


def _why_stop(progress: Progress, policy: Policy, clock: Clock, deadline: Deadline) -> Closed | None:
    rounds = progress.plan.rounds[progress.next_round :]
    if not rounds:
        return Closed.BUDGET if progress.plan.left_out else Closed.PLANNED
    # Repeated calls may have taken the room of rounds that were planned before them.
    if len(rounds[0].calls) > _calls_left(progress, policy):
        return Closed.BUDGET
    # The next round is taken to last as long as the longest one did: a round that is cut shows nothing.
    if clock.now_ms() + progress.longest_round_ms >= deadline.at_ms:
        return Closed.DEADLINE
    return None


def verdict_of(progress: Progress, policy: Policy) -> Verdict:
    """Return the verdict on all that is known, an error where nothing could be found out."""
    if progress.fault:
        from warmgate.judge import verdict_of_error

        return verdict_of_error(progress.fault, policy)
    return judged(progress, policy)


def judged(progress: Progress, policy: Policy) -> Verdict:
    """Return the verdict on the samples so far."""
    # Imported when the first round has been answered: the first probe does not wait for the judge.
    from warmgate.judge import judge

    evidence = Evidence(
        samples=progress.samples,
        burst=progress.plan.burst,
        closed=progress.closed,
        seed=progress.plan.seed,
        baseline=progress.baseline,
    )
    return judge(evidence, policy)


def noted(progress: Progress, note: str) -> Progress:
    """Return the progress with a note, once."""
    new = bool(note) and note not in progress.notes
    return replace(progress, notes=(*progress.notes, note)) if new else progress


def too_dear(progress: Progress, most_usd: float, policy: Policy) -> Progress:
    """Return the progress closed by what the next round may cost."""
    bound = f"budget.cost_usd {policy.budget.cost_usd:g}"
    note = f"{bound} ended the calls: after the next round ${most_usd:.4f} could have been spent"
    return noted(replace(progress, closed=Closed.BUDGET), note)


def _goes_on(verdict: Verdict, upcoming: Round | None) -> bool:
    """Whether calls are made all the same: the rest of a split burst unless something failed, and trials of probes."""
    if upcoming is not None and upcoming.phase is Phase.TRIAL:
        return True
    return upcoming is not None and upcoming.phase is Phase.PREWARM and verdict.outcome is not Outcome.FAILED


def _trying(progress: Progress, policy: Policy) -> Progress:
    """Return the progress with the probes that the candidate always fails next on the baseline, once."""
    from warmgate.judge.fit import untried

    planned = {call.probe.name for each in progress.plan.rounds if each.phase is Phase.TRIAL for call in each.calls}
    missing = untried(progress.samples) if progress.baseline else {}
    probes = [(each, missing[each.name]) for each in policy.probes if each.name in missing.keys() - planned]
    left = _calls_left(progress, policy)
    return replace(progress, plan=try_probes(progress.plan, progress.next_round, probes, left)) if probes else progress


def _repeating(progress: Progress, verdict: Verdict, policy: Policy) -> Progress:
    """Return the progress with calls of a probe next where whether its one failure was chance is all that is open."""
    opened = [finding for finding in verdict.findings if not finding.decided]
    repeat = next((finding.repeat for finding in opened if finding.repeat is not None), None)
    upcoming = progress.plan.rounds[progress.next_round :]
    waiting = any(finding.repeat is None for finding in opened)
    if repeat is None or (upcoming and (waiting or upcoming[0].phase is Phase.REPEATED)):
        return progress
    probe = next(probe for probe in policy.probes if probe.name == repeat.probe)
    left = _calls_left(progress, policy)
    return replace(progress, plan=repeat_probe(progress.plan, progress.next_round, probe, repeat.calls, left))


def _calls_left(progress: Progress, policy: Policy) -> int:
    """Return how many calls the budget has room for; refused ones cost nothing, but are not planned for ever."""
    planned = sum(len(planned.calls) for planned in progress.plan.rounds[: progress.next_round])
    return policy.budget.invocations - max(planned, progress.spending.invocations)
