"""Which actions a hook's role needs, and the symptoms of those it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from warmgate_ops.doctor.facts import HookFacts, Missing, see, some
from warmgate_ops.doctor.findings import Place, Severity, Symptom
from warmgate_ops.doctor.template.resources import Template

REPORT_STATUS = "codedeploy:PutLifecycleEventHookExecutionStatus"
INVOKE = "lambda:InvokeFunction"
NEEDED = (
    "codedeploy:GetDeployment",
    "codedeploy:GetDeploymentTarget",
    "codedeploy:ListDeploymentTargets",
    "lambda:GetFunctionConfiguration",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:ListTags",
)
"""Without one of them the verdict is an error."""
USEFUL = ("lambda:GetFunctionConcurrency", "lambda:GetAccountSettings", "cloudwatch:GetMetricData")
"""Without one of them the burst is smaller."""


def denials(hook: HookFacts, actions: Collection[str], severity: Severity | None = None) -> Iterator[Symptom]:
    """Yield a symptom for each of these actions that a hook's role may not do."""
    if isinstance(hook.permissions, Missing):
        if REPORT_STATUS in actions:
            yield Symptom(place=Place(name=hook.place), message=f"its role {hook.permissions.place} does not exist")
        return
    for permission in see(hook.permissions):
        if permission.action in actions and not permission.allowed:
            message = f"its role may not {permission.action} on {permission.resource}"
            yield Symptom(place=Place(name=hook.place), message=message, severity=severity)


def ungranted(template: Template, action: str) -> Iterator[Symptom]:
    """Yield a symptom for each hook of a template to which an action is not granted."""
    for function in some(template.hook_functions()):
        place = Place(name=function.logical_id, file=template.source, line=function.line)
        granted = function.grants.allow(action)
        if granted is None:
            message = f"{action} is not written here; a role or managed policy may hold it"
            yield Symptom(place=place, message=message, severity=Severity.INFO)
        elif not granted:
            severity = None if function.is_warmgates or action == REPORT_STATUS else Severity.INFO
            other = "" if severity is None else "; a hook that is not Warmgate's may do without"
            yield Symptom(place=place, message=f"{action} is not granted{other}", severity=severity)
        elif action == INVOKE and not function.grants.covers_versions(action):
            message = f"{action} is granted on a function's bare name, which does not cover its versions"
            yield Symptom(place=place, message=message)
        elif function.grants.partly_denies(action):
            message = f"{action} is denied on some resources or under a condition"
            yield Symptom(place=place, message=message, severity=Severity.INFO)
