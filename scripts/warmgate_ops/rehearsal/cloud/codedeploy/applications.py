"""The operations on applications."""

from __future__ import annotations

from dataclasses import replace

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.rendering import application_info
from warmgate_ops.rehearsal.cloud.codedeploy.store import Application
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_batch, read_name, read_tags, refuse_token


class ApplicationOperations:
    """Create, read, rename and delete applications."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def create(self, body: Body) -> Body:
        """Answer CreateApplication."""
        name = read_name(body, "applicationName", "ApplicationName")
        platform = body.get("computePlatform", "Server")
        if platform != "Lambda":
            raise Refusal(
                "InvalidComputePlatformException",
                f"computePlatform: found {platform!r}, expected Lambda; nothing else is deployed here",
            )
        self._refuse_taken(name)
        tags = read_tags(body, "tags")
        made = Application(name, self._account.ids.resource(), self._account.clock.now_s())
        self._store.applications[name] = made
        self._store.tags[made.application_id] = tags
        return {"applicationId": made.application_id}

    def get(self, body: Body) -> Body:
        """Answer GetApplication."""
        name = read_name(body, "applicationName", "ApplicationName")
        return {"application": application_info(self._store.application(name))}

    def list(self, body: Body) -> Body:
        """Answer ListApplications."""
        refuse_token(body)
        return {"applications": sorted(self._store.applications)}

    def batch_get(self, body: Body) -> Body:
        """Answer BatchGetApplications."""
        names = read_batch(body, "applicationNames", "ApplicationNameRequiredException")
        return {"applicationsInfo": [application_info(self._store.application(name)) for name in names]}

    def update(self, body: Body) -> Body:
        """Answer UpdateApplication: everything that belongs to the application moves to its new name."""
        old = read_name(body, "applicationName", "ApplicationName")
        new = read_name(body, "newApplicationName", "ApplicationName")
        application = self._store.application(old)
        self._refuse_taken(new)
        store = self._store
        del store.applications[old]
        store.applications[new] = replace(application, name=new)
        for (owner, name), group in list(store.groups.items()):
            if owner == old:
                del store.groups[owner, name]
                store.groups[new, name] = replace(group, application=new)
        for (owner, location), revision in list(store.revisions.items()):
            if owner == old:
                del store.revisions[owner, location]
                store.revisions[new, location] = revision
        for deployment_id, record in store.records.items():
            if record.application == old:
                store.records[deployment_id] = replace(record, application=new)
        return {}

    def delete(self, body: Body) -> Body:
        """Answer DeleteApplication: its groups and revisions go with it, its deployments stay on record."""
        name = read_name(body, "applicationName", "ApplicationName")
        store = self._store
        gone = store.applications.pop(name, None)
        if gone is not None:
            store.tags.pop(gone.application_id, None)
        for key in [key for key in store.groups if key[0] == name]:
            store.tags.pop(store.groups.pop(key).group_id, None)
        for revision in [revision for revision in store.revisions if revision[0] == name]:
            del store.revisions[revision]
        return {}

    def _refuse_taken(self, name: str) -> None:
        if name in self._store.applications:
            raise Refusal("ApplicationAlreadyExistsException", f"Application already exists: {name}")
