"""Events of EventBridge become events of functions: ends of deployments, and changes that CloudTrail records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warmgate.model.deployment import Deployment
from warmgate.model.function_name import bare_name
from warmgate_ops.cold_starts.causes.happened import Event, Happening

_DATED = re.compile(r"(?P<name>[A-Za-z]+)[0-9v_]*")
"""CloudTrail's names of Lambda's events may carry the date of an API version: UpdateAlias20150331."""
KINDS = {
    "UpdateFunctionCode": Happening.CODE,
    "UpdateFunctionConfiguration": Happening.CONFIGURATION,
    "PublishVersion": Happening.PUBLISH,
    "UpdateAlias": Happening.ALIAS,
    "CreateAlias": Happening.ALIAS,
    "PutProvisionedConcurrencyConfig": Happening.PROVISIONED,
    "DeleteProvisionedConcurrencyConfig": Happening.PROVISIONED,
    "PutFunctionConcurrency": Happening.RESERVED,
    "DeleteFunctionConcurrency": Happening.RESERVED,
}
CODEDEPLOY = "codedeploy.amazonaws.com"
ROLLED_BACK = "codeDeployRollback"
"""The creator of deployments that CodeDeploy made by itself after a failure (DeploymentCreator)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of one function; `event_id` is the same each time it is delivered."""

    function: str
    event: Event
    event_id: str


def heard(notification: Mapping[str, Any], describe: Callable[[str], Deployment]) -> Heard | None:
    """Return what a notification says happened to a function, None where it says nothing of that.

    Args:
        notification: an event of EventBridge.
        describe: returns a deployment by its id; what it raises gets out.
    """
    detail = notification.get("detail") or {}
    if notification.get("source") == "aws.codedeploy":
        deployment_id = str(detail.get("deploymentId") or "")
        return _of_deployment(describe(deployment_id)) if deployment_id else None
    if notification.get("detail-type") == "AWS API Call via CloudTrail":
        return _of_call(detail)
    return None


def _of_deployment(deployment: Deployment) -> Heard | None:
    if not deployment.target.is_known or deployment.created_s is None:
        return None
    rollback = deployment.is_rollback or bool(deployment.rollback_of) or deployment.creator == ROLLED_BACK
    began_ms = deployment.shift_began_ms or deployment.created_s * 1000
    ended_ms = None if deployment.completed_s is None else deployment.completed_s * 1000
    event = Event(
        kind=Happening.ROLLBACK if rollback else Happening.DEPLOYMENT,
        at_ms=began_ms,
        until_ms=deployment.shift_ended_ms or ended_ms,
        version=deployment.candidate,
        before=deployment.baseline,
        alias=deployment.target.alias,
        name=deployment.deployment_id,
        detail=deployment.status,
    )
    return Heard(bare_name(deployment.target.function), event, deployment.deployment_id)


def _of_call(detail: Mapping[str, Any]) -> Heard | None:
    found = _DATED.fullmatch(str(detail.get("eventName") or ""))
    kind = KINDS.get(found["name"]) if found else None
    asked = detail.get("requestParameters") or {}
    at_ms = _instant(detail.get("eventTime"))
    function = bare_name(str(asked.get("functionName") or ""))
    by = detail.get("userIdentity") or {}
    # What CodeDeploy does to an alias is told by its deployment, once.
    if kind is None or at_ms is None or not function or detail.get("errorCode") or by.get("invokedBy") == CODEDEPLOY:
        return None
    event = Event(
        kind=kind,
        at_ms=at_ms,
        version=_version(kind, asked, detail.get("responseElements") or {}),
        alias=str(asked.get("name") or "") if kind is Happening.ALIAS else "",
        by=_role(by),
    )
    return Heard(function, event, str(detail.get("eventID") or f"{at_ms:.0f}-{kind.name.lower()}"))


def _version(kind: Happening, asked: Mapping[str, Any], answered: Mapping[str, Any]) -> str:
    if kind is Happening.ALIAS:
        return str(answered.get("functionVersion") or asked.get("functionVersion") or "")
    if kind is Happening.PUBLISH:
        return str(answered.get("version") or "")
    return str(asked.get("qualifier") or "") if kind is Happening.PROVISIONED else ""


def _role(identity: Mapping[str, Any]) -> str:
    """Return the role of whoever called: the session's own name may be a person's."""
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    return f"role/{issuer['userName']}" if issuer.get("userName") else str(identity.get("invokedBy") or "")


def _instant(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp() * 1000
    except ValueError:
        return None
