"""Warms, probes and judges a candidate: the gate without CodeDeploy. Between rounds its whole state is one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from warmgate.errors import FunctionLookupError
from warmgate.model.calls import Arm, Burst, Closed, Phase
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment
from warmgate.model.verdict import Spending
from warmgate.planning import ProbePlan, plan_probes, seed_of
from warmgate.policy.values import Policy
from warmgate.ports.functions import Functions, Invoker
from warmgate.ports.logs import Logs
from warmgate.ports.time import Clock, Overlap
from warmgate.probing.assessment import Assessment, Subject
from warmgate.probing.notes import plan_notes, sample_notes
from warmgate.probing.preflight import Preflight, run_preflight
from warmgate.probing.progress import Progress, continued, judged, noted, too_dear, verdict_of
from warmgate.probing.rounds import ArmVersion, Prober
from warmgate.probing.sharing import Sharing
from warmgate.probing.spending import affordable, known_costs, most_after, spent_after
from warmgate.probing.tenants import refuse_tenants

CALLER_CLOCK_ENVIRONMENTS = 5
"""Environments where only the caller's clock is left: measured on 2 cores, 50 threads read a 20 ms call as 41 ms."""

LOG_PATIENCE_MS = 5_000.0
"""For the baseline's earlier cold starts: a large log group is left after that."""
MOST_NAMINGS = 12
"""A refusal that names have opened again is asked about again, once a round at most."""


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
            raise FunctionLookupError(
                f"{subject.target.function}: reserved concurrency 0 switches the function off, nothing can be called",
                hint="raise it before the release",
            )
        refuse_tenants(subject.target.function, policy.probes, isolated=ready.candidate.tenant_isolation)
        sharing, arms = self.sharing or Sharing(clock=self.clock), 2 if _compares(policy, ready) else 1
        asked = policy.warm.environments
        with sharing.burst(subject.target.function, asked, arms, ready.capacity, deadline) as taken:
            plan = _plan(policy, ready, seed, affordable(taken.burst, arms, policy, ready))
            baseline = ready.baseline.version if ready.baseline is not None else ""
            progress = noted(Progress(plan=plan, baseline=baseline), taken.note)
            prober = Prober(
                self.invoker, self.overlap, _arm_versions(subject, ready), keeps_answers=policy.store_payloads
            )
            while progress.closed is None:
                progress = self._advance(progress, prober, policy, ready, deadline, before_round)
                progress = self._enriched(progress, policy, ready, began_ms, deadline)
        spending = replace(progress.spending, seconds=(self.clock.now_ms() - started_ms) / 1000)
        return Assessment(
            verdict=verdict_of(progress, policy),
            samples=progress.samples,
            spending=spending,
            notes=ready.notes + plan_notes(progress.plan, spending) + sample_notes(progress.samples) + progress.notes,
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
        progress = continued(progress, policy, self.clock, deadline)
        if progress.closed is not None:
            return progress
        upcoming, spent = progress.plan.rounds[progress.next_round], progress.spending
        most = most_after(spent, len(upcoming.calls), progress.dearest_usd, policy, ready)
        if most.cost_usd > policy.budget.cost_usd:
            return too_dear(progress, most.cost_usd, policy)
        before_round(most)
        spare = most.invocations - spent.invocations - len(upcoming.calls)
        round_started_ms = self.clock.now_ms()
        result = prober.run(upcoming, deadline, at_once=progress.plan.burst.at_once, spare=spare)
        took_ms = self.clock.now_ms() - round_started_ms
        # A baseline that cannot be called says nothing of the candidate: the probe stays untried.
        fault = None if upcoming.phase is Phase.TRIAL else result.fault
        return replace(
            progress,
            next_round=progress.next_round + 1,
            samples=progress.samples + result.samples,
            spending=spent_after(spent, result, ready),
            longest_round_ms=max(progress.longest_round_ms, took_ms),
            dearest_usd=max([progress.dearest_usd, *known_costs(result, ready)]),
            closed=Closed.ERROR if fault else None if result.complete else Closed.DEADLINE,
            fault=str(fault or ""),
        )

    def _enriched(
        self, progress: Progress, policy: Policy, ready: Preflight, began_ms: float, deadline: Deadline
    ) -> Progress:
        """Return the progress with what the log adds: after the burst cold starts, at the end environments' names."""
        if self.logs is None or progress.fault:
            return progress
        if progress.closed is not None:
            return self._named(progress, self.logs, policy, ready, began_ms, deadline)
        if progress.next_round > 1 or ready.baseline is None or not policy.compare.of_cold_starts:
            return progress
        from warmgate.probing.log_evidence import remembered_cold_starts

        patience = deadline.no_later_than(self.clock.now_ms() + LOG_PATIENCE_MS)
        wanted = progress.plan.burst.granted
        found, note = remembered_cold_starts(progress.samples, ready.baseline, self.logs, wanted, began_ms, patience)
        return noted(replace(progress, samples=progress.samples + found), note)

    def _named(
        self, progress: Progress, logs: Logs, policy: Policy, ready: Preflight, began_ms: float, deadline: Deadline
    ) -> Progress:
        """Return a closed progress with environments named; it is open again where names take a refusal back."""
        from warmgate.model.log_stream import log_of
        from warmgate.probing.log_evidence import name_environments, names_matter

        if progress.named_count >= MOST_NAMINGS or not names_matter(judged(progress, policy), progress.samples):
            return progress
        function_logs = [log_of(version) for version in (ready.candidate, ready.baseline) if version is not None]
        named = name_environments(progress.samples, logs, self.clock, function_logs, began_ms, deadline)
        known = noted(replace(progress, samples=named.samples, named_count=progress.named_count + 1), named.note)
        if progress.closed in {Closed.PLANNED, Closed.STOPPED_EARLY}:
            return continued(replace(known, closed=None), policy, self.clock, deadline)
        return known


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
