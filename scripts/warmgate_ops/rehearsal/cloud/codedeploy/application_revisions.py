"""The operations on the revisions of an application."""

from __future__ import annotations

from enum import StrEnum

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.rendering import revision_info
from warmgate_ops.rehearsal.cloud.codedeploy.revisions import RevisionKind, read_location, read_revision
from warmgate_ops.rehearsal.cloud.codedeploy.store import Revision
from warmgate_ops.rehearsal.cloud.codedeploy.wire import (
    Body,
    Refusal,
    read_batch,
    read_description,
    read_name,
    read_word,
    refuse_token,
)


class Order(StrEnum):
    """The two sort orders."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class SortKey(StrEnum):
    """What revisions can be sorted by."""

    REGISTERED = "registerTime"
    FIRST_USED = "firstUsedTime"
    LAST_USED = "lastUsedTime"


class Deployed(StrEnum):
    """Which revisions are listed: deployed ones, others, or both."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    IGNORE = "ignore"


class RevisionOperations:
    """Register and read revisions."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def register(self, body: Body) -> Body:
        """Answer RegisterApplicationRevision."""
        application = self._application(body)
        description = read_description(body)
        location, content = read_revision(body)
        if content is None and location.kind is not RevisionKind.S3:
            raise Refusal("InvalidRevisionException", "revision: found a sha256 alone, expected its content too")
        now_s = self._account.clock.now_s()
        revision = Revision(location=location, content=content, register_s=now_s, description=description)
        self._store.register(application, revision)
        return {}

    def get(self, body: Body) -> Body:
        """Answer GetApplicationRevision, the one operation that gives an AppSpec's content."""
        application = self._application(body)
        found = self._store.revision(application, read_revision(body)[0])
        return {
            "applicationName": application,
            "revision": found.location.as_wire(found.content),
            "revisionInfo": revision_info(found),
        }

    def batch_get(self, body: Body) -> Body:
        """Answer BatchGetApplicationRevisions; errorMessage names what is not registered."""
        application = self._application(body)
        asked = [
            read_location(found)[0] for found in read_batch(body, "revisions", "RevisionRequiredException", 25, dict)
        ]
        known = [self._store.revisions.get((application, location)) for location in asked]
        revisions = [
            {"revisionLocation": found.location.as_wire(found.content), "genericRevisionInfo": revision_info(found)}
            for found in known
            if found is not None
        ]
        answer: Body = {"applicationName": application, "revisions": revisions}
        if len(revisions) < len(asked):
            answer["errorMessage"] = f"{len(asked) - len(revisions)} of {len(asked)} revisions are not registered"
        return answer

    def list(self, body: Body) -> Body:
        """Answer ListApplicationRevisions."""
        refuse_token(body)
        application = self._application(body)
        key = read_word(body.get("sortBy") or SortKey.REGISTERED, SortKey, "InvalidSortByException", "sortBy")
        order = read_word(body.get("sortOrder") or Order.ASCENDING, Order, "InvalidSortOrderException", "sortOrder")
        wanted = read_word(
            body.get("deployed") or Deployed.IGNORE, Deployed, "InvalidDeployedStateFilterException", "deployed"
        )
        bucket, prefix = body.get("s3Bucket"), body.get("s3KeyPrefix")
        if prefix and not bucket:
            raise Refusal("BucketNameFilterRequiredException", f"s3KeyPrefix {prefix!r} needs an s3Bucket")
        found = [
            revision
            for (owner, location), revision in self._store.revisions.items()
            if owner == application
            and (not bucket or (location.bucket == bucket and location.key.startswith(prefix or "")))
            and (wanted is Deployed.IGNORE or bool(revision.groups) == (wanted is Deployed.INCLUDE))
        ]
        found.sort(key=lambda revision: _instant(revision, key), reverse=order is Order.DESCENDING)
        return {"revisions": [revision.location.as_wire() for revision in found]}

    def _application(self, body: Body) -> str:
        return self._store.application(read_name(body, "applicationName", "ApplicationName")).name


def _instant(revision: Revision, key: SortKey) -> float:
    instants = {
        SortKey.REGISTERED: revision.register_s,
        SortKey.FIRST_USED: revision.first_used_s,
        SortKey.LAST_USED: revision.last_used_s,
    }
    return instants[key] or 0.0
