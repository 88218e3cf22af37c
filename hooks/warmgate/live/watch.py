"""One run over one deployment: new traffic is read and judged again and again, until it ends or a check has failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from warmgate.errors import DeploymentLookupError, ReportError, StopError, SuccessorError
from warmgate.judge.live.rounds import Stretch
from warmgate.judge.live.stretches import judge_live
from warmgate.live.lease import RENEW_MS, Lease
from warmgate.live.looking import Looking, Sources
from warmgate.live.polled import PolledSource
from warmgate.live.traffic import Traffic, add_calls
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, Shift
from warmgate.model.log_stream import log_of
from warmgate.model.verdict import Judgement, Mode, Outcome, Spending, Verdict
from warmgate.policy.values import Policy
from warmgate.ports.codedeploy import Shifts
from warmgate.ports.functions import Functions
from warmgate.ports.live import LiveSource, ReadingCounts, SourceOf, Turns, Watched
from warmgate.ports.logs import LiveMetrics, Logs
from warmgate.ports.once import Handover
from warmgate.ports.reports import Reports
from warmgate.ports.time import Clock

POLL_MS = 2_000.0
DESCRIBE_MS = 10_000.0
"""CodeDeploy is asked so often whether the shift goes on, and once more before a stop."""
WAIT_MS = 5_000.0
"""Between looks while traffic has not begun to shift: the hook before it may take an hour."""
HANDOVER_MS = 20_000.0
"""Kept back from the run's own time for handing over."""
NOT_SUBSCRIBED = "the policy asks for a log subscription, the installation has none (LiveSource): the log is polled"
STOPPED_BEFORE = "stopped before this run began, by a run that died before it stored this, or by somebody else"


class Ending(StrEnum):
    """Why a run ended."""

    NOT_OURS = "not ours"
    SHIFTED = "shifted"
    STOPPED = "stopped"
    HANDED_OVER = "handed over"
    BUSY = "another run guards it"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResult:
    """How a run ended, and the verdict that stopped a deployment."""

    ending: Ending
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPorts:
    """What a run reaches while it watches."""

    shifts: Shifts
    functions: Functions
    logs: Logs
    handover: Handover
    clock: Clock
    source: SourceOf | None = None
    """Where live calls come from where the policy lets a log be subscribed to; None, and else, is the log itself."""
    metrics: LiveMetrics | None = None
    """Read where the log can be read seldom."""
    counts: ReadingCounts | None = None
    turns: Turns | None = None
    """At FilterLogEvents, of which all guards of an account and region share the quota."""
    reports: tuple[Reports, ...] = ()
    log: Callable[[str], None] = lambda _line: None


class Watch:
    """One run over one deployment."""

    def __init__(
        self,
        ports: WatchPorts,
        lease: Lease,
        shift: Shift,
        deployment: Deployment,
        policy: tuple[Policy, str],
        deadline: Deadline,
    ) -> None:
        self._ports, self._lease, self._shift, self._deployment = ports, lease, shift, deployment
        self._policy, self._source = policy
        self._deadline, self._last = Deadline(deadline.at_ms - HANDOVER_MS), deadline
        self._traffic = Traffic(
            baseline=deployment.baseline,
            candidate=deployment.candidate,
            number=shift.stretch,
            # A run that takes over has not seen the first call.
            began_ms=deployment.shift_began_ms if shift.run > 1 else None,
        )
        self._previous: Stretch | None = None
        self._stretch_began_ms = shift.since_ms
        sources = Sources(
            open=self._opened,
            metrics=ports.metrics,
            counts=ports.counts,
            clock=ports.clock,
            log=ports.log,
            turns=ports.turns,
        )
        self._looking = Looking(sources, deployment, self._policy)
        self._described_ms = self._began_ms = ports.clock.now_ms()

    def to_the_end(self) -> GuardResult:
        """Look at new traffic again and again until there is none to come, or a check has failed."""
        try:
            return self._watched()
        finally:
            self._looking.close()

    def _watched(self) -> GuardResult:
        clock = self._ports.clock
        while clock.now_ms() < self._deadline.at_ms:
            self._lease.keep()
            if self._is_over():
                return GuardResult(ending=Ending.SHIFTED)
            if self._deployment.shift_began_ms is None:
                clock.sleep_ms(WAIT_MS)
                continue
            self._lease.keep()
            failed = self._look()
            if failed is not None:
                return self._answer(*failed)
            # The lease is renewed and CodeDeploy asked however seldom there is something to read.
            clock.sleep_ms(min(RENEW_MS, self._looking.pause_ms()))
        return self._handed_over()

    def looked_back(self) -> GuardResult:
        """Judge a shift that was stopped: the run that did it may have died before it stored a report."""
        failed = None if self._deployment.shift_began_ms is None else self._look()
        if failed is None:
            return GuardResult(ending=Ending.SHIFTED)
        self._ports.log(f"{self._shift.deployment_id}: {STOPPED_BEFORE}; {failed[0].reason}")
        self._publish(*failed, STOPPED_BEFORE)
        return GuardResult(ending=Ending.SHIFTED, verdict=failed[0])

    def _handed_over(self) -> GuardResult:
        """Start the run that takes over, which waits for the lease; where no answer comes, start it again.

        The lease is not renewed meanwhile: a run that was started without an answer gets it in any case.
        """
        ports, number = self._ports, self._shift.run + 1
        shift = replace(self._shift, run=number, stretch=self._traffic.number, since_ms=self._stretch_began_ms)
        while True:
            try:
                ports.handover.start(shift)
                return GuardResult(ending=Ending.HANDED_OVER)
            except SuccessorError as error:
                if self._last.passed(ports.clock.now_ms() + POLL_MS):
                    raise
                ports.log(f"{shift.deployment_id}: run {number} not started, trying again ({error})")
            ports.clock.sleep_ms(POLL_MS)

    def _is_over(self, *, ask_now: bool = False) -> bool:
        """Ask CodeDeploy from time to time; an answer that does not come leaves things as they are."""
        clock = self._ports.clock
        every_ms = WAIT_MS if self._deployment.shift_began_ms is None else DESCRIBE_MS
        if ask_now or clock.now_ms() - self._described_ms >= every_ms:
            self._described_ms = clock.now_ms()
            deadline = self._lease.bounded(self._deadline)
            try:
                self._deployment = self._ports.shifts.describe(self._shift.deployment_id, deadline)
            except DeploymentLookupError as error:
                self._ports.log(
                    f"{self._shift.deployment_id}: the deployment could not be read, still watching ({error})"
                )
        return self._deployment.ended or self._deployment.shift_ended_ms is not None

    def _look(self) -> tuple[Verdict, Stretch] | None:
        """Read and judge what is new; return the verdict that fails with its stretch, None where none does."""
        self._looking.begin(self._deployment)
        calls = self._looking.calls(self._lease.bounded(self._deadline))
        number = self._traffic.number
        self._traffic = add_calls(self._traffic, calls, keep=False)
        if calls and (self._traffic.number > number or self._stretch_began_ms is None):
            self._stretch_began_ms = calls[-1 if self._traffic.number > number else 0].at_ms
        for stretch in self._traffic.stretches:
            verdict = judge_live((stretch,), self._policy, before=self._previous)
            if any(finding.outcome is Outcome.FAILED for finding in verdict.findings):
                return verdict, stretch
            if stretch.complete:
                self._previous = stretch
        failing = self._looking.failing_counts(self._lease.bounded(self._deadline))
        return None if failing is None else (failing, Stretch(number=self._traffic.number, samples=(), complete=False))

    def _opened(self, deployment: Deployment) -> LiveSource:
        """Return the source of live calls; raises FunctionLookupError."""
        ports, function = self._ports, deployment.target.function
        logs = (log_of(ports.functions.version(function, v)) for v in (deployment.candidate, deployment.baseline))
        watched = Watched(
            deployment=deployment,
            logs=tuple(dict.fromkeys(logs)),
            since_ms=self._stretch_began_ms or deployment.shift_began_ms or ports.clock.epoch_ms(),
            whole=deployment.ended,
        )
        if self._is_unsubscribed:
            ports.log(f"{deployment.deployment_id}: {NOT_SUBSCRIBED}")
        if ports.source is not None and self._policy.live.subscribe:
            return ports.source(watched, ports.clock)
        return PolledSource(ports.logs, watched, ports.clock)

    @property
    def _is_unsubscribed(self) -> bool:
        return self._policy.live.subscribe and self._ports.source is None

    def _answer(self, verdict: Verdict, stretch: Stretch) -> GuardResult:
        """Stop the deployment where the policy enforces; what is over already is left alone."""
        ports, reason = self._ports, verdict.reason
        self._lease.keep()
        if self._is_over(ask_now=True):
            ports.log(f"{self._shift.deployment_id}: the deployment had already ended, not stopped; {reason}")
            return GuardResult(ending=Ending.SHIFTED, verdict=verdict)
        # Where a run that dies from here on leaves it too.
        ports.log(f"{self._shift.deployment_id}: a check failed, {self._policy.mode}; {reason}")
        stopped = self._policy.mode is Mode.ENFORCE and self._stopped()
        ports.log(f"{self._shift.deployment_id}: {'stopped' if stopped else 'not stopped'}; {reason}")
        self._publish(verdict, stretch)
        return GuardResult(ending=Ending.STOPPED if stopped else Ending.SHIFTED, verdict=verdict)

    def _stopped(self) -> bool:
        """Stop the deployment, again where it fails and the shift goes on; return whether this run stopped it.

        Raises:
            StopError: it failed to the end of this run's time.
        """
        ports = self._ports
        while True:
            # Not where another run has taken over: it may have given the order.
            self._lease.keep()
            try:
                return ports.shifts.stop(self._shift.deployment_id, self._lease.bounded(self._deadline))
            except StopError as error:
                if self._deadline.passed(ports.clock.now_ms() + POLL_MS):
                    raise
                ports.log(f"{self._shift.deployment_id}: not stopped, trying again ({error})")
            ports.clock.sleep_ms(POLL_MS)
            if self._is_over(ask_now=True):
                return False

    def _publish(self, verdict: Verdict, stretch: Stretch, *notes: str) -> None:
        ports = self._ports
        unsubscribed = (NOT_SUBSCRIBED,) if self._is_unsubscribed else ()
        judgement = Judgement(
            deployment=self._deployment,
            execution=None,
            policy_name=self._policy.name,
            policy_source=self._source,
            verdict=verdict,
            spending=Spending(seconds=(ports.clock.now_ms() - self._began_ms) / 1000),
            samples=stretch.samples,
            notes=(f"live traffic, stretch {stretch.number} of the shift", *self._looking.notes, *unsubscribed, *notes),
            started_at=ports.clock.utc_now(),
        )
        for sink in ports.reports:
            try:
                sink.publish(judgement, verdict.status)
            except ReportError as error:
                ports.log(f"{self._shift.deployment_id}: report not published ({error})")
            except Exception as error:  # noqa: BLE001 - a sink never changes what was done
                ports.log(f"{self._shift.deployment_id}: report not published (unforeseen {type(error).__name__})")
