"""Watches live traffic while it shifts, and stops the deployment as soon as a check has failed. Judges nothing itself.

One run guards one deployment; before its own time is up it hands what it knows, as a value, to a fresh run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from warmgate.deadline import Deadline
from warmgate.errors import DeploymentLookupError, ReportError, StopError, WarmgateError
from warmgate.judge.live import Stretch, has_live_limits, judge_live
from warmgate.live_reading import Reading, read_new_calls
from warmgate.live_traffic import Traffic, add_calls
from warmgate.logged_calls import LoggedCall
from warmgate.model import Deployment, Judgement, Mode, Outcome, Shift, Spending, Verdict
from warmgate.policy.values import Policy
from warmgate.ports import Clock, Functions, Logs, Policies, Reports, Runs, Shifts, Successors

POLL_MS = 2_000.0
DESCRIBE_MS = 10_000.0
"""CodeDeploy is asked so often whether the shift goes on, and once more before a stop."""
WAIT_MS = 5_000.0
"""Between looks while traffic has not begun to shift: the hook before it may take an hour."""
PATIENCE_MS = 60_000.0
"""A deployment that cannot be described for so long is none of ours."""
HANDOVER_MS = 20_000.0
"""Kept back from the run's own time for handing over."""


class Ending(StrEnum):
    """Why a run ended."""

    NOT_OURS = "not ours"
    SHIFTED = "shifted"
    STOPPED = "stopped"
    HANDED_OVER = "handed over"
    BUSY = "another run guards it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """How a run ended, and the verdict that stopped a deployment."""

    ending: Ending
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The use case of the function that a deployment's start event calls."""

    shifts: Shifts
    policies: Policies
    functions: Functions
    logs: Logs
    runs: Runs
    successors: Successors
    clock: Clock
    reports: tuple[Reports, ...] = ()
    log: Callable[[str], None] = lambda _line: None

    def run(self, shift: Shift, deadline: Deadline) -> Guarded:
        """Guard a shift to its end, once: the same event delivered again finds it guarded.

        Raises:
            StopError: the deployment could not be stopped; Lambda's retry of the event tries again.
        """
        found = self.runs.once(f"guard {shift.deployment_id} {shift.run}", lambda: self._guard(shift, deadline))
        guarded = found or Guarded(ending=Ending.BUSY)
        self.log(f"{shift.deployment_id}: guard ended, {guarded.ending}")
        return guarded

    def _guard(self, shift: Shift, deadline: Deadline) -> Guarded:
        try:
            deployment = self._described(shift, deadline)
            if deployment.is_rollback or deployment.ended:
                return Guarded(ending=Ending.NOT_OURS if deployment.is_rollback else Ending.SHIFTED)
            policy, source = self.policies.find(deployment.target, deadline)
        except StopError:
            raise
        except WarmgateError as error:
            self.log(f"{shift.deployment_id}: not guarded ({error})")
            return Guarded(ending=Ending.NOT_OURS)
        if not has_live_limits(policy):
            return Guarded(ending=Ending.NOT_OURS)
        return _Watch(self, shift, deployment, policy, source, deadline).to_the_end()

    def _described(self, shift: Shift, deadline: Deadline) -> Deployment:
        """Return the deployment; its target may take some seconds to exist."""
        patience = deadline.no_later_than(self.clock.now_ms() + PATIENCE_MS)
        while True:
            try:
                return self.shifts.describe(shift.deployment_id, patience)
            except DeploymentLookupError:
                if self.clock.now_ms() + WAIT_MS >= patience.at_ms:
                    raise
            self.clock.sleep_ms(WAIT_MS)


class _Watch:
    """One run over one deployment."""

    def __init__(
        self, guard: Guard, shift: Shift, deployment: Deployment, policy: Policy, source: str, deadline: Deadline
    ) -> None:
        self._guard, self._shift, self._deployment = guard, shift, deployment
        self._policy, self._source = policy, source
        self._deadline = Deadline(deadline.at_ms - HANDOVER_MS)
        self._traffic = Traffic(baseline=deployment.baseline, candidate=deployment.candidate, number=shift.stretch)
        self._reading: Reading | None = None
        self._stretch_began_ms = shift.since_ms
        self._described_ms = self._began_ms = guard.clock.now_ms()

    def to_the_end(self) -> Guarded:
        """Look at new traffic again and again until there is none to come, or a check has failed."""
        clock = self._guard.clock
        while clock.now_ms() < self._deadline.at_ms:
            if self._is_over():
                return Guarded(ending=Ending.SHIFTED)
            if self._deployment.shift_began_ms is None:
                clock.sleep_ms(WAIT_MS)
                continue
            failed = self._look()
            if failed is not None:
                return self._answer(*failed)
            clock.sleep_ms(POLL_MS)
        self._guard.successors.start(
            replace(self._shift, run=self._shift.run + 1, stretch=self._traffic.number, since_ms=self._stretch_began_ms)
        )
        return Guarded(ending=Ending.HANDED_OVER)

    def _is_over(self, *, ask_now: bool = False) -> bool:
        """Ask CodeDeploy from time to time; an answer that does not come leaves things as they are."""
        clock = self._guard.clock
        every_ms = WAIT_MS if self._deployment.shift_began_ms is None else DESCRIBE_MS
        if ask_now or clock.now_ms() - self._described_ms >= every_ms:
            self._described_ms = clock.now_ms()
            try:
                self._deployment = self._guard.shifts.describe(self._shift.deployment_id, self._deadline)
            except DeploymentLookupError as error:
                self._guard.log(f"{self._shift.deployment_id}: not described, guarding on ({error})")
        return self._deployment.ended or self._deployment.shift_ended_ms is not None

    def _look(self) -> tuple[Verdict, Stretch] | None:
        """Read and judge what is new; return the verdict that fails with its stretch, None where none does."""
        try:
            calls = self._new_calls()
        except WarmgateError as error:
            self._guard.log(f"{self._shift.deployment_id}: live traffic not read, guarding on ({error})")
            return None
        number = self._traffic.number
        self._traffic = add_calls(self._traffic, calls, keep=False)
        if calls and (self._traffic.number > number or self._stretch_began_ms is None):
            self._stretch_began_ms = calls[-1 if self._traffic.number > number else 0].at_ms
        for stretch in self._traffic.stretches:
            verdict = judge_live((stretch,), self._policy)
            if any(finding.outcome is Outcome.FAILED for finding in verdict.findings):
                return verdict, stretch
        return None

    def _new_calls(self) -> list[LoggedCall]:
        guard, deployment = self._guard, self._deployment
        since_ms = self._stretch_began_ms or deployment.shift_began_ms or guard.clock.epoch_ms()
        reading = self._reading or Reading(since_ms=since_ms)
        function = deployment.target.function
        groups = [guard.functions.version(function, v).log_group for v in (deployment.candidate, deployment.baseline)]
        now_ms = guard.clock.epoch_ms()
        self._reading, calls = read_new_calls(guard.logs, groups, reading, now_ms, self._deadline)
        return calls

    def _answer(self, verdict: Verdict, stretch: Stretch) -> Guarded:
        """Stop the deployment where the policy enforces; what is over already is left alone."""
        guard, reason = self._guard, verdict.reason
        if self._is_over(ask_now=True):
            guard.log(f"{self._shift.deployment_id}: over before it could be stopped; {reason}")
            return Guarded(ending=Ending.SHIFTED, verdict=verdict)
        stopped = self._policy.mode is Mode.ENFORCE and guard.shifts.stop(self._shift.deployment_id, self._deadline)
        guard.log(f"{self._shift.deployment_id}: {'stopped' if stopped else 'not stopped'}; {reason}")
        self._publish(verdict, stretch)
        return Guarded(ending=Ending.STOPPED if stopped else Ending.SHIFTED, verdict=verdict)

    def _publish(self, verdict: Verdict, stretch: Stretch) -> None:
        guard = self._guard
        judgement = Judgement(
            deployment=self._deployment,
            execution=None,
            policy_name=self._policy.name,
            policy_source=self._source,
            verdict=verdict,
            spending=Spending(seconds=(guard.clock.now_ms() - self._began_ms) / 1000),
            samples=stretch.samples,
            notes=(f"live traffic, stretch {stretch.number} of the shift",),
            started_at=guard.clock.utc_now(),
        )
        for sink in guard.reports:
            try:
                sink.publish(judgement, verdict.status)
            except ReportError as error:
                guard.log(f"{self._shift.deployment_id}: report not published ({error})")
            except Exception as error:  # noqa: BLE001 - a sink never changes what was done
                guard.log(f"{self._shift.deployment_id}: report not published (unforeseen {type(error).__name__})")
