"""Warms, probes and judges a candidate: the gate without CodeDeploy. Between rounds its whole state is one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from warmgate.errors import FunctionLookupError
from warmgate.model.calls import UNSEEN, Arm, Burst, CallOutcome, Evidence, Phase, Sample, Start
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Target
from warmgate.model.verdict import Outcome, Spending, Verdict
from warmgate.planning import ProbePlan, Round, plan_probes, repeat_probe, seed_of
from warmgate.policy.values import Policy
from warmgate.ports.functions import Functions, Invoker
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock, Overlap
from warmgate.probing.preflight import Preflight, run_preflight
from warmgate.probing.rounds import ArmVersion, Prober
from warmgate.probing.sharing import Sharing
from warmgate.probing.spending import affordable, known_costs, most_after, spent_after

CALLER_CLOCK_ENVIRONMENTS = 5
"""Environments where only the caller's clock is left: measured on 2 cores, 50 threads read a 20 ms call as 41 ms."""

LOG_PATIENCE_MS = 5_000.0
"""For the baseline's earlier cold starts: a large log group is left after that."""
MOST_NAMINGS = 12
"""A refusal that names have opened again is asked about again, once a round at most."""

NOTHING_SPENT = Spending()
UNSEEN_WORDS = {
    CallOutcome.THROTTLED: "got no concurrency",
    CallOutcome.LOST: "may have run, but their answer was lost",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged: a candidate and, where there is one, the baseline it is compared with."""

    target: Target
    baseline: str | None
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that an assessment knows after a round; enough to go on with elsewhere."""

    plan: ProbePlan
    next_round: int = 0
    samples: tuple[Sample, ...] = ()
    spending: Spending = NOTHING_SPENT
    longest_round_ms: float = 0.0
    dearest_usd: float = 0.0
    """What the dearest call of which that is known cost."""
    closed: str | None = None
    fault: str = ""
    """Why nothing can be found out, where calls could not be made or trusted."""
    named_count: int = 0
    """How often the log was asked for the names of environments."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict with the samples and the spending behind it."""

    verdict: Verdict
    samples: tuple[Sample, ...] = ()
    spending: Spending = NOTHING_SPENT
    notes: tuple[str, ...] = ()


class Judging(Protocol):
    """A way to judge a release."""

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the assessment of a deployment's candidate; raises WarmgateError where nothing could be found out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    """The use case: preflight, plan, probe, judge after every round, stop as soon as every check has decided."""

    functions: Functions
    invoker: Invoker
    overlap: Overlap
    clock: Clock
    logs: Logs | None = None
    """Where environments get their names from; without it they have none."""
    sharing: Sharing | None = None
    """How concurrency is shared with other hooks; without it a share of what is free is taken."""

    def judge_release(self, deployment: Deployment, policy: Policy, deadline: Deadline) -> Assessment:
        """Return the assessment of a deployment's candidate; its id orders the calls, so that a run can be repeated."""
        subject = Subject(target=deployment.target, baseline=deployment.baseline, candidate=deployment.candidate)
        return self.assess(subject, policy, deadline, seed_of(deployment.deployment_id))

    def assess(
        self,
        subject: Subject,
        policy: Policy,
        deadline: Deadline,
        seed: int,
        before_round: Callable[[Spending], None] = lambda _spending: None,
    ) -> Assessment:
        """Return the assessment of a subject; what kept calls from being made is an error verdict with what was spent.

        Args:
            subject: what is judged.
            policy: what it is judged by.
            deadline: when measuring must end.
            seed: orders the calls.
            before_round: told what will have been spent after a round before a call of it is made; may raise.

        Raises:
            FunctionLookupError: Lambda did not describe the version, or it was not ready at the deadline.
            NoRoomError: probes of other hooks left no concurrency.
        """
        started_ms, began_ms = self.clock.now_ms(), self.clock.epoch_ms()
        deadline = deadline.no_later_than(started_ms + policy.budget.seconds * 1000)
        ready = run_preflight(
            self.functions,
            self.clock,
            function=subject.target.function,
            baseline=subject.baseline,
            candidate=subject.candidate,
            provisioned=policy.warm.provisioned,
            deadline=deadline,
        )
        if ready.refusals:
            from warmgate.judge import verdict_of_findings

            return Assessment(verdict=verdict_of_findings(ready.refusals, policy), notes=ready.notes)
        if ready.capacity.reserved == 0:
            raise _switched_off(subject.target.function)
        sharing, arms = self.sharing or Sharing(clock=self.clock), 2 if _compares(policy, ready) else 1
        asked = policy.warm.environments
        with sharing.burst(subject.target.function, asked, arms, ready.capacity, deadline) as taken:
            plan = _plan(policy, ready, seed, affordable(taken.burst, arms, policy, ready))
            progress = _noted(Progress(plan=plan), taken.note)
            prober = Prober(
                self.invoker, self.overlap, _arm_versions(subject, ready), keeps_answers=policy.store_payloads
            )
            while progress.closed is None:
                progress = self._advance(progress, prober, policy, ready, deadline, before_round)
                progress = self._enriched(progress, policy, ready, began_ms, deadline)
        spending = replace(progress.spending, seconds=(self.clock.now_ms() - started_ms) / 1000)
        return Assessment(
            verdict=_verdict(progress, policy),
            samples=progress.samples,
            spending=spending,
            notes=ready.notes + _plan_notes(progress.plan, spending) + _sample_notes(progress.samples) + progress.notes,
        )

    def _advance(
        self,
        progress: Progress,
        prober: Prober,
        policy: Policy,
        ready: Preflight,
        deadline: Deadline,
        before_round: Callable[[Spending], None],
    ) -> Progress:
        """Return the progress after one more round, closed where there is to be no other."""
        progress = self._continued(progress, policy, deadline)
        if progress.closed is not None:
            return progress
        upcoming, spent = progress.plan.rounds[progress.next_round], progress.spending
        most = most_after(spent, len(upcoming.calls), progress.dearest_usd, policy, ready)
        if most.cost_usd > policy.budget.cost_usd:
            return _too_dear(progress, most.cost_usd, policy)
        before_round(most)
        spare = most.invocations - spent.invocations - len(upcoming.calls)
        round_started_ms = self.clock.now_ms()
        result = prober.run(upcoming, deadline, at_once=progress.plan.burst.at_once, spare=spare)
        took_ms = self.clock.now_ms() - round_started_ms
        return replace(
            progress,
            next_round=progress.next_round + 1,
            samples=progress.samples + result.samples,
            spending=spent_after(spent, result, ready),
            longest_round_ms=max(progress.longest_round_ms, took_ms),
            dearest_usd=max([progress.dearest_usd, *known_costs(result, ready)]),
            closed="error" if result.fault else None if result.complete else "deadline",
            fault=str(result.fault or ""),
        )

    def _enriched(
        self, progress: Progress, policy: Policy, ready: Preflight, began_ms: float, deadline: Deadline
    ) -> Progress:
        """Return the progress with what the log adds: after the burst cold starts, at the end environments' names."""
        if self.logs is None or progress.fault:
            return progress
        if progress.closed is not None:
            return self._named(progress, self.logs, policy, ready, began_ms, deadline)
        if progress.next_round > 1 or ready.baseline is None or policy.compare.init is None:
            return progress
        from warmgate.probing.log_evidence import remembered_cold_starts

        patience = deadline.no_later_than(self.clock.now_ms() + LOG_PATIENCE_MS)
        wanted = progress.plan.burst.granted
        found, note = remembered_cold_starts(progress.samples, ready.baseline, self.logs, wanted, began_ms, patience)
        return _noted(replace(progress, samples=progress.samples + found), note)

    def _named(
        self, progress: Progress, logs: Logs, policy: Policy, ready: Preflight, began_ms: float, deadline: Deadline
    ) -> Progress:
        """Return a closed progress with environments named; it is open again where names take a refusal back."""
        from warmgate.probing.log_evidence import name_environments, names_matter

        if progress.named_count >= MOST_NAMINGS or not names_matter(_judged(progress, policy), progress.samples):
            return progress
        groups = [version.log_group for version in (ready.candidate, ready.baseline) if version is not None]
        named = name_environments(progress.samples, logs, self.clock, groups, began_ms, deadline)
        known = _noted(replace(progress, samples=named.samples, named_count=progress.named_count + 1), named.note)
        if progress.closed in {"planned", "stopped early"}:
            return self._continued(replace(known, closed=None), policy, deadline)
        return known

    def _continued(self, progress: Progress, policy: Policy, deadline: Deadline) -> Progress:
        """Return the progress with its next round in the plan, closed where there is to be none."""
        verdict = _judged(progress, policy) if progress.samples else None
        upcoming = next(iter(progress.plan.rounds[progress.next_round :]), None)
        if verdict is not None and verdict.decided and not _goes_on(verdict, upcoming):
            all_decided = all(finding.decided for finding in verdict.findings)
            return replace(progress, closed="planned" if all_decided else "stopped early")
        if verdict is not None:
            progress = _repeating(progress, verdict, policy)
        return replace(progress, closed=self._why_stop(progress, policy, deadline))

    def _why_stop(self, progress: Progress, policy: Policy, deadline: Deadline) -> str | None:
        rounds = progress.plan.rounds[progress.next_round :]
        if not rounds:
            return "budget" if progress.plan.left_out else "planned"
        # Repeated calls may have taken the room of rounds that were planned before them.
        if len(rounds[0].calls) > _calls_left(progress, policy):
            return "budget"
        # The next round is taken to last as long as the longest one did: a round that is cut shows nothing.
        if self.clock.now_ms() + progress.longest_round_ms >= deadline.at_ms:
            return "deadline"
        return None


def _goes_on(verdict: Verdict, upcoming: Round | None) -> bool:
    """Whether a burst that was split is made to its end all the same: only a failure needs no more of it."""
    return upcoming is not None and upcoming.phase is Phase.PREWARM and verdict.outcome is not Outcome.FAILED


def _switched_off(function: str) -> FunctionLookupError:
    return FunctionLookupError(
        f"{function}: reserved concurrency 0 switches the function off, so that nothing can be called",
        hint="raise it before the release",
    )


def _compares(policy: Policy, ready: Preflight) -> bool:
    return ready.baseline is not None and policy.compare.needs_baseline


def _plan(policy: Policy, ready: Preflight, seed: int, burst: Burst) -> ProbePlan:
    if ready.candidate.hides_report and burst.granted > CALLER_CLOCK_ENVIRONMENTS:
        burst = Burst(
            asked=burst.asked,
            granted=CALLER_CLOCK_ENVIRONMENTS,
            reason="the caller's clock can be trusted at low concurrency only",
            at_once=burst.at_once,
        )
    return plan_probes(policy, burst, has_baseline=ready.baseline is not None, seed=seed)


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


def _arm_versions(subject: Subject, ready: Preflight) -> dict[Arm, ArmVersion]:
    function = subject.target.function
    versions = {
        Arm.CANDIDATE: ArmVersion(
            function=function,
            version=subject.candidate,
            timeout_s=ready.candidate.timeout_s,
            hides_report=ready.candidate.hides_report,
            provisioned=ready.provisioned.requested > 0,
        )
    }
    if ready.baseline is not None:
        versions[Arm.BASELINE] = ArmVersion(
            function=function,
            version=ready.baseline.version,
            timeout_s=ready.baseline.timeout_s,
            hides_report=ready.baseline.hides_report,
        )
    return versions


def _verdict(progress: Progress, policy: Policy) -> Verdict:
    if progress.fault:
        from warmgate.judge import verdict_of_error

        return verdict_of_error(progress.fault, policy)
    return _judged(progress, policy)


def _judged(progress: Progress, policy: Policy) -> Verdict:
    # Imported when the first round has been answered: the first probe does not wait for the judge.
    from warmgate.judge import judge

    return judge(_evidence(progress), policy)


def _evidence(progress: Progress) -> Evidence:
    return Evidence(
        samples=progress.samples, burst=progress.plan.burst, closed=progress.closed, seed=progress.plan.seed
    )


def _noted(progress: Progress, note: str) -> Progress:
    new = bool(note) and note not in progress.notes
    return replace(progress, notes=(*progress.notes, note)) if new else progress


def _too_dear(progress: Progress, most_usd: float, policy: Policy) -> Progress:
    bound = f"budget.cost_usd {policy.budget.cost_usd:g}"
    note = f"{bound} ended the calls: after the next round ${most_usd:.4f} could have been spent"
    return _noted(replace(progress, closed="budget"), note)


def _plan_notes(plan: ProbePlan, spending: Spending) -> tuple[str, ...]:
    notes = [f"left out: {what}" for what in plan.left_out]
    if plan.burst.granted < plan.burst.asked:
        notes.append(f"burst of {plan.burst.granted} instead of {plan.burst.asked}: {plan.burst.reason}")
    if spending.throttles or spending.retries:
        notes.append(
            f"{spending.throttles} throttles and {spending.retries} repeated calls, not held against the version"
        )
    return tuple(notes)


def _sample_notes(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    """Say how many environments of the burst were really cold, and show a wrong answer where the policy keeps it."""
    burst = [sample for sample in samples if sample.arm is Arm.CANDIDATE and sample.phase is Phase.PREWARM]
    cold = sum(sample.start in {Start.COLD, Start.RESTORED} for sample in burst)
    notes = [f"{cold} of {len(burst)} calls of the burst met cold environments"] if burst else []
    unseen = [sample for sample in samples if sample.outcome in UNSEEN]
    for outcome, words in UNSEEN_WORDS.items():
        missed = [sample for sample in unseen if sample.outcome is outcome]
        if missed:
            notes.append(f"{len(missed)} calls {words} (first: {missed[0].error_type}), not held against the version")
    wrong = next((sample for sample in samples if sample.answer), None)
    if wrong is not None:
        notes.append(f"probe {wrong.probe} was answered {wrong.answer!r}")
    return tuple(notes)
