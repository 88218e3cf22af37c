"""Turns an AppSpec into the plan of a deployment. Warmgate's own parser reads it, there is no second one."""

from __future__ import annotations

from warmgate.appspec.read import AppSpec, parse_appspec
from warmgate.appspec.write import appspec_json
from warmgate.errors import AppSpecError
from warmgate.model.deployment import LifecycleEvent, Target
from warmgate_ops.rehearsal.cloud.codedeploy.ids import Ids
from warmgate_ops.rehearsal.cloud.codedeploy.machine import BAD_APPSPEC
from warmgate_ops.rehearsal.cloud.codedeploy.values import Hook, Plan, RollbackCause, Schedule

HOOKS = (LifecycleEvent.BEFORE_ALLOW_TRAFFIC, LifecycleEvent.AFTER_ALLOW_TRAFFIC)


def plan_release(text: str, schedule: Schedule, rollback_on: frozenset[RollbackCause], ids: Ids) -> Plan:
    """Return the plan of a release; a document that cannot be used makes a plan that fails when it starts."""
    deployment_id, rollback_id = ids.deployment(), ids.deployment()
    try:
        spec = parse_appspec(text, f"AppSpec of {deployment_id}")
    except AppSpecError as error:
        return Plan(deployment_id=deployment_id, rollback_id=rollback_id, fault=f"{BAD_APPSPEC} {error}")
    before, after = (_hook(spec, event, ids) for event in HOOKS)
    return Plan(
        deployment_id=deployment_id,
        rollback_id=rollback_id,
        function=spec.target.function,
        alias=spec.target.alias,
        baseline=spec.baseline,
        candidate=spec.candidate,
        before=before,
        after=after,
        schedule=schedule,
        rollback_on=rollback_on,
    )


def plan_without_revision(reason: str, ids: Ids) -> Plan:
    """Return the plan of a release whose AppSpec could not be fetched."""
    return Plan(
        deployment_id=ids.deployment(), rollback_id=ids.deployment(), fault=reason, fault_code="REVISION_MISSING"
    )


def renewed(hook: Hook | None, ids: Ids) -> Hook | None:
    """Return a hook for another execution of it."""
    return None if hook is None else Hook(hook.function, ids.execution())


def appspec_of(plan: Plan) -> str:
    """Return a plan as the text of an AppSpec, which makes the revision of a rollback."""
    planned = zip(HOOKS, (plan.before, plan.after), strict=True)
    spec = AppSpec(
        target=Target(plan.function, plan.alias),
        baseline=plan.baseline,
        candidate=plan.candidate,
        hooks={event: hook.function for event, hook in planned if hook is not None},
    )
    return appspec_json(spec)


def _hook(spec: AppSpec, event: LifecycleEvent, ids: Ids) -> Hook | None:
    function = spec.hooks.get(event)
    return Hook(function, ids.execution()) if function else None
