"""Events of EventBridge become events of functions: ends of deployments, and changes that CloudTrail records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from warmgate.lineage.rollback_claims import author_of
from warmgate.model.deployment import Deployment
from warmgate.model.function_name import bare_name
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.events.trail_records import events_in


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of one function; `event_id` is the same each time it is delivered."""

    function: str
    event: Event
    event_id: str


def heard(notification: Mapping[str, Any], describe: Callable[[str], Deployment]) -> tuple[Heard, ...]:
    """Return what a notification says happened to functions.

    Args:
        notification: an event of EventBridge.
        describe: returns a deployment by its id; what it raises gets out.
    """
    detail = notification.get("detail") or {}
    if notification.get("source") == "aws.codedeploy":
        deployment_id = str(detail.get("deploymentId") or "")
        return tuple(_of_deployment(describe(deployment_id)) if deployment_id else ())
    if notification.get("detail-type") == "AWS API Call via CloudTrail":
        return tuple(_of_call(detail))
    return ()


def _of_deployment(deployment: Deployment) -> Iterator[Heard]:
    if not deployment.target.is_known or deployment.created_s is None:
        return  # CodeDeploy's events name no compute platform: those of servers come too
    rollback = deployment.is_rollback or author_of(deployment) is not None
    ended_ms = None if deployment.completed_s is None else deployment.completed_s * 1000
    event = Event(
        kind=Happening.ROLLBACK if rollback else Happening.DEPLOYMENT,
        at_ms=deployment.created_s * 1000,
        until_ms=deployment.shift_ended_ms or ended_ms,
        version=deployment.candidate,
        before=deployment.baseline,
        alias=deployment.target.alias,
        name=deployment.deployment_id,
        detail="" if deployment.status == "Succeeded" else deployment.status,
    )
    yield Heard(bare_name(deployment.target.function), event, deployment.deployment_id)


def _of_call(record: Mapping[str, Any]) -> Iterator[Heard]:
    asked = record.get("requestParameters") or {}
    function = bare_name(str(asked.get("functionName") or asked.get("FunctionName") or ""))
    for event in events_in([record], function) if function else ():
        # What CodeDeploy does to an alias is told by its deployment, once.
        if event.kind is not Happening.DEPLOYMENT:
            yield Heard(function, event, f"{record.get('eventID')}-{event.kind.name.lower()}")
