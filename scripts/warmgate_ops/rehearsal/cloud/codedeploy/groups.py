"""The operations on deployment groups."""

from __future__ import annotations

from dataclasses import replace

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.notifying import Outdated, read_outdated, read_role, read_triggers
from warmgate_ops.rehearsal.cloud.codedeploy.rendering import group_info
from warmgate_ops.rehearsal.cloud.codedeploy.settings import (
    NO_ALARMS,
    NO_ROLLBACK,
    read_alarms,
    read_auto_rollback,
    read_style,
)
from warmgate_ops.rehearsal.cloud.codedeploy.store import Group
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_batch, read_name, read_tags, refuse_token

DEFAULT_CONFIG = "CodeDeployDefault.LambdaAllAtOnce"


class GroupOperations:
    """Create, read, change and delete deployment groups."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def create(self, body: Body) -> Body:
        """Answer CreateDeploymentGroup."""
        application = self._application(body)
        name = read_name(body, "deploymentGroupName", "DeploymentGroupName")
        self._refuse_taken(application, name)
        role = read_role(body)
        if not role:
            raise Refusal("RoleRequiredException", "serviceRoleArn is required: found nothing")
        read_style(body)
        tags = read_tags(body, "tags")
        made = Group(
            application=application,
            name=name,
            group_id=self._account.ids.resource(),
            config=self._config(body, DEFAULT_CONFIG),
            role=role,
            outdated=read_outdated(body, Outdated.UPDATE.value),
            rollback=read_auto_rollback(body) or NO_ROLLBACK,
            alarms=read_alarms(body, "alarmConfiguration") or NO_ALARMS,
            triggers=read_triggers(body),
        )
        self._store.groups[application, name] = made
        self._store.tags[made.group_id] = tags
        return {"deploymentGroupId": made.group_id}

    def get(self, body: Body) -> Body:
        """Answer GetDeploymentGroup."""
        application = self._application(body)
        name = read_name(body, "deploymentGroupName", "DeploymentGroupName")
        return {"deploymentGroupInfo": group_info(self._account, self._store.group(application, name))}

    def list(self, body: Body) -> Body:
        """Answer ListDeploymentGroups."""
        refuse_token(body)
        application = self._application(body)
        names = sorted(name for owner, name in self._store.groups if owner == application)
        return {"applicationName": application, "deploymentGroups": names}

    def batch_get(self, body: Body) -> Body:
        """Answer BatchGetDeploymentGroups; groups that do not exist are named in errorMessage."""
        application = self._application(body)
        names = read_batch(body, "deploymentGroupNames", "DeploymentGroupNameRequiredException")
        known = [self._store.groups[application, name] for name in names if (application, name) in self._store.groups]
        found: Body = {"deploymentGroupsInfo": [group_info(self._account, group) for group in known]}
        missing = [name for name in names if (application, name) not in self._store.groups]
        if missing:
            found["errorMessage"] = f"No Deployment Group found for name: {', '.join(missing)}"
        return found

    def update(self, body: Body) -> Body:
        """Answer UpdateDeploymentGroup: what the request leaves out stays as it is."""
        application = self._application(body)
        old = read_name(body, "currentDeploymentGroupName", "DeploymentGroupName")
        group = self._store.group(application, old)
        read_style(body)
        changed = replace(
            group,
            config=self._config(body, group.config),
            role=read_role(body) or group.role,
            outdated=read_outdated(body, group.outdated),
            rollback=read_auto_rollback(body) or group.rollback,
            alarms=read_alarms(body, "alarmConfiguration") or group.alarms,
            triggers=read_triggers(body) if "triggerConfigurations" in body else group.triggers,
        )
        if body.get("newDeploymentGroupName"):
            changed = self._rename(changed, read_name(body, "newDeploymentGroupName", "DeploymentGroupName"))
        self._store.groups[application, changed.name] = changed
        return {"hooksNotCleanedUp": []}

    def delete(self, body: Body) -> Body:
        """Answer DeleteDeploymentGroup: a deployment in progress goes on, it knows all it needs."""
        application = read_name(body, "applicationName", "ApplicationName")
        name = read_name(body, "deploymentGroupName", "DeploymentGroupName")
        gone = self._store.groups.pop((application, name), None)
        if gone is not None:
            self._store.tags.pop(gone.group_id, None)
        return {"hooksNotCleanedUp": []}

    def _application(self, body: Body) -> str:
        return self._store.application(read_name(body, "applicationName", "ApplicationName")).name

    def _config(self, body: Body, otherwise: str) -> str:
        if not body.get("deploymentConfigName"):
            return otherwise
        return self._store.config(read_name(body, "deploymentConfigName", "DeploymentConfigName")).name

    def _rename(self, group: Group, name: str) -> Group:
        if name == group.name:
            return group
        self._refuse_taken(group.application, name)
        del self._store.groups[group.application, group.name]
        for deployment_id, record in self._store.records.items():
            if (record.application, record.group) == (group.application, group.name):
                self._store.records[deployment_id] = replace(record, group=name)
        return replace(group, name=name)

    def _refuse_taken(self, application: str, name: str) -> None:
        if (application, name) in self._store.groups:
            raise Refusal(
                "DeploymentGroupAlreadyExistsException",
                f"Deployment group name already exists in application {application}: {name}",
            )
