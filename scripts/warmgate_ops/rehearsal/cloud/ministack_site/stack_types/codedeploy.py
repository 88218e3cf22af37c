"""AWS::CodeDeploy::* as MiniStack's CloudFormation creates, updates and deletes resources: by CodeDeploy's own API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .front import Call
from .properties import request

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


@dataclass(frozen=True, slots=True)
class Types:
    """The types, and whom they ask."""

    call: Call
    named: Callable[[str, str], str]
    """Gives a resource that has no name one, from its stack's name and its logical id."""
    arn_start: str
    """How the ARNs of this account's CodeDeploy begin, without the last colon."""

    def handlers(self) -> Handlers:
        """Return the handlers of every type."""
        return {
            APPLICATION: {
                "create": self._create(APPLICATION, "CreateApplication", "applicationName"),
                "update": self._update_application,
                "delete": lambda name, _: self.call("DeleteApplication", {"applicationName": name}),
            },
            CONFIG: {
                "create": self._create(CONFIG, "CreateDeploymentConfig", "deploymentConfigName"),
                "delete": lambda name, _: self.call("DeleteDeploymentConfig", {"deploymentConfigName": name}),
            },
            GROUP: {
                "create": self._create(GROUP, "CreateDeploymentGroup", "deploymentGroupName"),
                "update": self._update_group,
                "delete": self._delete_group,
            },
        }

    def _create(self, kind: str, operation: str, key: str) -> Callable[[str, Properties, str], Made]:
        def made(logical_id: str, properties: Properties, stack_name: str) -> Made:
            body = {key: self.named(stack_name, logical_id), **request(kind, properties, _KNOWN[kind])}
            self.call(operation, body)
            return str(body[key]), {}

        return made

    def _update_application(self, name: str, old: Properties, new: Properties, _: str) -> Made:
        request(APPLICATION, new, _KNOWN[APPLICATION])
        self._tag(f"application:{name}", old, new)
        return name, {}

    def _update_group(self, name: str, old: Properties, new: Properties, _: str) -> Made:
        wanted = request(GROUP, {key: value for key, value in new.items() if key != "Tags"}, _KNOWN[GROUP])
        wanted.pop("deploymentGroupName", None)
        self.call("UpdateDeploymentGroup", {**_AS_IF_UNSAID, **wanted, "currentDeploymentGroupName": name})
        self._tag(f"deploymentgroup:{new['ApplicationName']}/{name}", old, new)
        return name, {}

    def _delete_group(self, name: str, properties: Properties) -> None:
        body = {"applicationName": properties["ApplicationName"], "deploymentGroupName": name}
        self.call("DeleteDeploymentGroup", body)

    def _tag(self, resource: str, old: Properties, new: Properties) -> None:
        arn, before, after = f"{self.arn_start}:{resource}", _tags(old), _tags(new)
        gone = sorted(before.keys() - after.keys())
        if gone:
            self.call("UntagResource", {"ResourceArn": arn, "TagKeys": gone})
        if after and after != before:
            self.call("TagResource", {"ResourceArn": arn, "Tags": new["Tags"]})


def _tags(properties: Properties) -> dict[str, str]:
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in properties.get("Tags") or []}
