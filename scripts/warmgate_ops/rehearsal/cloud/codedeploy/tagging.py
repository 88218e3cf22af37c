"""The operations on tags of applications and deployment groups."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_list, read_tags


class TagOperations:
    """Add, remove and list tags."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def tag(self, body: Body) -> Body:
        """Answer TagResource."""
        tags = self._tags(body)
        found = read_tags(body, "Tags")
        if not found:
            raise Refusal("TagRequiredException", "Tags is required: found nothing")
        tags.update(found)
        return {}

    def untag(self, body: Body) -> Body:
        """Answer UntagResource."""
        tags = self._tags(body)
        for key in read_list(body, "TagKeys", "TagRequiredException"):
            tags.pop(key, None)
        return {}

    def list(self, body: Body) -> Body:
        """Answer ListTagsForResource."""
        try:
            tags = self._tags(body)
        except Refusal as refusal:
            if not refusal.code.endswith("DoesNotExistException"):
                raise
            raise Refusal("InvalidArnException", refusal.message) from refusal
        return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}

    def _tags(self, body: Body) -> dict[str, str]:
        arn = str(body.get("ResourceArn") or "")
        if not arn:
            raise Refusal("ResourceArnRequiredException", "ResourceArn is required: found nothing")
        parts = arn.split(":", 6)
        if len(parts) != 7 or parts[0] != "arn" or parts[2] != "codedeploy":
            raise Refusal("InvalidArnException", f"ResourceArn: found {arn!r}, expected an ARN of CodeDeploy")
        store = self._account.store
        if parts[5] == "application":
            owner = store.application(parts[6]).application_id
        elif parts[5] == "deploymentgroup" and "/" in parts[6]:
            application, name = parts[6].split("/", 1)
            owner = store.group(application, name).group_id
        else:
            raise Refusal("ArnNotSupportedException", f"ResourceArn: {arn} is neither an application nor a group")
        return store.tags.setdefault(owner, {})
