"""The operations on deployments: create, stop and read them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.engine import Engine
from warmgate_ops.rehearsal.cloud.codedeploy.planning import plan_release, plan_without_revision
from warmgate_ops.rehearsal.cloud.codedeploy.rendering import deployment_info
from warmgate_ops.rehearsal.cloud.codedeploy.revisions import Location, RevisionKind, read_revision
from warmgate_ops.rehearsal.cloud.codedeploy.settings import AutoRollback, read_alarms, read_auto_rollback
from warmgate_ops.rehearsal.cloud.codedeploy.store import Group, Record, Revision
from warmgate_ops.rehearsal.cloud.codedeploy.values import DeploymentStatus, Plan, StopAsked
from warmgate_ops.rehearsal.cloud.codedeploy.wire import (
    Body,
    Refusal,
    check_deployment_id,
    read_batch,
    read_deployment_id,
    read_description,
    read_list,
    read_name,
    read_structure,
    read_word,
    refuse_token,
)

LARGEST_BATCH = 25

ReadObject = Callable[[Location], str]
"""An S3 revision -> text; whatever it raises fails the deployment with REVISION_MISSING."""


class ListedStatus(StrEnum):
    """What deployments may be asked for by; the last three no Lambda deployment here is ever in."""

    CREATED = "Created"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"
    QUEUED = "Queued"
    BAKING = "Baking"
    READY = "Ready"


class DeploymentOperations:
    """Create, stop and read deployments."""

    def __init__(self, account: Account, engine: Engine, read_object: ReadObject | None) -> None:
        self._account = account
        self._store = account.store
        self._engine = engine
        self._read_object = read_object

    def create(self, body: Body) -> Body:
        """Answer CreateDeployment; the next tick begins it."""
        application = self._store.application(read_name(body, "applicationName", "ApplicationName")).name
        group = self._store.group(application, read_name(body, "deploymentGroupName", "DeploymentGroupName"))
        description = read_description(body)
        location, content = read_revision(body)
        config = self._config(body, group)
        rollback = read_auto_rollback(body) or group.rollback
        override = read_alarms(body, "overrideAlarmConfiguration")
        self._refuse_second(group)
        content = self._registered(application, location, content)
        plan = self._plan(location, content, config, rollback)
        record = Record(
            deployment_id=plan.deployment_id,
            application=application,
            group=group.name,
            config=config,
            location=location,
            previous=self._last_good(group),
            description=description,
            rollback=rollback,
            alarms=override or group.alarms,
            override=override,
        )
        self._engine.open(plan, record)
        return {"deploymentId": plan.deployment_id}

    def stop(self, body: Body) -> Body:
        """Answer StopDeployment: it stops at once, the alias stays as it is unless it is rolled back."""
        deployment_id = read_deployment_id(body)
        _, state = self._store.deployment(deployment_id)
        if state.status.is_terminal:
            raise Refusal(
                "DeploymentAlreadyCompletedException",
                f"The deployment {deployment_id} has completed with status {state.status}",
            )
        asked = body.get("autoRollbackEnabled")
        self._engine.take(deployment_id, StopAsked(None if asked is None else bool(asked)))
        return {"status": "Succeeded", "statusMessage": "No more AWS Lambda traffic will be shifted."}

    def get(self, body: Body) -> Body:
        """Answer GetDeployment."""
        return {"deploymentInfo": deployment_info(*self._store.deployment(read_deployment_id(body)))}

    def batch_get(self, body: Body) -> Body:
        """Answer BatchGetDeployments; ids that are not known are left out."""
        asked = read_batch(body, "deploymentIds", "DeploymentIdRequiredException", LARGEST_BATCH)
        known = [found for found in map(check_deployment_id, asked) if found in self._store.records]
        return {"deploymentsInfo": [deployment_info(*self._store.deployment(found)) for found in known]}

    def list(self, body: Body) -> Body:
        """Answer ListDeployments, newest first."""
        refuse_token(body)
        place = self._place(body)
        statuses = {
            read_word(word, ListedStatus, "InvalidDeploymentStatusException", "includeOnlyStatuses").value
            for word in read_list(body, "includeOnlyStatuses", "InvalidDeploymentStatusException")
        }
        span = read_structure(body, "createTimeRange", "InvalidTimeRangeException") or {}
        start, end = _instant(span, "start", float("-inf")), _instant(span, "end", float("inf"))
        if start > end:
            raise Refusal("InvalidTimeRangeException", f"createTimeRange: found start {start} after end {end}")
        found = [
            record.deployment_id
            for record in self._store.records.values()
            if place in (None, (record.application, record.group))
            and (not statuses or self._store.states[record.deployment_id].status.value in statuses)
            and start <= self._store.states[record.deployment_id].created_s <= end
        ]
        return {"deployments": found[::-1]}

    def _config(self, body: Body, group: Group) -> str:
        if not body.get("deploymentConfigName"):
            return group.config
        return self._store.config(read_name(body, "deploymentConfigName", "DeploymentConfigName")).name

    def _plan(self, location: Location, content: str | None, config: str, rollback: AutoRollback) -> Plan:
        ids = self._account.ids
        if location.kind is RevisionKind.S3:
            try:
                if self._read_object is None:
                    raise LookupError("no reader of S3 objects was given to this CodeDeploy")
                content = self._read_object(location)
            except Exception as error:  # noqa: BLE001  whatever the reader raises, the revision is missing
                where = f"s3://{location.bucket}/{location.key}"
                return plan_without_revision(f"{where} cannot be read: {type(error).__name__}: {error}", ids)
        return plan_release(content or "", self._store.config(config).schedule, rollback.effective, ids)

    def _registered(self, application: str, location: Location, content: str | None) -> str | None:
        """Return the revision's content, registering it on the way; a digest alone must be registered already."""
        if content is None and location.kind is not RevisionKind.S3:
            return self._store.revision(application, location).content
        now_s = self._account.clock.now_s()
        return self._store.register(application, Revision(location=location, content=content, register_s=now_s)).content

    def _refuse_second(self, group: Group) -> None:
        for state in self._store.of_group(group.application, group.name):
            if not state.status.is_terminal:
                active = state.plan.deployment_id
                raise Refusal(
                    "DeploymentLimitExceededException",
                    f"The Deployment Group '{group.name}' already has an active Deployment '{active}'",
                )

    def _last_good(self, group: Group) -> Location | None:
        states = self._store.of_group(group.application, group.name)
        good = [state.plan.deployment_id for state in states if state.status is DeploymentStatus.SUCCEEDED]
        return self._store.records[good[-1]].location if good else None

    def _place(self, body: Body) -> tuple[str, str] | None:
        """Return the application and group asked for; one needs the other."""
        if not body.get("applicationName") and not body.get("deploymentGroupName"):
            return None
        application = read_name(body, "applicationName", "ApplicationName")
        group = read_name(body, "deploymentGroupName", "DeploymentGroupName")
        return application, self._store.group(application, group).name


def _instant(span: Body, key: str, otherwise: float) -> float:
    found: Any = span.get(key)
    if found is None:
        return otherwise
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise Refusal("InvalidTimeRangeException", f"createTimeRange.{key}: found {found!r}, expected epoch seconds")
    return float(found)
