"""One call of a hook from its two ids to the status that CodeDeploy hears, whatever happens on the way.

What is judged, calls of our own or live traffic, is the judging's part: the promises are the same for both hooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from warmgate.assessment import Assessment, Judging
from warmgate.deadline import Deadline
from warmgate.errors import HeldError, ReportError, StatusReportError, WarmgateError
from warmgate.model import (
    Deployment,
    HookExecution,
    Judgement,
    LifecycleEvent,
    Outcome,
    Spending,
    Status,
    Target,
    Verdict,
)
from warmgate.policy.values import Policy
from warmgate.ports import Clock, Deployments, Functions, Policies, Reports

if TYPE_CHECKING:
    from warmgate.known_bad import KnownBad, Refusals

SKIP = re.compile(r"\[warmgate skip:\s*(?P<reason>[^\]]*?)\s*\]", re.IGNORECASE)
"""The escape hatch in a deployment's description."""

UNKNOWN_TARGET = Target("unknown", "unknown")
NOTHING_JUDGED = Verdict(outcome=Outcome.ERROR, status=Status.FAILED, reason="nothing was judged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """How a hook execution ended; `told` is False where CodeDeploy had its status already."""

    judgement: Judgement | None
    status: Status | None
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The use case of both hooks."""

    deployments: Deployments
    policies: Policies
    judging: Judging
    clock: Clock
    event: LifecycleEvent = LifecycleEvent.BEFORE_ALLOW_TRAFFIC
    reports: tuple[Reports, ...] = ()
    refusals: Refusals | None = None
    functions: Functions | None = None
    """What a refusal is known again by is read from here; without both nothing is remembered."""
    log: Callable[[str], None] = lambda _line: None

    def run(self, execution: HookExecution, deadline: Deadline, tell_deadline: Deadline) -> Gated:
        """Judge a hook execution and tell CodeDeploy, once.

        Args:
            execution: the two ids of the event.
            deadline: when measuring must end.
            tell_deadline: when the status must have been told; later than `deadline` by the reserve.

        Raises:
            StatusReportError: CodeDeploy could not be told; Lambda's own retry of the event tries again.
            HeldError: another run of the execution is at work, and reports the status; a retry finds it reported.
        """
        judgement = self._judgement_whatever_happens(execution, deadline)
        if judgement is None:
            self.log(f"{execution.deployment_id}: the hook's status is told already, nothing to do")
            return Gated(judgement=None, status=None, told=False)
        status = judgement.verdict.status
        try:
            told = self.deployments.tell(execution, status, tell_deadline)
        except StatusReportError as error:
            self.log(f"{execution.deployment_id}: {status} could not be told ({error}); {judgement.verdict.reason}")
            raise
        if told:
            self._publish(judgement, status)
            if (known_bad := self._known_bad()) is not None:
                known_bad.remember(judgement)
        else:
            self.log(f"{execution.deployment_id}: completed by another run; this one found {judgement.verdict.reason}")
        return Gated(judgement=judgement, status=status, told=told)

    def _judgement_whatever_happens(self, execution: HookExecution, deadline: Deadline) -> Judgement | None:
        """Return the judgement of an execution, None where it has been told already. Raises HeldError alone.

        The last resort needs no import: a package with a missing or broken module must still tell Failed.
        """
        blank = _blank(execution, self.event, self.clock.utc_now())
        try:
            return self._judgement(execution, blank, deadline)
        except HeldError:
            raise
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(blank, verdict=replace(NOTHING_JUDGED, reason=_unforeseen(error)))

    def _judgement(self, execution: HookExecution, blank: Judgement, deadline: Deadline) -> Judgement | None:
        try:
            deployment = self.deployments.describe(execution, deadline)
        except WarmgateError as error:
            return replace(blank, verdict=_error_verdict(f"deployment not described: {error}", None))
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(blank, verdict=_error_verdict(_unforeseen(error), None))
        if deployment.told is not None and deployment.lifecycle_event is None:
            return None
        known = replace(blank, deployment=deployment)
        unjudged = _reason_not_to_judge(deployment)
        if unjudged is not None:
            return replace(known, verdict=_unjudged_verdict(unjudged))
        return self._judged(known, deadline)

    def _judged(self, known: Judgement, deadline: Deadline) -> Judgement:
        policy: Policy | None = None
        try:
            policy, source = self.policies.find(known.deployment.target, deadline)
            known = replace(known, policy_name=policy.name, policy_source=source)
            if (known_bad := self._known_bad()) is not None:
                known = replace(known, fingerprint=known_bad.fingerprint(known.deployment, policy))
                if (refused := known_bad.verdict_on(known.deployment, known.fingerprint)) is not None:
                    return replace(known, verdict=refused)
            found = self.judging.judge_release(known.deployment, policy, deadline)
            return _completed(known, found)
        except HeldError:
            raise
        except WarmgateError as error:
            return replace(known, verdict=_error_verdict(str(error), policy))
        except Exception as error:  # noqa: BLE001 - every path must end in a status
            return replace(known, verdict=_error_verdict(_unforeseen(error), policy))

    def _known_bad(self) -> KnownBad | None:
        if self.refusals is None or self.functions is None:
            return None
        from warmgate.known_bad import KnownBad

        return KnownBad(refusals=self.refusals, functions=self.functions, log=self.log)

    def _publish(self, judgement: Judgement, status: Status) -> None:
        for sink in self.reports:
            try:
                sink.publish(judgement, status)
            except ReportError as error:
                self.log(f"{judgement.deployment.deployment_id}: report not published ({error})")
            except Exception as error:  # noqa: BLE001 - a sink never changes the status
                self.log(f"{judgement.deployment.deployment_id}: report not published ({_unforeseen(error)})")


def _error_verdict(reason: str, policy: Policy | None) -> Verdict:
    # The judge is imported when there is something to judge: the first probe does not wait for it.
    from warmgate.judge import verdict_of_error

    return verdict_of_error(reason, policy)


def _unjudged_verdict(reason: str) -> Verdict:
    """Return the verdict of a release that is let through on purpose, loudly; no judge is needed for it."""
    return Verdict(outcome=Outcome.PASSED, status=Status.SUCCEEDED, reason=reason, warnings=(reason,))


def _blank(execution: HookExecution, event: LifecycleEvent, now: str) -> Judgement:
    """Return the judgement of an execution of which nothing is known yet; its verdict is always replaced."""
    unknown = Deployment(
        deployment_id=execution.deployment_id,
        target=UNKNOWN_TARGET,
        baseline="",
        candidate="",
        lifecycle_event=event,
    )
    return Judgement(
        deployment=unknown,
        execution=execution,
        policy_name="",
        policy_source="",
        verdict=NOTHING_JUDGED,
        spending=Spending(),
        started_at=now,
    )


def _reason_not_to_judge(deployment: Deployment) -> str | None:
    if deployment.is_rollback:
        return "a rollback is never blocked: passed without judging"
    skip = SKIP.search(deployment.description)
    if skip is not None:
        return f"SKIPPED by the deployment's description, nothing was judged: {skip['reason'] or 'no reason given'}"
    return None


def _completed(known: Judgement, found: Assessment) -> Judgement:
    return replace(known, verdict=found.verdict, samples=found.samples, spending=found.spending, notes=found.notes)


def _unforeseen(error: Exception) -> str:
    return f"unforeseen {type(error).__name__}: {error}"
