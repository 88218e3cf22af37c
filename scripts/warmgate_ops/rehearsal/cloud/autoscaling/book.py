"""Scalable targets with their policies and scheduled actions, checked as Application Auto Scaling does. Pure."""

from __future__ import annotations

import base64
import json
import re
import uuid
from typing import Any

from warmgate_ops.rehearsal.cloud.schedules.expressions import parse

Body = dict[str, Any]
Target = tuple[str, str, str]
"""Service namespace, resource id and scalable dimension."""
CONCURRENCY = "lambda:function:ProvisionedConcurrency"
MOST_ON_PAGE = 50
_FUNCTION = re.compile(r"function:[^:$]+:[^:$]+")
_SERVICE = "application-autoscaling"
_SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_OF_ACTION = ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")
_ROLES = "aws-service-role/lambda.application-autoscaling.amazonaws.com/"
_ROLE = f"{_ROLES}AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency"


class ScalingRefusal(Exception):  # noqa: N818 - the API's refusal, not an error of ours
    """What is not answered; the code is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ScalingBook:
    """What was registered and put."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._arn = f"arn:aws:autoscaling:{region}:{account}"
        self._targets: dict[Target, Body] = {}
        self._policies: dict[tuple[Target, str], Body] = {}
        self._actions: dict[tuple[Target, str], Body] = {}

    def register(self, body: Body, now_s: float) -> Body:
        """Register a target, or change what is given of one."""
        target = _target(body)
        before = self._targets.get(target)
        low, high = (body.get(name, (before or {}).get(name)) for name in ("MinCapacity", "MaxCapacity"))
        if low is None or high is None:
            raise _invalid("MinCapacity and MaxCapacity are needed to register a scalable target")
        if not 0 <= low <= high:
            raise _invalid(f"MinCapacity {low}, MaxCapacity {high}: expected 0 or more, and no more than the maximum")
        ident = before["ScalableTargetARN"] if before else f"{self._arn.replace('autoscaling', _SERVICE)}:{_ident()}"
        state = (before or {}).get("SuspendedState") or dict.fromkeys(_SUSPENDED, False)
        self._targets[target] = {
            **_named(target),
            "MinCapacity": low,
            "MaxCapacity": high,
            "RoleARN": str(body.get("RoleARN") or f"arn:aws:iam::{self._account}:role/{_ROLE}"),
            "CreationTime": before["CreationTime"] if before else now_s,
            "SuspendedState": {**state, **(body.get("SuspendedState") or {})},
            "ScalableTargetARN": ident,
        }
        return {"ScalableTargetARN": ident}

    def deregister(self, body: Body) -> list[str]:
        """Forget a target with all that belongs to it; return the alarms of its policies."""
        target = self._known(body)
        del self._targets[target]
        gone = [self._policies.pop(key) for key in list(self._policies) if key[0] == target]
        for key in [key for key in self._actions if key[0] == target]:
            del self._actions[key]
        return [alarm["AlarmName"] for policy in gone for alarm in policy["Alarms"]]

    def put_policy(self, body: Body, alarms: list[Body], now_s: float) -> Body:
        """Keep a policy with the alarms that it watches."""
        target, name = self._known(body), _name(body, "PolicyName")
        before = self._policies.get((target, name))
        kind = str(body.get("PolicyType") or (before or {}).get("PolicyType") or "StepScaling")
        place = f"resource/{target[0]}/{target[1]}"
        arn = before["PolicyARN"] if before else f"{self._arn}:scalingPolicy:{uuid.uuid4()}:{place}:policyName/{name}"
        configurations = [key for key in body if key.endswith("PolicyConfiguration")]
        if kind == "TargetTrackingScaling" and "TargetTrackingScalingPolicyConfiguration" not in configurations:
            raise _invalid("TargetTrackingScalingPolicyConfiguration is needed for this type of policy")
        self._policies[target, name] = {
            **_named(target),
            "PolicyARN": arn,
            "PolicyName": name,
            "PolicyType": kind,
            "CreationTime": before["CreationTime"] if before else now_s,
            "Alarms": alarms,
            **{key: body[key] for key in configurations},
        }
        return {"PolicyARN": arn, "Alarms": alarms}

    def alarms_of(self, body: Body) -> list[str]:
        """Return the names of the alarms of a policy, none where there is none yet."""
        found = self._policies.get((self._known(body), _name(body, "PolicyName")))
        return [alarm["AlarmName"] for alarm in found["Alarms"]] if found else []

    def delete_policy(self, body: Body) -> None:
        """Forget a policy."""
        _gone(self._policies, (self._known(body), _name(body, "PolicyName")), "scaling policy")

    def put_action(self, body: Body, now_s: float) -> Body:
        """Keep a scheduled action, or change what is given of one."""
        target, name = self._known(body), _name(body, "ScheduledActionName")
        before = self._actions.get((target, name), {})
        found = {**before, **{key: body[key] for key in _OF_ACTION if key in body}}
        if not found.get("Schedule"):
            raise _invalid("Schedule is needed for a new scheduled action")
        try:
            parse(str(found["Schedule"]), str(found.get("Timezone") or "UTC"))
        except ValueError as error:
            raise _invalid(str(error)) from error
        place = f"resource/{target[0]}/{target[1]}:scheduledActionName/{name}"
        arn = before.get("ScheduledActionARN") or f"{self._arn}:scheduledAction:{uuid.uuid4()}:{place}"
        own = {"ScheduledActionName": name, "ScheduledActionARN": arn}
        self._actions[target, name] = {"CreationTime": now_s, **_named(target), **found, **own}
        return {}

    def delete_action(self, body: Body) -> Body:
        """Forget a scheduled action."""
        _gone(self._actions, (self._known(body), _name(body, "ScheduledActionName")), "scheduled action")
        return {}

    def targets(self, body: Body) -> Body:
        """Return a page of targets."""
        ids = body.get("ResourceIds") or []
        found = [each for each in self._targets.values() if not ids or each["ResourceId"] in ids]
        return _page(body, "ScalableTargets", found)

    def policies(self, body: Body) -> Body:
        """Return a page of policies."""
        names = body.get("PolicyNames") or []
        found = [each for each in self._policies.values() if not names or each["PolicyName"] in names]
        return _page(body, "ScalingPolicies", found)

    def actions(self, body: Body) -> Body:
        """Return a page of scheduled actions."""
        names = body.get("ScheduledActionNames") or []
        found = [each for each in self._actions.values() if not names or each["ScheduledActionName"] in names]
        return _page(body, "ScheduledActions", found)

    def _known(self, body: Body) -> Target:
        target = _target(body)
        if target not in self._targets:
            namespace, resource, dimension = target
            text = f"service namespace: {namespace}, resource ID: {resource}, scalable dimension: {dimension}"
            raise ScalingRefusal("ObjectNotFoundException", f"No scalable target registered for {text}")
        return target


def _target(body: Body) -> Target:
    namespace, resource, dimension = (
        str(body.get(name) or "") for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")
    )
    if not (namespace and resource and dimension):
        raise _invalid("ServiceNamespace, ResourceId and ScalableDimension are needed")
    if namespace == "lambda" and dimension != CONCURRENCY:
        raise _invalid(f"Unsupported service namespace, resource type or scalable dimension: {dimension}")
    if namespace == "lambda" and not _FUNCTION.fullmatch(resource):
        raise _invalid(f"ResourceId is {resource}, expected function:NAME:ALIAS or function:NAME:VERSION")
    return namespace, resource, dimension


def _named(target: Target) -> Body:
    return dict(zip(("ServiceNamespace", "ResourceId", "ScalableDimension"), target, strict=True))


def _name(body: Body, member: str) -> str:
    name = str(body.get(member) or "")
    if not name:
        raise _invalid(f"{member} is needed")
    return name


def _gone(kept: dict[tuple[Target, str], Body], key: tuple[Target, str], what: str) -> None:
    if kept.pop(key, None) is None:
        raise ScalingRefusal("ObjectNotFoundException", f"No {what} found with the name {key[1]}")


def _page(body: Body, member: str, found: list[Body]) -> Body:
    """Return what of it has namespace, resource and dimension of a request, so many at once."""
    if not body.get("ServiceNamespace"):
        raise _invalid("ServiceNamespace is needed")
    wanted = {name: body[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension") if body.get(name)}
    matching = [each for each in found if all(each[name] == value for name, value in wanted.items())]
    size = min(int(body.get("MaxResults") or MOST_ON_PAGE), MOST_ON_PAGE)
    try:
        place = int(json.loads(base64.b64decode(body.get("NextToken") or "MA==", validate=True)))
    except (ValueError, TypeError) as error:
        raise ScalingRefusal("InvalidNextTokenException", "The token is not valid") from error
    page: Body = {member: matching[place : place + size]}
    if len(matching) > place + size:
        page["NextToken"] = base64.b64encode(json.dumps(place + size).encode()).decode()
    return page


def _ident() -> str:
    return f"scalable-target/{uuid.uuid4().hex[:24]}"


def _invalid(text: str) -> ScalingRefusal:
    return ScalingRefusal("ValidationException", text)
