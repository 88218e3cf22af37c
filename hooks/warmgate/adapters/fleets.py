"""Deployments of a fleet through the SDK, the reasons in their reports, and what stops a fleet of many runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.claims import TableClaims
from warmgate.adapters.deployment_reader import DeploymentReader
from warmgate.adapters.faults import SDK_ERRORS, code_of, is_passing, is_throttle
from warmgate.adapters.objects import Objects
from warmgate.adapters.port_errors import raised_as
from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.appspec.write import appspec_json, revision_of
from warmgate.errors import AppSpecError, CreateError, DeploymentLookupError, ReportError
from warmgate.model.deployment import ENDED_STATUSES, Deployment, LifecycleEvent
from warmgate.model.fleet import Release
from warmgate.ports.fleets import Standing
from warmgate.report.layout import DOCUMENT, report_key
from warmgate.report.release import refusal_in

LARGEST_BATCH = 25
BUSY = frozenset({"DeploymentLimitExceededException", "ThrottlingException"})
"""The group has an active deployment, or the account as many as it may; or too much was asked of CodeDeploy."""


class CodeDeployFleet:
    """Deployments; `clients` gives the client of a service, `creating` one of CodeDeploy that asks once."""

    def __init__(self, clients: Callable[[str], Any], creating: Callable[[], Any]) -> None:
        self._clients = clients
        self._creating = creating

    def create(self, release: Release, baseline: str, description: str) -> str:
        """Ask for a deployment once: after a lost answer the caller looks for it first."""
        spec = _appspec(release, baseline)
        config = {"deploymentConfigName": release.config} if release.config else {}
        try:
            made = self._creating().create_deployment(
                applicationName=release.application,
                deploymentGroupName=release.deployment_group,
                revision=revision_of(spec),
                description=description,
                **config,
            )
        except SDK_ERRORS as error:
            raise CreateError(
                f"{release.key}: CodeDeploy made no deployment: {code_of(error)}: {error}",
                busy=code_of(error) in BUSY or is_throttle(error),
                unsure=is_passing(error),
                hint="allow codedeploy:CreateDeployment, GetDeploymentConfig, GetApplicationRevision and"
                " RegisterApplicationRevision",
            ) from error
        return str(made["deploymentId"])

    def find(self, release: Release, mark: str, since_s: float) -> str:
        """Read the group's deployments since then until one has the mark."""
        with _looking_up(release.key, "ListDeployments and BatchGetDeployments"):
            found = [
                about
                for ids in self._listed(release, since_s)
                for about in self._batch(ids)
                if mark in (about.get("description") or "")
            ]
        found.sort(key=lambda about: about["createTime"])
        return str(found[0]["deploymentId"]) if found else ""

    def standings(self, deployment_ids: Sequence[str]) -> dict[str, Standing]:
        """Read deployments, and the rollbacks of those that have ended, 25 at once."""
        with _looking_up("the fleet's deployments", "BatchGetDeployments"):
            read = self._all(deployment_ids)
            backs = {each: back for each, about in read.items() if (back := _rollback_of(about))}
            rollbacks = self._all(list(backs.values()))
        return {
            each: Standing(
                about["status"],
                about["status"] in ENDED_STATUSES
                and (each not in backs or rollbacks.get(backs[each], {}).get("status") in ENDED_STATUSES),
            )
            for each, about in read.items()
        }

    def describe(self, deployment_id: str) -> Deployment:
        """Read a deployment with its target."""
        with _looking_up(deployment_id, "GetDeployment, ListDeploymentTargets and GetDeploymentTarget"):
            return DeploymentReader(self._clients("codedeploy"), self._clients).with_hooks(deployment_id)

    def _all(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        batches = (list(ids[at : at + LARGEST_BATCH]) for at in range(0, len(ids), LARGEST_BATCH))
        return {about["deploymentId"]: about for batch in batches for about in self._batch(batch)}

    def _batch(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        answer = self._clients("codedeploy").batch_get_deployments(deploymentIds=list(ids))
        found: list[dict[str, Any]] = answer.get("deploymentsInfo", [])
        return found

    def _listed(self, release: Release, since_s: float) -> Iterator[list[str]]:
        """Yield the ids of a group's deployments in batches that can be read at once."""
        asked: dict[str, Any] = {
            "applicationName": release.application,
            "deploymentGroupName": release.deployment_group,
            "createTimeRange": {"start": datetime.fromtimestamp(since_s, UTC)},
        }
        while True:
            page = self._clients("codedeploy").list_deployments(**asked)
            ids = page.get("deployments", [])
            yield from (ids[at : at + LARGEST_BATCH] for at in range(0, len(ids), LARGEST_BATCH))
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]


class BucketReasons:
    """Reasons in the reports that hooks and controller store."""

    def __init__(self, clients: Callable[[str], Any], bucket: str, prefix: str = "", account: str = "") -> None:
        self._objects = Objects(clients, bucket, account, "fleet")
        self._prefix = prefix

    def of(self, deployment_id: str) -> str:
        """Read the report; how a release ended is known without it."""
        try:
            text = self._objects.read(report_key(self._prefix, deployment_id, DOCUMENT))
            return refusal_in(json.loads(text)) if text else ""
        except (ReportError, ValueError, KeyError, TypeError, AttributeError):
            return ""


class TableStops:
    """Stops as items `fleet ID` of a table."""

    def __init__(self, clients: Callable[[str], Any], table: str) -> None:
        self._claims = TableClaims(clients, table)

    def stopped_by(self, fleet_id: str) -> str:
        """Read the item."""
        return self._claims.outcome_of(f"fleet {fleet_id}") or ""

    def stop(self, fleet_id: str, key: str) -> None:
        """Write the item."""
        self._claims.settle(f"fleet {fleet_id}", key)


def _appspec(release: Release, baseline: str) -> AppSpec:
    """Return the AppSpec of a release; raises CreateError where CodeDeploy would refuse it."""
    named = {LifecycleEvent.BEFORE_ALLOW_TRAFFIC: release.before, LifecycleEvent.AFTER_ALLOW_TRAFFIC: release.after}
    hooks = {event: hook for event, hook in named.items() if hook}
    spec = AppSpec(target=release.target, baseline=baseline, candidate=release.version, hooks=hooks)
    try:
        parse_appspec(appspec_json(spec), f"the AppSpec of {release.key}")
    except AppSpecError as error:
        raise CreateError(str(error)) from error
    return spec


def _rollback_of(about: dict[str, Any]) -> str:
    ended = about["status"] in ENDED_STATUSES
    return str((about.get("rollbackInfo") or {}).get("rollbackDeploymentId") or "") if ended else ""


def _looking_up(what: str, operations: str) -> AbstractContextManager[None]:
    return raised_as(DeploymentLookupError, f"{what}: could not be read", f"allow codedeploy:{operations}")
