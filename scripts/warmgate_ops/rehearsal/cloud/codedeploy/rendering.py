"""Writes what the account holds in CodeDeploy's words: deployments, targets, groups, revisions."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.settings import STYLE
from warmgate_ops.rehearsal.cloud.codedeploy.store import Application, Group, Record, Revision
from warmgate_ops.rehearsal.cloud.codedeploy.values import (
    DeploymentState,
    DeploymentStatus,
    Event,
    EventName,
    EventStatus,
)
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body

TARGET_STATUS = {
    DeploymentStatus.CREATED: "Pending",
    DeploymentStatus.IN_PROGRESS: "InProgress",
    DeploymentStatus.SUCCEEDED: "Succeeded",
    DeploymentStatus.FAILED: "Failed",
    DeploymentStatus.STOPPED: "Failed",
}
SHOWN = (EventName.BEFORE_ALLOW_TRAFFIC, EventName.ALLOW_TRAFFIC, EventName.AFTER_ALLOW_TRAFFIC)
"""The lifecycle events that a target lists; Start and End it has, and does not show."""
OVERVIEW = ("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready")


def deployment_info(record: Record, state: DeploymentState) -> Body:
    """Return a deploymentInfo; the revision stands there without its content, as CodeDeploy gives it."""
    status = TARGET_STATUS[state.status]
    found: Body = {
        "applicationName": record.application,
        "deploymentGroupName": record.group,
        "deploymentConfigName": record.config,
        "deploymentId": record.deployment_id,
        "previousRevision": record.previous.as_wire() if record.previous else None,
        "revision": record.location.as_wire(),
        "status": state.status.value,
        "errorInformation": {"code": state.error.code, "message": state.error.message} if state.error else None,
        "createTime": state.created_s,
        "startTime": state.start_s,
        "completeTime": state.complete_s,
        "deploymentOverview": {word: int(word == status) for word in OVERVIEW},
        "description": record.description or None,
        "creator": record.creator,
        "ignoreApplicationStopFailures": False,
        "autoRollbackConfiguration": record.rollback.as_wire(),
        "updateOutdatedInstancesOnly": False,
        "rollbackInfo": _rollback_info(record, state),
        "deploymentStyle": STYLE,
        "instanceTerminationWaitTimeStarted": False,
        "fileExistsBehavior": "DISALLOW",
        "deploymentStatusMessages": [],
        "computePlatform": "Lambda",
        "overrideAlarmConfiguration": record.override.as_wire() if record.override else None,
    }
    return present(found)


def deployment_target(account: Account, state: DeploymentState, *, no_function_info: bool = False) -> Body:
    """Return the one deploymentTarget of a Lambda deployment, its function left out at first where that is wanted."""
    plan = state.plan
    function = {
        "functionName": plan.function,
        "functionAlias": plan.alias,
        "currentVersion": plan.baseline,
        "targetVersion": plan.candidate,
        "targetVersionWeight": round(state.weight, 6),
    }
    target = {
        "deploymentId": plan.deployment_id,
        "targetId": target_id(state),
        "targetArn": account.alias_arn(plan.function, plan.alias),
        "status": TARGET_STATUS[state.status],
        "lastUpdatedAt": state.complete_s if state.complete_s is not None else state.clock_s,
        "lifecycleEvents": [_event(event) for event in state.events if event.name in SHOWN],
        "lambdaFunctionInfo": {} if not plan.function or (no_function_info and _is_early(state)) else function,
    }
    return {"deploymentTargetType": "LambdaTarget", "lambdaTarget": target}


def _is_early(state: DeploymentState) -> bool:
    """Return whether BeforeAllowTraffic has not ended."""
    open_ones = {EventStatus.PENDING, EventStatus.IN_PROGRESS}
    return any(event.name is EventName.BEFORE_ALLOW_TRAFFIC and event.status in open_ones for event in state.events)


def target_id(state: DeploymentState) -> str:
    """Return the id of the one target: function and alias."""
    return f"{state.plan.function}:{state.plan.alias}"


def application_info(application: Application) -> Body:
    """Return an application."""
    return {
        "applicationId": application.application_id,
        "applicationName": application.name,
        "createTime": application.create_s,
        "linkedToGitHub": False,
        "computePlatform": "Lambda",
    }


def group_info(account: Account, group: Group) -> Body:
    """Return a deploymentGroupInfo, with its latest deployments."""
    states = account.store.of_group(group.application, group.name)
    good = [state for state in states if state.status is DeploymentStatus.SUCCEEDED]
    revision = account.store.records[good[-1].plan.deployment_id].location.as_wire() if good else None
    found = {
        "applicationName": group.application,
        "deploymentGroupId": group.group_id,
        "deploymentGroupName": group.name,
        "deploymentConfigName": group.config,
        "autoScalingGroups": [],
        "serviceRoleArn": group.role,
        "targetRevision": revision,
        "triggerConfigurations": list(group.triggers),
        "outdatedInstancesStrategy": group.outdated,
        "alarmConfiguration": group.alarms.as_wire(),
        "autoRollbackConfiguration": group.rollback.as_wire(),
        "deploymentStyle": STYLE,
        "lastSuccessfulDeployment": _last(good),
        "lastAttemptedDeployment": _last(states),
        "computePlatform": "Lambda",
        "terminationHookEnabled": False,
    }
    return present(found)


def revision_info(revision: Revision) -> Body:
    """Return what is known of a revision beside its place."""
    found = {
        "description": revision.description or None,
        "deploymentGroups": list(revision.groups),
        "firstUsedTime": revision.first_used_s,
        "lastUsedTime": revision.last_used_s,
        "registerTime": revision.register_s,
    }
    return present(found)


def present(found: Body) -> Body:
    """Return the members that have a value."""
    return {key: value for key, value in found.items() if value is not None}


def _rollback_info(record: Record, state: DeploymentState) -> Body | None:
    if state.plan.is_rollback:
        return {"rollbackTriggeringDeploymentId": state.plan.triggered_by, "rollbackMessage": record.description}
    if state.rollback_deployment_id:
        return {"rollbackDeploymentId": state.rollback_deployment_id, "rollbackMessage": state.rollback_message}
    return None


def _event(event: Event) -> Body:
    found: Body = {
        "lifecycleEventName": event.name.value,
        "status": event.status.value,
        "startTime": event.start_s,
        "endTime": event.end_s,
    }
    if event.status in {EventStatus.SUCCEEDED, EventStatus.FAILED}:
        good = event.status is EventStatus.SUCCEEDED
        found["diagnostics"] = {
            "errorCode": "Success" if good else "UnknownError",
            "scriptName": event.hook.function if event.hook else "",
            "message": event.message or ("Succeeded" if good else "Failed"),
            "logTail": "",
        }
    return present(found)


def _last(states: list[DeploymentState]) -> Body | None:
    if not states:
        return None
    last = states[-1]
    found = {
        "deploymentId": last.plan.deployment_id,
        "status": last.status.value,
        "endTime": last.complete_s,
        "createTime": last.created_s,
    }
    return present(found)
