"""UpdatePolicy.CodeDeployLambdaAliasUpdate: an alias is moved by a deployment, whose end CloudFormation waits for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .front import Body, Call, FrontError
from .properties import UnsupportedError

UPDATE = "CodeDeployLambdaAliasUpdate"
_NEEDED = ("ApplicationName", "DeploymentGroupName")
_HOOKS = {"BeforeAllowTraffic": "BeforeAllowTrafficHook", "AfterAllowTraffic": "AfterAllowTrafficHook"}
_OVER = frozenset({"Succeeded", "Failed", "Stopped"})
_POLL_S = 0.2


class DeploymentFailedError(Exception):
    """The deployment that was to move an alias did not succeed."""


@dataclass(frozen=True, slots=True)
class AliasMove:
    """Which alias goes from which version to which."""

    function: str
    alias: str
    current: str
    target: str


def read_update(policy: Mapping[str, Any] | None, logical_id: str) -> Mapping[str, str] | None:
    """Return the members of a resolved CodeDeployLambdaAliasUpdate, None where an alias has none.

    Raises:
        UnsupportedError: a member is missing or not known.
    """
    if not policy or UPDATE not in policy:
        return None
    found = policy[UPDATE]
    known = {*_NEEDED, *_HOOKS.values()}
    if not isinstance(found, Mapping) or set(found) - known or not all(found.get(name) for name in _NEEDED):
        shown = json.dumps(found, sort_keys=True, default=str)
        raise UnsupportedError(
            f"{logical_id}.UpdatePolicy.{UPDATE}: found {shown}, expected {' and '.join(_NEEDED)},"
            f" and nothing else but {' and '.join(_HOOKS.values())}"
        )
    return {name: str(value) for name, value in found.items() if value}


def appspec(update: Mapping[str, str], move: AliasMove) -> str:
    """Return the AppSpec of the deployment that moves an alias."""
    properties = {
        "Name": move.function,
        "Alias": move.alias,
        "CurrentVersion": move.current,
        "TargetVersion": move.target,
    }
    hooks = [{event: update[member]} for event, member in _HOOKS.items() if update.get(member)]
    resource = {move.function: {"Type": "AWS::Lambda::Function", "Properties": properties}}
    document = {"version": "0.0", "Resources": [resource], **({"Hooks": hooks} if hooks else {})}
    return json.dumps(document, separators=(",", ":"))


def deploy(call: Call, update: Mapping[str, str], move: AliasMove, sleep: Callable[[float], None]) -> str:
    """Move an alias by a deployment and return its id when it has succeeded.

    Raises:
        DeploymentFailedError: it failed, was stopped or could not begin; its own rollback is over then, too.
    """
    # CloudFormation's deployments carry their AppSpec as the older kind of revision, a String.
    revision = {"revisionType": "String", "string": {"content": appspec(update, move)}}
    body = {
        "applicationName": update["ApplicationName"],
        "deploymentGroupName": update["DeploymentGroupName"],
        "revision": revision,
    }
    try:
        deployment = str(call("CreateDeployment", body)["deploymentId"])
    except FrontError as error:
        if error.code == "DeploymentLimitExceededException":
            raise DeploymentFailedError("A conflicting deployment is in progress") from error
        raise DeploymentFailedError(str(error)) from error
    info = _ended(call, deployment, sleep)
    rollback = (info.get("rollbackInfo") or {}).get("rollbackDeploymentId")
    if rollback:
        _ended(call, str(rollback), sleep)
    if info["status"] != "Succeeded":
        raise DeploymentFailedError(_why(deployment, info))
    return deployment


def _ended(call: Call, deployment: str, sleep: Callable[[float], None]) -> Body:
    while True:
        info: Body = call("GetDeployment", {"deploymentId": deployment})["deploymentInfo"]
        if info["status"] in _OVER:
            return info
        sleep(_POLL_S)


def _why(deployment: str, info: Body) -> str:
    about = info.get("errorInformation") or {}
    reason = ": ".join(str(about[key]) for key in ("code", "message") if about.get(key))
    return f"CodeDeploy deployment {deployment} ended as {info['status']}{': ' if reason else ''}{reason}"
