"""CodeDeploy as the rollback controller needs it: deployments with hooks, those after them, and one back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing
from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.appspec.write import revision_of
from warmgate.errors import AppSpecError, DeploymentLookupError, RollbackError
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AlarmState, HookRun, Release

ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
LARGEST_BATCH = 25
ROLLBACK_EVENTS = {
    "Failed": {"DEPLOYMENT_FAILURE"},
    "Stopped": {"DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"},
}
HOOK_EVENTS = frozenset(event.value for event in LifecycleEvent)


class CodeDeployReleases:
    """Releases through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def describe(self, deployment_id: str) -> Release:
        """Return a deployment with target, versions and hooks."""
        try:
            found = self._client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
        except SDK_ERRORS as error:
            raise _lookup_error(deployment_id, error, "GetDeployment") from error
        seen, spec = self._target(deployment_id), self._appspec(found)
        function = seen.get("lambdaFunctionInfo", {})
        names = [function.get(key) for key in ("functionName", "functionAlias", "currentVersion", "targetVersion")]
        if not all(names):
            names = [spec.target.function, spec.target.alias, spec.baseline, spec.candidate] if spec else []
        name, alias, baseline, candidate = map(str, names) if names else ("", "", "", "")
        return _release(
            found,
            target=Target(name, alias) if name else None,
            baseline=baseline,
            candidate=candidate,
            hooks=_hooks(seen.get("lifecycleEvents", []), spec),
        )

    def later(self, release: Release) -> tuple[Release, ...]:
        """Return what was made in the group after a deployment, oldest first."""
        after_s = release.created_s
        kept = [each for each in self.between(release, after_s) if each.deployment_id != release.deployment_id]
        return tuple(each for each in kept if _made(each) >= (after_s or 0.0))

    def between(self, release: Release, since_s: float | None, until_s: float | None = None) -> tuple[Release, ...]:
        """Return the deployments of a release's group made between two instants, oldest first."""
        try:
            found = [_release(about) for ids in self._listed(release, since_s, until_s) for about in self._batch(ids)]
        except SDK_ERRORS as error:
            raise _lookup_error(release.deployment_id, error, "ListDeployments and BatchGetDeployments") from error
        return tuple(sorted(found, key=_made))

    def roll_back(self, release: Release) -> str:
        """Make a deployment from the candidate back to the baseline; alarms cannot stop it, hooks are not called."""
        mark = rollback_mark_of(release.deployment_id)
        try:
            made = self._client.create_deployment(
                applicationName=release.application,
                deploymentGroupName=release.group,
                deploymentConfigName=ALL_AT_ONCE,
                description=f"{mark} version {release.candidate} to {release.baseline}",
                revision=revision_of(_way_back(release)),
                autoRollbackConfiguration={"enabled": False},
                overrideAlarmConfiguration={"enabled": False},
            )
        except SDK_ERRORS as error:
            raise RollbackError(
                f"{release.deployment_id}: CodeDeploy took no deployment back: {code_of(error)}: {error}",
                busy=code_of(error) == "DeploymentLimitExceededException",
                unsure=is_passing(error),
                hint="allow codedeploy:CreateDeployment, GetDeploymentConfig, GetApplicationRevision and"
                " RegisterApplicationRevision to the controller's role",
            ) from error
        return str(made["deploymentId"])

    @property
    def _client(self) -> Any:
        return self._clients("codedeploy")

    def _listed(self, release: Release, since_s: float | None, until_s: float | None) -> Iterator[list[str]]:
        """Yield the ids of the group's deployments of a time, in batches that can be read at once."""
        asked: dict[str, Any] = {"applicationName": release.application, "deploymentGroupName": release.group}
        span = {"start": since_s, "end": until_s}
        if known := {name: datetime.fromtimestamp(at, UTC) for name, at in span.items() if at is not None}:
            asked["createTimeRange"] = known
        while True:
            page = self._client.list_deployments(**asked)
            ids = page.get("deployments", [])
            yield from (ids[at : at + LARGEST_BATCH] for at in range(0, len(ids), LARGEST_BATCH))
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]

    def _batch(self, ids: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._client.batch_get_deployments(deploymentIds=ids).get("deploymentsInfo", [])
        return found

    def _target(self, deployment_id: str) -> dict[str, Any]:
        """Return the only target, empty where CodeDeploy shows none: a deployment may fail before it has one."""
        try:
            ids = self._client.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
            if not ids:
                return {}
            seen = self._client.get_deployment_target(deploymentId=deployment_id, targetId=ids[0])
        except SDK_ERRORS:
            return {}
        found: dict[str, Any] = seen.get("deploymentTarget", {}).get("lambdaTarget", {})
        return found

    def _appspec(self, about: dict[str, Any]) -> AppSpec | None:
        """Return the AppSpec, None where it cannot be read: it only adds the hooks' names."""
        try:
            revision = self._client.get_application_revision(
                applicationName=about["applicationName"], revision=about["revision"]
            )["revision"]
            content = revision.get("string", {}).get("content") or revision.get("appSpecContent", {}).get("content")
            return parse_appspec(content or "", "AppSpec")
        except (*SDK_ERRORS, AppSpecError, KeyError):
            return None


class GroupAlarms:
    """The alarms of a deployment's group, or of the deployment itself where it has its own."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def of(self, release: Release) -> tuple[AlarmState, ...]:
        """Return the alarms that are set and their states now."""
        codedeploy = self._clients("codedeploy")
        try:
            own = codedeploy.get_deployment(deploymentId=release.deployment_id)["deploymentInfo"]
            configured = own.get("overrideAlarmConfiguration") or codedeploy.get_deployment_group(
                applicationName=release.application, deploymentGroupName=release.group
            )["deploymentGroupInfo"].get("alarmConfiguration", {})
            names = [alarm["name"] for alarm in configured.get("alarms", [])] if configured.get("enabled") else []
            if not names:
                return ()
            found = self._clients("cloudwatch").describe_alarms(
                AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
        except SDK_ERRORS as error:
            raise _lookup_error(
                release.deployment_id, error, "GetDeploymentGroup and cloudwatch:DescribeAlarms"
            ) from error
        alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return tuple(AlarmState(name, states.get(name, "not found")) for name in names)


def _way_back(release: Release) -> AppSpec:
    """Return the AppSpec from candidate to baseline, without hooks."""
    assert release.target is not None
    return AppSpec(target=release.target, baseline=release.candidate, candidate=release.baseline)


def _release(about: dict[str, Any], **known: Any) -> Release:
    rollback, error = about.get("rollbackInfo") or {}, about.get("errorInformation") or {}
    return Release(
        deployment_id=about["deploymentId"],
        application=about.get("applicationName", ""),
        group=about.get("deploymentGroupName", ""),
        status=about.get("status", ""),
        creator=about.get("creator", ""),
        description=about.get("description") or "",
        created_s=_seconds(about.get("createTime")),
        completed_s=_seconds(about.get("completeTime")),
        error_code=error.get("code", ""),
        error_message=error.get("message", ""),
        rollback_of=rollback.get("rollbackTriggeringDeploymentId") or "",
        rollback_expected=_expects_rollback(about),
        **known,
    )


def _expects_rollback(about: dict[str, Any]) -> bool:
    configured = about.get("autoRollbackConfiguration") or {}
    events = set(configured.get("events", [])) if configured.get("enabled") else set()
    return bool(
        about.get("rollbackInfo", {}).get("rollbackDeploymentId")
        or events & ROLLBACK_EVENTS.get(about.get("status", ""), set())
    )


def _hooks(events: list[dict[str, Any]], spec: AppSpec | None) -> tuple[HookRun, ...]:
    """Return the lifecycle events with a hook; before a target exists, those of the AppSpec."""
    functions = {event.value: name for event, name in spec.hooks.items()} if spec else {}
    statuses = {event["lifecycleEventName"]: event.get("status", "") for event in events}
    names = [name for name in HOOK_EVENTS if name in functions or (spec is None and name in statuses)]
    return tuple(
        HookRun(event=name, function=functions.get(name, ""), status=statuses.get(name, "not run"))
        for name in sorted(names, reverse=True)
    )


def _made(release: Release) -> float:
    return release.created_s or 0.0


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _lookup_error(deployment_id: str, error: BaseException, operations: str) -> DeploymentLookupError:
    return DeploymentLookupError(
        f"{deployment_id}: not described: {code_of(error)}: {error}",
        hint=f"allow codedeploy:{operations} to the controller's role",
    )
