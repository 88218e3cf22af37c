"""AWS::CodeDeploy::* as MiniStack's CloudFormation creates, updates and deletes resources: by CodeDeploy's own API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .front import Call
from .properties import UnsupportedError, request

Properties = Mapping[str, Any]
Made = tuple[str, dict[str, Any]]
"""Physical id, which is what Ref returns, and attributes."""
Handlers = dict[str, dict[str, Callable[..., Any]]]

APPLICATION = "AWS::CodeDeploy::Application"
CONFIG = "AWS::CodeDeploy::DeploymentConfig"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
REPLACING: dict[str, tuple[str, ...]] = {
    APPLICATION: ("ApplicationName", "ComputePlatform"),
    CONFIG: ("ComputePlatform", "DeploymentConfigName", "TrafficRoutingConfig"),
    GROUP: ("ApplicationName", "DeploymentGroupName"),
}
"""Properties whose change makes another resource."""
_KNOWN = {
    APPLICATION: (*REPLACING[APPLICATION], "Tags"),
    CONFIG: REPLACING[CONFIG],
    GROUP: (
        *REPLACING[GROUP],
        "AlarmConfiguration",
        "AutoRollbackConfiguration",
        "DeploymentConfigName",
        "DeploymentStyle",
        "ServiceRoleArn",
        "Tags",
        "TriggerConfigurations",
    ),
}
_AS_IF_UNSAID = {
    "alarmConfiguration": {"enabled": False, "alarms": []},
    "autoRollbackConfiguration": {"enabled": False, "events": []},
    "deploymentConfigName": "CodeDeployDefault.LambdaAllAtOnce",
    "triggerConfigurations": [],
}
"""What a group has where its template says nothing; an update must say it, or what was there stays."""


def handlers(call: Call, named: Callable[[str, str], str], arn_start: str) -> Handlers:
    """Return the handlers of every type.

    Args:
        call: CodeDeploy.
        named: gives a resource that has no name one, from its stack's name and its logical id.
        arn_start: how the ARNs of this account's CodeDeploy begin, without the last colon.
    """

    def tag(arn: str, old: Properties, new: Properties) -> None:
        gone = sorted(_tags(old).keys() - _tags(new).keys())
        if gone:
            call("UntagResource", {"ResourceArn": arn, "TagKeys": gone})
        if _tags(new) != _tags(old) and new.get("Tags"):
            call("TagResource", {"ResourceArn": arn, "Tags": new["Tags"]})

    def create(kind: str, operation: str, key: str) -> Callable[[str, Properties, str], Made]:
        def made(logical_id: str, properties: Properties, stack_name: str) -> Made:
            body = {key: named(stack_name, logical_id), **request(kind, properties, _KNOWN[kind])}
            call(operation, body)
            return str(body[key]), {}

        return made

    def retag_application(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        request(APPLICATION, new, _KNOWN[APPLICATION])
        tag(f"{arn_start}:application:{physical_id}", old, new)
        return physical_id, {}

    def update_group(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        wanted = request(GROUP, {key: value for key, value in new.items() if key != "Tags"}, _KNOWN[GROUP])
        wanted.pop("deploymentGroupName", None)
        call("UpdateDeploymentGroup", {**_AS_IF_UNSAID, **wanted, "currentDeploymentGroupName": physical_id})
        tag(f"{arn_start}:deploymentgroup:{new['ApplicationName']}/{physical_id}", old, new)
        return physical_id, {}

    def replaced(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        raise UnsupportedError(f"{CONFIG} {physical_id}: a configuration cannot be changed, give it another name")

    def delete(operation: str, key: str) -> Callable[[str, Properties], None]:
        def gone(physical_id: str, properties: Properties) -> None:
            body = {key: physical_id}
            if operation == "DeleteDeploymentGroup":
                body["applicationName"] = properties["ApplicationName"]
            call(operation, body)

        return gone

    return {
        APPLICATION: {
            "create": create(APPLICATION, "CreateApplication", "applicationName"),
            "update": retag_application,
            "delete": delete("DeleteApplication", "applicationName"),
        },
        CONFIG: {
            "create": create(CONFIG, "CreateDeploymentConfig", "deploymentConfigName"),
            "update": replaced,
            "delete": delete("DeleteDeploymentConfig", "deploymentConfigName"),
        },
        GROUP: {
            "create": create(GROUP, "CreateDeploymentGroup", "deploymentGroupName"),
            "update": update_group,
            "delete": delete("DeleteDeploymentGroup", "deploymentGroupName"),
        },
    }


def _tags(properties: Properties) -> dict[str, str]:
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in properties.get("Tags") or []}
