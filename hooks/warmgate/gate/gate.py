"""One call of a hook from its two ids to the status that CodeDeploy hears, whatever happens on the way.

What is judged, calls of our own or live traffic, is the judging's part: the promises are the same for both hooks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from warmgate.errors import HeldError, ReportError, StatusReportError, WarmgateError
from warmgate.gate.last_resort import LastResort
from warmgate.gate.unjudged import (
    LOST_REPORT,
    NO_SKIP,
    NOTHING_JUDGED,
    OVERDUE,
    ROLLBACK_PASSES,
    SKIPPED,
    blank_judgement,
    error_verdict,
    unforeseen,
    unjudged_verdict,
)
from warmgate.lineage.rollback_claims import RollbackProof
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import HookExecution, LifecycleEvent, Status
from warmgate.model.marks import skip_reason
from warmgate.model.verdict import Judgement, Unjudged
from warmgate.policy.values import Policy
from warmgate.ports.codedeploy import Deployments
from warmgate.ports.policies import Policies
from warmgate.ports.reports import Archive, Reports
from warmgate.ports.time import Clock, Timer
from warmgate.probing.assessment import Judging

if TYPE_CHECKING:
    from warmgate.gate.known_bad import KnownBad


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """How a hook execution ended; `reported` is False where CodeDeploy had its status already."""

    judgement: Judgement | None
    status: Status | None
    reported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The use case of both hooks."""

    deployments: Deployments
    last_deployments: Deployments
    """The same on a connection of its own, which waits for no answer long: for the last resort."""
    proof: RollbackProof
    policies: Policies
    judging: Judging
    clock: Clock
    timer: Timer
    event: LifecycleEvent = LifecycleEvent.BEFORE_ALLOW_TRAFFIC
    reports: tuple[Reports, ...] = ()
    archive: Archive | None = None
    known_bad: KnownBad | None = None
    """What was refused before; without it nothing is remembered."""
    log: Callable[[str], None] = lambda _line: None

    def run(self, execution: HookExecution, deadline: Deadline, status_deadline: Deadline) -> GateResult:
        """Judge a hook execution and report its status to CodeDeploy, once.

        Args:
            execution: the two ids of the event.
            deadline: when measuring must end.
            status_deadline: when the status must have been reported; later than `deadline` by the reserve.

        Raises:
            StatusReportError: CodeDeploy did not take the status; Lambda's own retry of the event tries again.
            HeldError: another run of the execution is at work, and reports the status; a retry finds it reported.
        """
        blank = blank_judgement(execution, self.event, self.clock.utc_now())
        resort = LastResort(
            replace(blank, verdict=replace(NOTHING_JUDGED, reason=OVERDUE)),
            lambda judgement: self._report_last(judgement, execution, status_deadline),
        )
        call_off = resort.armed(self.timer, status_deadline)
        try:
            judgement = self._judgement_or_error(execution, blank, deadline)
            if judgement is None:
                return GateResult(judgement=None, status=None, reported=False)
            return self._report(judgement, execution, resort, status_deadline)
        finally:
            resort.over()
            call_off()

    def _report(
        self, found: Judgement, execution: HookExecution, resort: LastResort, status_deadline: Deadline
    ) -> GateResult:
        """Log the reason, report the status, and only then store what was found."""
        judgement = resort.decided(found)
        status = judgement.verdict.status
        self._log_reason(found)
        try:
            reported = self.deployments.report_status(execution, status, status_deadline)
        except Exception as error:
            if not resort.done:
                self.log(f"{execution.deployment_id}: could not report {status} to CodeDeploy ({error})")
                if isinstance(error, StatusReportError):
                    raise
                raise StatusReportError(unforeseen(error)) from error
            reported = True
        if resort.done:
            self.log(f"{execution.deployment_id}: its time was over, {status} was reported as the last resort")
        elif reported:
            self._publish(judgement, status)
            if self.known_bad is not None:
                self.known_bad.remember(judgement)
        else:
            self.log(f"{execution.deployment_id}: completed by another run")
            self._complete_for_another(self.deployments, judgement, execution, status_deadline)
        return GateResult(judgement=judgement, status=status, reported=reported)

    def _report_last(self, judgement: Judgement, execution: HookExecution, deadline: Deadline) -> bool:
        """Report and store what there is, in the timer; return whether CodeDeploy has it."""
        status = judgement.verdict.status
        self._log_reason(judgement)
        try:
            reported = self.last_deployments.report_status(execution, status, deadline)
        except Exception as error:  # noqa: BLE001 - there is nobody above who could do more
            self.log(f"{execution.deployment_id}: could not report {status} to CodeDeploy as the last resort ({error})")
            return False
        if reported:
            self._publish(judgement, status)
        elif self._status_reported(self.last_deployments, execution, deadline) is status:
            # By the run itself, which may still wait for the answer.
            self._publish_missing(judgement, status)
        else:
            self._complete_for_another(self.last_deployments, judgement, execution, deadline)
        return True

    def _log_reason(self, judgement: Judgement) -> None:
        """Leave the reason where a run that dies from here on leaves it too."""
        verdict = judgement.verdict
        self.log(
            f"{judgement.deployment.deployment_id}: reporting {verdict.status} ({verdict.outcome}): {verdict.reason}"
        )

    def _judgement_or_error(self, execution: HookExecution, blank: Judgement, deadline: Deadline) -> Judgement | None:
        """Return the judgement of an execution, None where no status is awaited any more. Raises HeldError alone.

        The last resort needs no import: a package with a missing or broken module must still report Failed.
        """
        try:
            return self._judgement(execution, blank, deadline)
        except HeldError:
            raise
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(blank, verdict=replace(NOTHING_JUDGED, reason=unforeseen(error)))

    def _judgement(self, execution: HookExecution, blank: Judgement, deadline: Deadline) -> Judgement | None:
        try:
            deployment = self.deployments.describe(execution, deadline)
        except WarmgateError as error:
            return replace(blank, verdict=error_verdict(f"the deployment could not be read: {error}", None))
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(blank, verdict=error_verdict(unforeseen(error), None))
        if deployment.reported is not None and deployment.lifecycle_event is None:
            self._complete(replace(blank, deployment=deployment), deployment.reported)
            return None
        if deployment.ended:
            self.log(f"{execution.deployment_id}: the deployment is {deployment.status}, nothing to do")
            return None
        return self._judged_unless_asked_not_to(replace(blank, deployment=deployment), deadline)

    def _judged_unless_asked_not_to(self, known: Judgement, deadline: Deadline) -> Judgement:
        """Judge, unless the deployment is a rollback or is to be skipped; what is not believed is said loudly."""
        deployment = known.deployment
        claim, skip = self.proof.claim_of(deployment, deadline), skip_reason(deployment.description)
        known = replace(known, deployment=replace(deployment, is_rollback=claim is not None and claim.proven))
        if claim is not None and claim.proven:
            return replace(known, verdict=unjudged_verdict(Unjudged.ROLLBACK, f"{ROLLBACK_PASSES}: {claim.reason}"))
        if skip:
            return replace(known, verdict=unjudged_verdict(Unjudged.SKIP, f"{SKIPPED}: {skip}"))
        warnings = [f"{claim.reason}; judged as a release"] if claim is not None else []
        warnings += [NO_SKIP] if skip is not None else []
        for warning in warnings:
            self.log(f"{deployment.deployment_id}: {warning}")
        judged = self._judged(known, deadline)
        return replace(judged, verdict=replace(judged.verdict, warnings=(*warnings, *judged.verdict.warnings)))

    def _complete_for_another(
        self, deployments: Deployments, judgement: Judgement, execution: HookExecution, deadline: Deadline
    ) -> None:
        """Store a report where none lies: another run reported the status, and may have died before it stored one."""
        if (reported := self._status_reported(deployments, execution, deadline)) is not None:
            blank = blank_judgement(execution, self.event, judgement.started_at)
            self._complete(replace(blank, deployment=judgement.deployment), reported)

    def _status_reported(self, deployments: Deployments, execution: HookExecution, deadline: Deadline) -> Status | None:
        try:
            return deployments.describe(execution, deadline).reported
        except Exception as error:  # noqa: BLE001 - a report that cannot be completed never changes the status
            self.log(f"{execution.deployment_id}: report not completed ({error})")
            return None

    def _complete(self, known: Judgement, reported: Status) -> None:
        """Store a report where the run that reported the status died before it could."""
        self.log(f"{known.deployment.deployment_id}: the status was already reported to CodeDeploy, nothing to do")
        verdict = replace(NOTHING_JUDGED, status=reported, reason=f"{reported} {LOST_REPORT}")
        self._publish_missing(replace(known, verdict=verdict), reported)

    def _publish_missing(self, judgement: Judgement, status: Status) -> None:
        if self.archive is None:
            return
        try:
            self.archive.publish_missing(judgement, status)
        except Exception as error:  # noqa: BLE001 - a sink never changes the status
            self.log(f"{judgement.deployment.deployment_id}: report not completed ({error})")

    def _judged(self, known: Judgement, deadline: Deadline) -> Judgement:
        policy: Policy | None = None
        try:
            policy, source = self.policies.find(known.deployment.target, deadline)
            known = replace(known, policy_name=policy.name, policy_source=source)
            if self.known_bad is not None:
                known = replace(known, fingerprint=self.known_bad.fingerprint(known.deployment, policy))
                if (refused := self.known_bad.verdict_on(known.deployment, known.fingerprint)) is not None:
                    return replace(known, verdict=refused)
            found = self.judging.judge_release(known.deployment, policy, deadline)
            return replace(
                known, verdict=found.verdict, samples=found.samples, spending=found.spending, notes=found.notes
            )
        except HeldError:
            raise
        except WarmgateError as error:
            return replace(known, verdict=error_verdict(str(error), policy))
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(known, verdict=error_verdict(unforeseen(error), policy))

    def _publish(self, judgement: Judgement, status: Status) -> None:
        for sink in self.reports:
            try:
                sink.publish(judgement, status)
            except ReportError as error:
                self.log(f"{judgement.deployment.deployment_id}: report not published ({error})")
            except Exception as error:  # noqa: BLE001 - a sink never changes the status
                self.log(f"{judgement.deployment.deployment_id}: report not published ({unforeseen(error)})")
