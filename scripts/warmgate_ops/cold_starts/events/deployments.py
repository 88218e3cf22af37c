"""CodeDeploy's deployments of a function: shifts and rollbacks, told apart, each with its lifecycle events.

CodeDeploy looks nothing up by function: the deployments of a time are listed, and their targets say what they shift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.deployment_reader import DeploymentReader
from warmgate.adapters.faults import SDK_ERRORS
from warmgate.errors import DeploymentLookupError
from warmgate.lineage.rollback_claims import author_of
from warmgate.model.deployment import Deployment
from warmgate.model.function_name import bare_name
from warmgate_ops.cold_starts.causes.happened import Event, Happening, Phase
from warmgate_ops.cold_starts.causes.wording import DAY
from warmgate_ops.cold_starts.events.asking import Clients

BATCH = 25
"""The most that BatchGetDeployments gives at once."""
LONGEST_MS = 3 * DAY
"""So long before the window a deployment may have begun that still shifts in it."""


def deployments_of(
    clients: Clients, function: str, since_ms: float, until_ms: float, application: str = ""
) -> tuple[Event, ...]:
    """Return the deployments of a function that were made up to three days before a window and in it, by time.

    Args:
        clients: gives the client of a service.
        function: its name alone.
        since_ms: begin of the window, milliseconds since the epoch.
        until_ms: its end.
        application: the only application to look at; empty is all of the account.
    """
    client = clients("codedeploy")
    created = {"start": _utc(since_ms - LONGEST_MS), "end": _utc(until_ms)}
    described = _described(client, _listed(client, application, created))
    of_lambda = (about for about in described if about.get("computePlatform") in {None, "Lambda"})
    found = (_event(clients, about, function, until_ms) for about in of_lambda)
    return tuple(sorted((event for event in found if event is not None), key=lambda event: event.at_ms))


def _utc(at_ms: float) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _listed(client: Any, application: str, created: Mapping[str, datetime]) -> Iterator[str]:
    """Yield ids; an application's are listed by its groups, those of the account at once."""
    groups: list[dict[str, str]] = [{}]
    if application:
        pages = client.get_paginator("list_deployment_groups").paginate(applicationName=application)
        names = [name for page in pages for name in page.get("deploymentGroups", [])]
        groups = [{"applicationName": application, "deploymentGroupName": name} for name in names]
    for group in groups:
        for page in client.get_paginator("list_deployments").paginate(createTimeRange=created, **group):
            yield from page.get("deployments", [])


def _described(client: Any, ids: Iterator[str]) -> Iterator[dict[str, Any]]:
    batch: list[str] = []
    for each in ids:
        batch.append(each)
        if len(batch) == BATCH:
            yield from client.batch_get_deployments(deploymentIds=batch).get("deploymentsInfo", [])
            batch = []
    if batch:
        yield from client.batch_get_deployments(deploymentIds=batch).get("deploymentsInfo", [])


def _event(clients: Clients, about: Mapping[str, Any], function: str, now_ms: float) -> Event | None:
    client, deployment_id = clients("codedeploy"), about["deploymentId"]
    ids = client.list_deployment_targets(deploymentId=deployment_id).get("targetIds", [])
    targets: list[dict[str, Any]] = []
    if ids:
        asked = client.batch_get_deployment_targets(deploymentId=deployment_id, targetIds=ids)
        targets = [each.get("lambdaTarget", {}) for each in asked.get("deploymentTargets", [])]
    for target in targets:
        if found := event_of(about, target, function, now_ms):
            return found
    if any(target.get("lambdaFunctionInfo", {}).get("functionName") for target in targets):
        return None  # another function's
    try:
        read = DeploymentReader(client, clients).with_hooks(deployment_id)
    except (*SDK_ERRORS, DeploymentLookupError):
        return None  # neither its target nor its AppSpec says of which function it is
    info = {
        "functionName": read.target.function,
        "functionAlias": read.target.alias,
        "currentVersion": read.baseline,
        "targetVersion": read.candidate,
    }
    return event_of(about, {**(targets[0] if targets else {}), "lambdaFunctionInfo": info}, function, now_ms)


def event_of(about: Mapping[str, Any], target: Mapping[str, Any], function: str, now_ms: float = 0.0) -> Event | None:
    """Return a deployment as an event, None where its target is another function.

    Args:
        about: DeploymentInfo of CodeDeploy.
        target: LambdaTarget of CodeDeploy.
        function: the name alone.
        now_ms: until when a shift lasts that has not ended, milliseconds since the epoch.
    """
    info = target.get("lambdaFunctionInfo") or {}
    if bare_name(str(info.get("functionName") or "")) != function:
        return None
    phases = tuple(_phases(target.get("lifecycleEvents") or []))
    shift = next((phase for phase in phases if phase.name == "AllowTraffic"), None)
    made = about["createTime"].timestamp() * 1000
    ended = about.get("completeTime")
    until = shift.until_ms if shift else ended.timestamp() * 1000 if ended else now_ms
    return Event(
        kind=Happening.ROLLBACK if author_of(_authored(about)) is not None else Happening.DEPLOYMENT,
        at_ms=made,
        until_ms=max(made, until),
        version=str(info.get("targetVersion") or ""),
        before=str(info.get("currentVersion") or ""),
        alias=str(info.get("functionAlias") or ""),
        name=str(about["deploymentId"]),
        detail=_detail(about),
        phases=phases,
    )


def _phases(events: list[dict[str, Any]]) -> Iterator[Phase]:
    for event in events:
        start, end = event.get("startTime"), event.get("endTime")
        if start is not None and end is not None:
            yield Phase(str(event.get("lifecycleEventName")), start.timestamp() * 1000, end.timestamp() * 1000)


def _authored(about: Mapping[str, Any]) -> Deployment:
    return Deployment(
        deployment_id=str(about["deploymentId"]),
        creator=str(about.get("creator") or ""),
        rollback_of=str((about.get("rollbackInfo") or {}).get("rollbackTriggeringDeploymentId") or ""),
        description=str(about.get("description") or ""),
    )


def _detail(about: Mapping[str, Any]) -> str:
    config = str(about.get("deploymentConfigName") or "").removeprefix("CodeDeployDefault.Lambda")
    creator = str(about.get("creator") or "")
    status = str(about.get("status") or "")
    parts = (config, creator if "ollback" in creator else "", "" if status == "Succeeded" else status)
    return ", ".join(part for part in parts if part)
