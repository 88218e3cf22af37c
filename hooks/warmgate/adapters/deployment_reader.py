"""Reads what CodeDeploy says of a deployment, for hooks, guard and controller alike. AWS's names end here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warmgate.adapters.faults import SDK_ERRORS, is_passing
from warmgate.adapters.home import elsewhere, local_name, region_of
from warmgate.errors import AppSpecError, DeploymentLookupError, OtherPlatformError
from warmgate.model.deployment import UNKNOWN_TARGET, Deployment, HookRun, LifecycleEvent, Status, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from warmgate.appspec.read import AppSpec

EVENT_ENDED = {"Succeeded": Status.SUCCEEDED, "Failed": Status.FAILED, "Skipped": Status.FAILED}
"""Statuses of a lifecycle event that never change again, as what a hook had reported."""
ROLLBACK_EVENTS = {
    "Failed": {"DEPLOYMENT_FAILURE"},
    "Stopped": {"DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"},
}


class DeploymentReader:
    """Deployments through the SDK's CodeDeploy client; what it raises is not repeated here."""

    def __init__(self, client: Any, clients: Callable[[str], Any] | None = None) -> None:
        self._client = client
        self._clients = clients
        self._region = region_of(client)

    def awaited(self, deployment_id: str, event: LifecycleEvent) -> Deployment:
        """Return a deployment as the hook of an event sees it.

        Raises:
            OtherPlatformError: it is no deployment of Lambda.
            DeploymentLookupError: neither a target nor an AppSpec could be read, or it is of a function elsewhere.
        """
        about = self._about(deployment_id)
        if about.get("computePlatform") not in {None, "Lambda"}:
            raise OtherPlatformError(
                f"{deployment_id}: found compute platform {about['computePlatform']}, expected Lambda"
            )
        seen = self._target(deployment_id)
        spec = None if _subject(seen, None)[0].is_known else self._appspec(about)
        _refuse_elsewhere(deployment_id, _subject(seen, spec)[0].function, self._region)
        waiting, reported = _hook_state(_events_in(seen), event)
        if waiting is not None and reported is not None and not self._serves_both(about):
            waiting = None
        return _deployment(about, seen, spec, self._region, lifecycle_event=waiting, reported=reported)

    def with_hooks(self, deployment_id: str) -> Deployment:
        """Return a deployment with its hooks; one may have failed before it had a target, and with a bad AppSpec."""
        about = self._about(deployment_id)
        seen = self._target(deployment_id)
        try:
            spec = self._appspec(about)
        except (*SDK_ERRORS, DeploymentLookupError):
            spec = None
        return _deployment(about, seen, spec, self._region, hooks=_hooks(_events_in(seen), spec))

    def listed(self, deployment_ids: list[str]) -> list[Deployment]:
        """Return deployments without target and hooks, as many as CodeDeploy gives at once."""
        found = self._client.batch_get_deployments(deploymentIds=deployment_ids).get("deploymentsInfo", [])
        return [_deployment(about, {}, None, self._region) for about in found]

    def _about(self, deployment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        return found

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

    def _appspec(self, about: dict[str, Any]) -> AppSpec:
        from warmgate.appspec.read import parse_appspec

        deployment_id = about["deploymentId"]
        answer = self._client.get_application_revision(
            applicationName=about.get("applicationName"), revision=about.get("revision")
        )
        revision = answer["revision"]
        content = revision.get("string", {}).get("content") or revision.get("appSpecContent", {}).get("content")
        place = revision.get("s3Location")
        if not content and place and self._clients is not None:
            from warmgate.adapters.revision_objects import text_of

            content = text_of(deployment_id, place, self._clients)
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


def _deployment(
    about: dict[str, Any], seen: dict[str, Any], spec: AppSpec | None, region: str, **known: Any
) -> Deployment:
    rollback, error = about.get("rollbackInfo") or {}, about.get("errorInformation") or {}
    target, baseline, candidate = _subject(seen, spec)
    shift = _events_in(seen).get("AllowTraffic", {})
    return Deployment(
        deployment_id=about["deploymentId"],
        target=replace(target, function=local_name(target.function, region)),
        baseline=baseline,
        candidate=candidate,
        application=about.get("applicationName") or "",
        group=about.get("deploymentGroupName") or "",
        creator=about.get("creator") or "",
        rollback_of=rollback.get("rollbackTriggeringDeploymentId") or "",
        rollback_expected=_expects_rollback(about),
        description=about.get("description") or "",
        status=about.get("status") or "",
        error_code=error.get("code", ""),
        error_message=error.get("message", ""),
        created_s=_seconds(about.get("createTime")),
        completed_s=_seconds(about.get("completeTime")),
        shift_began_ms=_epoch_ms(shift.get("startTime")),
        shift_ended_ms=_epoch_ms(shift.get("endTime")),
        **known,
    )


def _subject(seen: dict[str, Any], spec: AppSpec | None) -> tuple[Target, str, str]:
    """Return target, baseline and candidate as the deployment's target names them, else as its AppSpec does."""
    info = seen.get("lambdaFunctionInfo", {})
    names = [str(info.get(key) or "") for key in ("functionName", "functionAlias", "currentVersion", "targetVersion")]
    if all(names):
        return Target(names[0], names[1]), names[2], names[3]
    if spec is None:
        return UNKNOWN_TARGET, "", ""
    return Target(spec.named or spec.target.function, spec.target.alias), spec.baseline, spec.candidate


def _refuse_elsewhere(deployment_id: str, function: str, region: str) -> None:
    if place := elsewhere(function, region):
        raise DeploymentLookupError(
            f"{deployment_id}: {function} is in {place}, where nothing of it is called, read or put back from here",
            hint="deploy it there, with hooks of that account and region",
        )


def _events_in(seen: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {event["lifecycleEventName"]: event for event in seen.get("lifecycleEvents", [])}


def _hook_state(
    events: dict[str, dict[str, Any]], event: LifecycleEvent
) -> tuple[LifecycleEvent | None, Status | None]:
    """Return the hook event that waits for a status, and the status that `event` ended with where it has."""
    statuses = {name: found.get("status") for name, found in events.items()}
    reported = EVENT_ENDED.get(str(statuses.get(event.value)))
    waiting = next((hook for hook in LifecycleEvent if statuses.get(hook.value) == "InProgress"), None)
    return waiting or (None if reported else event), reported


def _hooks(events: dict[str, dict[str, Any]], spec: AppSpec | None) -> tuple[HookRun, ...]:
    """Return the lifecycle events with a hook; before a target exists, those of the AppSpec."""
    functions = {event.value: name for event, name in spec.hooks.items()} if spec else {}
    names = [hook.value for hook in LifecycleEvent if hook in (functions if spec else events)]
    return tuple(
        HookRun(event=name, function=functions.get(name, ""), status=events.get(name, {}).get("status", "not run"))
        for name in names
    )


def _expects_rollback(about: dict[str, Any]) -> bool:
    configured = about.get("autoRollbackConfiguration") or {}
    events = set(configured.get("events", [])) if configured.get("enabled") else set()
    return bool(
        (about.get("rollbackInfo") or {}).get("rollbackDeploymentId")
        or events & ROLLBACK_EVENTS.get(about.get("status", ""), set())
    )


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _epoch_ms(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp() * 1000
