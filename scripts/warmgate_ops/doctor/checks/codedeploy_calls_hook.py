"""A service role of CodeDeploy that may not call the hook."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.doctor.facts import Facts, HookFacts, Missing, see, some
from warmgate_ops.doctor.findings import Check, Place, Severity, Symptom, each
from warmgate_ops.doctor.permissions import INVOKE
from warmgate_ops.doctor.template.resources import Template, TemplateGroup, TemplateHook, TemplateRelease

PREFIX = "CodeDeployHook_"


def _in_account(facts: Facts) -> Iterator[Symptom]:
    return each(see(facts.hooks), lambda hook: _called(facts, hook))


def _called(facts: Facts, hook: HookFacts) -> Iterator[Symptom]:
    role = see(facts.group).role_arn
    if isinstance(hook.called_by, Missing):
        yield Symptom(place=Place(name=hook.place), message=f"the group's role {role} does not exist")
    elif not see(hook.called_by).allowed:
        yield Symptom(
            place=Place(name=hook.place), message=f"{role} may not lambda:InvokeFunction {hook.name}{_prefix(hook)}"
        )


def _prefix(hook: HookFacts) -> str:
    return "" if hook.name.startswith(PREFIX) else f"; its name lacks {PREFIX}, which AWS's managed policy asks for"


def _in_template(facts: Facts) -> Iterator[Symptom]:
    template = see(facts.template)
    for release in some(template.releases):
        if release.is_sam and not release.has_own_role:
            for hook in release.hooks:
                yield from _named(template, release, hook)
        group = next((each for each in template.groups if each.logical_id == release.group), None)
        if group is not None and group.grants is not None and group.grants.allow(INVOKE) is False:
            for hook in release.hooks:
                yield from _of_role(template, release, hook, group)


def _of_role(
    template: Template, release: TemplateRelease, hook: TemplateHook, group: TemplateGroup
) -> Iterator[Symptom]:
    """Yield what keeps a role of the template, with what is written of it, from calling a hook."""
    if group.grants is not None and group.grants.calls_prefixed:
        yield from _named(template, release, hook)
        return
    place = Place(name=release.logical_id, file=template.source, line=hook.line)
    yield Symptom(
        place=place, message=f"{hook.event}: {INVOKE} is not granted to {group.role}, {group.logical_id}'s role"
    )


def _named(template: Template, release: TemplateRelease, hook: TemplateHook) -> Iterator[Symptom]:
    function = template.function_of(hook)
    place = Place(name=release.logical_id, file=template.source, line=hook.line)
    if function is not None and function.name is None:
        found = f"{function.logical_id} has no FunctionName: CloudFormation's begins with the stack's name"
        yield Symptom(place=place, message=f"{hook.event}: {found}, expected {PREFIX}...")
        return
    name = function.name if function is not None and function.name is not None else hook.name
    if name.refers_to:
        return
    starts = name.begins_with(PREFIX)
    if starts is None:
        message = f"{hook.event}: the template does not say whether its function's name begins with {PREFIX}"
        yield Symptom(place=place, message=message, severity=Severity.INFO)
    elif not starts:
        yield Symptom(place=place, message=f"{hook.event}: found the name {name.start}, expected {PREFIX}...")


CHECK = Check(
    id="codedeploy-calls-hook",
    title="CodeDeploy may not call the hook",
    severity=Severity.ERROR,
    why="AWS's managed policy for CodeDeploy, which SAM uses too, allows calls of functions named CodeDeployHook_*"
    " and of"
    " no other: the deployment fails with IAM_ROLE_PERMISSIONS.",
    fix="name the function CodeDeployHook_..., or allow lambda:InvokeFunction on it to the group's service role",
    sources=(
        "AWSCodeDeployRoleForLambda (AWS Managed Policy Reference Guide)",
        "aws/serverless-application-model#219",
        "terraform-aws-modules/terraform-aws-lambda#226",
    ),
    in_account=_in_account,
    in_template=_in_template,
)
