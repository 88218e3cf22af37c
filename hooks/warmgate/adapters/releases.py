"""CodeDeploy as the rollback controller needs it: deployments with hooks, those after them, and one back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.deployment_reader import DeploymentReader
from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing
from warmgate.adapters.port_errors import raised_as
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.errors import DeploymentLookupError, RollbackError
from warmgate.model.deployment import Deployment
from warmgate.model.marks import rollback_mark_of
from warmgate.model.release import AlarmState

ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
LARGEST_BATCH = 25


class CodeDeployReleases:
    """Releases through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def describe(self, deployment_id: str) -> Deployment:
        """Return a deployment with target, versions and hooks."""
        with _looking_up(deployment_id, "GetDeployment, ListDeploymentTargets and GetDeploymentTarget"):
            return self._reader.with_hooks(deployment_id)

    def later(self, release: Deployment) -> tuple[Deployment, ...]:
        """Return what was made in the group after a deployment, oldest first."""
        after_s = release.created_s
        kept = [each for each in self.between(release, after_s) if each.deployment_id != release.deployment_id]
        return tuple(each for each in kept if _made(each) >= (after_s or 0.0))

    def between(
        self, release: Deployment, since_s: float | None, until_s: float | None = None
    ) -> tuple[Deployment, ...]:
        """Return the deployments of a release's group made between two instants, oldest first."""
        with _looking_up(release.deployment_id, "ListDeployments and BatchGetDeployments"):
            pages = self._listed(release, since_s, until_s)
            return tuple(sorted((each for ids in pages for each in self._reader.listed(ids)), key=_made))

    def roll_back(self, release: Deployment) -> str:
        """Make a deployment from the candidate back to the baseline; alarms cannot stop it, hooks are not called."""
        mark = rollback_mark_of(release.deployment_id)
        try:
            made = self._client.create_deployment(
                applicationName=release.application,
                deploymentGroupName=release.group,
                deploymentConfigName=ALL_AT_ONCE,
                description=f"{mark} version {release.candidate} to {release.baseline}",
                revision=revision_of(_find_rollback(release)),
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

    @property
    def _reader(self) -> DeploymentReader:
        return DeploymentReader(self._client, self._clients)

    def _listed(self, release: Deployment, since_s: float | None, until_s: float | None) -> Iterator[list[str]]:
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


class GroupAlarms:
    """The alarms of a deployment's group, or of the deployment itself where it has its own."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def of(self, release: Deployment) -> tuple[AlarmState, ...]:
        """Return the alarms that are set and their states now."""
        codedeploy = self._clients("codedeploy")
        with _looking_up(release.deployment_id, "GetDeploymentGroup and cloudwatch:DescribeAlarms"):
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
        alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return tuple(AlarmState(name, states.get(name, "not found")) for name in names)


def _find_rollback(release: Deployment) -> AppSpec:
    """Return the AppSpec from candidate to baseline, without hooks."""
    return AppSpec(target=release.target, baseline=release.candidate, candidate=release.baseline)


def _made(release: Deployment) -> float:
    return release.created_s or 0.0


def _looking_up(deployment_id: str, operations: str) -> AbstractContextManager[None]:
    hint = f"allow codedeploy:{operations} to the controller's role"
    return raised_as(DeploymentLookupError, f"{deployment_id}: could not be read", hint)
