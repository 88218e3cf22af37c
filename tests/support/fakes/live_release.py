"""A function with two versions and an alias, and deployments of it that a test drives by hand."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.fakes.lambda_calls import Install, packed
from warmgate.appspec.read import AppSpec
from warmgate.appspec.write import revision_of
from warmgate.model.deployment import ENDED_STATUSES, LifecycleEvent, Target
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

ALIAS, APPLICATION = "live", "driven"
ROLE = "arn:aws:iam::123456789012:role/tests"
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}


@dataclass(frozen=True, slots=True)
class LiveRelease:
    """Version 1 serves, version 2 is to come."""

    cloud: LocalCloud
    function: str

    def group(self, config: str, events: Sequence[str] = (), alarms: Sequence[str] = ()) -> None:
        """Make the deployment group, which has the function's name."""
        self.cloud.client("codedeploy").create_deployment_group(
            applicationName=APPLICATION,
            deploymentGroupName=self.function,
            deploymentConfigName=config,
            serviceRoleArn=ROLE,
            deploymentStyle=STYLE,
            autoRollbackConfiguration={"enabled": bool(events), "events": list(events)},
            alarmConfiguration={"enabled": bool(alarms), "alarms": [{"name": name} for name in alarms]},
        )

    def deploy(self, hooks: Mapping[str, str] | None = None) -> str:
        """Start a deployment of version 2; return its id."""
        named = {LifecycleEvent(event): name for event, name in (hooks or {}).items()}
        spec = AppSpec(target=Target(self.function, ALIAS), baseline="1", candidate="2", hooks=named)
        created = self.cloud.client("codedeploy").create_deployment(
            applicationName=APPLICATION, deploymentGroupName=self.function, revision=revision_of(spec)
        )
        return str(created["deploymentId"])

    def ended(self, deployment_id: str, within_s: float = 40.0) -> dict[str, Any]:
        """Return a deployment once it has ended."""
        limit = time.monotonic() + within_s
        found: dict[str, Any] = {}
        while time.monotonic() < limit:
            found = self.cloud.client("codedeploy").get_deployment(deploymentId=deployment_id)["deploymentInfo"]
            if found["status"] in ENDED_STATUSES:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{deployment_id} has not ended: {found.get('status')}")

    def rolled_back(self, deployment_id: str) -> dict[str, Any]:
        """Return the rollback of a deployment once both have ended."""
        rollback = self.ended(deployment_id)["rollbackInfo"]["rollbackDeploymentId"]
        return self.ended(rollback)

    def alias(self) -> tuple[str, dict[str, float]]:
        """Return the alias's version and its additional weights."""
        found = self.cloud.client("lambda").get_alias(FunctionName=self.function, Name=ALIAS)
        return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}

    def put_alarm(self, name: str, **settings: Any) -> None:
        """Put an alarm on the errors of version 2 behind the alias."""
        dimensions = {
            "FunctionName": self.function, "Resource": f"{self.function}:{ALIAS}", "ExecutedVersion": "2"
        }  # fmt: skip
        chosen: dict[str, Any] = {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 2,
            "DatapointsToAlarm": 2,
            "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        self.cloud.client("cloudwatch").put_metric_alarm(AlarmName=name, **{**chosen, **settings})

    def alarm_state(self, name: str) -> str:
        """Return the state of an alarm."""
        return str(self.cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def install_live(cloud: LocalCloud, install: Install, baseline: str, candidate: str) -> LiveRelease:
    """Install both versions from code; the alias points at the first one."""
    client, codedeploy = cloud.client("lambda"), cloud.client("codedeploy")
    function = install(baseline, prefix="live")
    client.publish_version(FunctionName=function)
    client.update_function_code(FunctionName=function, ZipFile=packed(candidate))
    client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig={"Delay": 0.05})
    client.publish_version(FunctionName=function)
    client.create_alias(FunctionName=function, Name=ALIAS, FunctionVersion="1")
    if APPLICATION not in codedeploy.list_applications()["applications"]:
        codedeploy.create_application(applicationName=APPLICATION, computePlatform="Lambda")
    return LiveRelease(cloud, function)
