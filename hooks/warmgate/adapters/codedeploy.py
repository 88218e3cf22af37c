"""CodeDeploy as a hook needs it: what a deployment is about, and telling the hook's status. AWS's names end here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing
from warmgate.adapters.waiting import repeat_until
from warmgate.deadline import Deadline
from warmgate.errors import AppSpecError, DeploymentLookupError, StatusReportError
from warmgate.marks import ROLLBACK_MARK
from warmgate.model import Deployment, HookExecution, LifecycleEvent, Status, Target
from warmgate.ports import Clock

ROLLBACK_CREATORS = frozenset({"codeDeployRollback", "CloudFormationRollback"})


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
        """Tell a status until it is accepted, already known, or the deadline has come."""
        try:
            repeat_until(
                deadline,
                self._clock,
                self._client.put_lifecycle_event_hook_execution_status,
                deploymentId=execution.deployment_id,
                lifecycleEventHookExecutionId=execution.execution_id,
                status=status.value,
            )
        except SDK_ERRORS as error:
            if code_of(error) == "LifecycleEventAlreadyCompletedException":
                return False
            raise StatusReportError(
                f"{execution.deployment_id}: CodeDeploy did not take {status.value}: {code_of(error)}: {error}",
                hint="allow codedeploy:PutLifecycleEventHookExecutionStatus to the role, and give a hook in a VPC"
                " a way to CodeDeploy's endpoint",
            ) from error
        return True

    def _describe(self, deployment_id: str) -> Deployment:
        about = self._client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        seen = self._target(deployment_id)
        function = seen.get("lambdaFunctionInfo", {})
        names = tuple(
            str(function.get(key) or "") for key in ("functionName", "functionAlias", "currentVersion", "targetVersion")
        )
        if not all(names):
            names = self._names_from_revision(deployment_id, about)
        name, alias, baseline, candidate = names
        events = {event.get("lifecycleEventName"): event for event in seen.get("lifecycleEvents", [])}
        running, told = _hook_state(events, self._event)
        shift = events.get("AllowTraffic", {})
        return Deployment(
            deployment_id=deployment_id,
            target=Target(name, alias),
            baseline=baseline,
            candidate=candidate,
            lifecycle_event=running,
            told=told,
            is_rollback=about.get("creator") in ROLLBACK_CREATORS
            or bool(about.get("rollbackInfo", {}).get("rollbackTriggeringDeploymentId"))
            or ROLLBACK_MARK.search(about.get("description") or "") is not None,
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

    def _names_from_revision(self, deployment_id: str, about: dict[str, Any]) -> tuple[str, str, str, str]:
        from warmgate.appspec import parse_appspec

        answer = self._client.get_application_revision(
            applicationName=about["applicationName"], revision=about["revision"]
        )
        revision = answer.get("revision", {})
        content = revision.get("string", {}).get("content") or revision.get("appSpecContent", {}).get("content")
        if not content:
            raise DeploymentLookupError(
                f"{deployment_id}: neither a target nor an AppSpec could be read"
                f" (revision type {revision.get('revisionType', 'unknown')})",
                hint="deploy with an AppSpecContent or String revision, or allow codedeploy:GetDeploymentTarget",
            )
        try:
            spec = parse_appspec(content, f"AppSpec of {deployment_id}")
        except AppSpecError as error:
            raise DeploymentLookupError(f"{deployment_id}: its AppSpec cannot be read: {error}") from error
        return spec.target.function, spec.target.alias, spec.baseline, spec.candidate


def _epoch_ms(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp() * 1000


def _hook_state(
    events: dict[str | None, dict[str, Any]], event: LifecycleEvent
) -> tuple[LifecycleEvent | None, Status | None]:
    """Return the hook event that waits for a status, and the status that `event` ended with if it has ended."""
    by_name = {name: found.get("status") for name, found in events.items()}
    for hook in LifecycleEvent:
        if by_name.get(hook.value) == "InProgress":
            return hook, None
    ended = {"Succeeded": Status.SUCCEEDED, "Failed": Status.FAILED, "Skipped": Status.FAILED}
    told = ended.get(str(by_name.get(event.value)))
    return (None, told) if told else (event, None)
