"""The deployment groups of a template that release Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from warmgate_ops.doctor.template.alarms import alarms_named, shift_of
from warmgate_ops.doctor.template.names import references_of
from warmgate_ops.doctor.template.nodes import Value
from warmgate_ops.doctor.template.parameters import decided_in
from warmgate_ops.doctor.template.resources import TemplateGroup
from warmgate_ops.doctor.template.roles import Identities

_PLATFORMS = ("ApplicationName", "DeploymentConfigName")
"""Properties that name something of a compute platform: an application, a deployment configuration."""


def groups_of(resources: Mapping[str, Value], root: Value, identities: Identities) -> tuple[TemplateGroup, ...]:
    """Return the groups, by whatever says that they are Lambda's: application, configuration, or an alias."""
    shifted = frozenset(name for body in resources.values() for name in _groups_named(body))
    return tuple(
        _group(name, body, root, identities)
        for name, body in resources.items()
        if body.kind == "AWS::CodeDeploy::DeploymentGroup" and (name in shifted or _is_for_lambda(body, resources))
    )


def _group(name: str, body: Value, root: Value, identities: Identities) -> TemplateGroup:
    configured = body.at("Properties", "AlarmConfiguration")
    alarms = configured.get("Alarms") if configured else None
    enabled = decided_in(root, configured.get("Enabled")) if configured else None
    is_off = enabled is not None and enabled.flag() is False
    role, grants = identities.service_role(body.at("Properties", "ServiceRoleArn"))
    return TemplateGroup(
        logical_id=name,
        line=body.line,
        rollback_events=_rollback_events(body.at("Properties", "AutoRollbackConfiguration")),
        has_alarms=alarms is not None and alarms.is_filled() and not is_off,
        alarms_off=alarms is not None and is_off,
        alarms=alarms_named(alarms),
        shift_s=shift_of(body.at("Properties", "DeploymentConfigName")),
        role=role,
        grants=grants,
    )


def _is_for_lambda(group: Value, resources: Mapping[str, Value]) -> bool:
    for key in _PLATFORMS:
        value = group.at("Properties", key)
        name = (value.text() if value else None) or ""
        if name.startswith("CodeDeployDefault.Lambda"):
            return True
        for logical_id, body in resources.items():
            own = body.at("Properties", key)
            is_named = logical_id in references_of(value) or (own is not None and name != "" and own.text() == name)
            platform = body.at("Properties", "ComputePlatform")
            if is_named and body is not group and platform is not None and platform.text() == "Lambda":
                return True
    return False


def _groups_named(body: Value) -> Iterator[str]:
    update = body.get("UpdatePolicy")
    for choice in update.choices() if update else ():
        yield from references_of(choice.at("CodeDeployLambdaAliasUpdate", "DeploymentGroupName"))


def _rollback_events(rollback: Value | None) -> tuple[str, ...] | None:
    """Return the events of automatic rollback, none where it is off; None where a parameter decides."""
    if rollback is None:
        return ()
    enabled, events = rollback.get("Enabled"), rollback.get("Events")
    if rollback.intrinsic() or (events is not None and events.intrinsic()):
        return None
    if enabled is not None and enabled.flag() is False:
        return ()
    return tuple(event.text() or "" for event in (events.entries() if events else ()))
