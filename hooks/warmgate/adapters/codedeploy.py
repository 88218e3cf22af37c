"""CodeDeploy as a hook needs it: what a deployment is about, and telling the hook's status. AWS's names end here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing, repeats_of
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import repeat_until
from warmgate.errors import AppSpecError, DeploymentLookupError, OtherPlatformError, StatusReportError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.ports.time import Clock

if TYPE_CHECKING:
    from warmgate.appspec.read import AppSpec

ENDED = {"Succeeded": Status.SUCCEEDED, "Failed": Status.FAILED, "Skipped": Status.FAILED}
"""Statuses of a lifecycle event that never change again, as what a hook had reported."""


class CodeDeployDeployments:
    """Deployments through the SDK's CodeDeploy client."""

    def __init__(self, client: Any, clock: Clock, event: LifecycleEvent = LifecycleEvent.BEFORE_ALLOW_TRAFFIC) -> None:
        self._client = client
        self._clock = clock
        self._event = event

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment from its target, else from its revision."""
        try:
            found: Deployment = repeat_until(deadline, self._clock, self._describe, execution.deployment_id)
        except SDK_ERRORS as error:
            raise DeploymentLookupError(
                f"{execution.deployment_id}: CodeDeploy did not describe it: {code_of(error)}: {error}",
                hint="allow codedeploy:GetDeployment, ListDeploymentTargets, GetDeploymentTarget to the role",
            ) from error
        return found

    def tell(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status until it is taken or the deadline has come; what has been taken already is looked up."""
        attempts = 0

        def put() -> None:
            nonlocal attempts
            attempts += 1
            self._client.put_lifecycle_event_hook_execution_status(
                deploymentId=execution.deployment_id,
                lifecycleEventHookExecutionId=execution.execution_id,
                status=status.value,
            )

        try:
            repeat_until(deadline, self._clock, put)
        except SDK_ERRORS as error:
            if code_of(error) == "LifecycleEventAlreadyCompletedException":
                # By an attempt of ours whose answer was lost, or by another run.
                repeated = attempts > 1 or repeats_of(error) > 0
                return repeated and self._took(execution, status, deadline)
            raise _untold(execution, status, error) from error
        return True

    def _took(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Return whether the hook's event ended with a status; raises StatusReportError where nobody says."""
        try:
            return self.describe(execution, deadline).told is status
        except DeploymentLookupError as error:
            raise StatusReportError(
                f"{execution.deployment_id}: whether {status} was taken is not known: {error}"
            ) from error

    def _describe(self, deployment_id: str) -> Deployment:
        about = self._client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        if about.get("computePlatform") not in {None, "Lambda"}:
            raise OtherPlatformError(
                f"{deployment_id}: found compute platform {about['computePlatform']}, expected Lambda"
            )
        seen = self._target(deployment_id)
        function = seen.get("lambdaFunctionInfo", {})
        names = tuple(
            str(function.get(key) or "") for key in ("functionName", "functionAlias", "currentVersion", "targetVersion")
        )
        if not all(names):
            names = self._names_from_revision(about)
        name, alias, baseline, candidate = names
        events = {event.get("lifecycleEventName"): event for event in seen.get("lifecycleEvents", [])}
        running, told = _hook_state(events, self._event)
        if running is not None and told is not None and not self._serves_both(about):
            running = None
        shift = events.get("AllowTraffic", {})
        return Deployment(
            deployment_id=deployment_id,
            target=Target(name, alias),
            baseline=baseline,
            candidate=candidate,
            lifecycle_event=running,
            told=told,
            application=about.get("applicationName") or "",
            group=about.get("deploymentGroupName") or "",
            creator=about.get("creator") or "",
            rollback_of=(about.get("rollbackInfo") or {}).get("rollbackTriggeringDeploymentId") or "",
            description=about.get("description") or "",
            state=about.get("status") or "",
            shift_began_ms=_epoch_ms(shift.get("startTime")),
            shift_ended_ms=_epoch_ms(shift.get("endTime")),
        )

    def _target(self, deployment_id: str) -> dict[str, Any]:
        """Return the deployment's only target; empty where CodeDeploy shows none, so that the revision is read."""
        try:
            ids = self._client.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
            if not ids:
                return {}
            seen = self._client.get_deployment_target(deploymentId=deployment_id, targetId=ids[0])
        except SDK_ERRORS as error:
            if is_passing(error):
                raise
            return {}
        found: dict[str, Any] = seen.get("deploymentTarget", {}).get("lambdaTarget", {})
        return found

    def _serves_both(self, about: dict[str, Any]) -> bool:
        """Return whether one hook is attached to both events: one that has ended may else only be delivered again."""
        try:
            hooks = self._appspec(about).hooks
        except (*SDK_ERRORS, DeploymentLookupError):  # A status too many is refused; one too few costs an hour.
            return True
        return len({*hooks.values()}) < len(hooks)

    def _names_from_revision(self, about: dict[str, Any]) -> tuple[str, str, str, str]:
        spec = self._appspec(about)
        return spec.target.function, spec.target.alias, spec.baseline, spec.candidate

    def _appspec(self, about: dict[str, Any]) -> AppSpec:
        from warmgate.appspec.read import parse_appspec

        deployment_id = about["deploymentId"]
        answer = self._client.get_application_revision(
            applicationName=about["applicationName"], revision=about["revision"]
        )
        revision = answer["revision"]
        content = revision.get("string", {}).get("content") or revision.get("appSpecContent", {}).get("content")
        if not content:
            raise DeploymentLookupError(
                f"{deployment_id}: neither a target nor an AppSpec could be read"
                f" (revision type {revision.get('revisionType', 'unknown')})",
                hint="deploy with an AppSpecContent or String revision, or allow codedeploy:GetDeploymentTarget",
            )
        try:
            return parse_appspec(content, f"AppSpec of {deployment_id}")
        except AppSpecError as error:
            raise DeploymentLookupError(f"{deployment_id}: its AppSpec cannot be read: {error}") from error


class LastDeployments:
    """The same on a client of its own, made when it is needed: for what is reported with the last seconds."""

    def __init__(self, clients: Clients, clock: Clock, event: LifecycleEvent) -> None:
        self._clients = clients
        self._clock = clock
        self._event = event

    def describe(self, execution: HookExecution, deadline: Deadline) -> Deployment:
        """Return the deployment."""
        return self._made().describe(execution, deadline)

    def tell(self, execution: HookExecution, status: Status, deadline: Deadline) -> bool:
        """Report a status."""
        return self._made().tell(execution, status, deadline)

    def _made(self) -> CodeDeployDeployments:
        return CodeDeployDeployments(self._clients.last_resort("codedeploy"), self._clock, self._event)


def _epoch_ms(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp() * 1000


def _hook_state(
    events: dict[str | None, dict[str, Any]], event: LifecycleEvent
) -> tuple[LifecycleEvent | None, Status | None]:
    """Return the hook event that waits for a status, and the status that `event` ended with where it has."""
    by_name = {name: found.get("status") for name, found in events.items()}
    told = ENDED.get(str(by_name.get(event.value)))
    waiting = next((hook for hook in LifecycleEvent if by_name.get(hook.value) == "InProgress"), None)
    return waiting or (None if told else event), told


def _untold(execution: HookExecution, status: Status, error: BaseException) -> StatusReportError:
    return StatusReportError(
        f"{execution.deployment_id}: CodeDeploy did not take {status.value}: {code_of(error)}: {error}",
        hint="allow codedeploy:PutLifecycleEventHookExecutionStatus to the role, and give a hook in a VPC"
        " a way to CodeDeploy's endpoint",
    )
