"""A healthy release on the local cloud, and what the doctor says of it; faults are seeded elsewhere."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.fakes.lambda_calls import packed
from warmgate.adapters.policies import TAG
from warmgate_ops.doctor.findings import Finding, examine
from warmgate_ops.doctor.gather import Question, gather
from warmgate_ops.doctor.gathering.looking import Clients
from warmgate_ops.doctor.registry import CHECKS
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

POLICIES = Path(__file__).parents[3] / "policies"
FUNCTION, ALIAS, APPLICATION, GROUP = "checkout-api", "live", "shop", "checkout"
HOOK = "CodeDeployHook_warmgate-before"
ALARM = "checkout-errors"
PARAMETER = "/warmgate/checkout"
APP = "def handler(event, context):\n    return {'statusCode': 200}\n"
SHORT = {"Delay": 0.05, "MaxAttempts": 400}
LAMBDA = "arn:aws:lambda:*:*:function:"
CALLS_HOOKS = {"lambda:InvokeFunction": f"{LAMBDA}CodeDeployHook_*", "lambda:GetAlias": "*", "lambda:UpdateAlias": "*"}
"""As AWSCodeDeployRoleForLambda allows it."""
MAY_JUDGE = {
    "codedeploy:PutLifecycleEventHookExecutionStatus": f"arn:aws:codedeploy:*:*:deploymentgroup:{APPLICATION}/*",
    "codedeploy:Get*": "*",
    "codedeploy:List*": "*",
    "lambda:InvokeFunction": f"{LAMBDA}*:*",
    "lambda:Get*": "*",
    "lambda:ListTags": "*",
    "cloudwatch:GetMetricData": "*",
}
"""As the security model lists it."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """A local cloud with a healthy release: version 2 serves, version 3 is next."""

    cloud: LocalCloud

    def client(self, service: str) -> Any:
        """Return a plain client."""
        return self.cloud.client(service)

    @property
    def question(self) -> Question:
        """Return the question that sees all of the healthy release."""
        return Question(
            function=FUNCTION,
            alias=ALIAS,
            application=APPLICATION,
            group=GROUP,
            appspec=(appspec(), "appspec.json"),
            policies=POLICIES,
        )

    def asked(self, clients: Clients | None = None, **changes: Any) -> tuple[Finding, ...]:
        """Return what is found where the healthy question is changed."""
        return examine(CHECKS, [gather(replace(self.question, **changes), clients or self.client)]).findings

    def create(self, name: str, code: str = APP, **settings: Any) -> None:
        """Create a function and return when it is active."""
        client = self.client("lambda")
        chosen = {"Runtime": RUNTIME, "Handler": "app.handler", "Timeout": 900, "Role": self.role("judges")}
        client.create_function(FunctionName=name, Code={"ZipFile": packed(code)}, **{**chosen, **settings})
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=SHORT)

    def publish(self, name: str, code: str = "") -> str:
        """Publish a version, of new code where some is given, and return its number."""
        client = self.client("lambda")
        if code:
            client.update_function_code(FunctionName=name, ZipFile=packed(code))
            self.settled(name)
        return str(client.publish_version(FunctionName=name)["Version"])

    def configure(self, name: str, **settings: Any) -> None:
        """Change settings of $LATEST and return when they hold."""
        self.client("lambda").update_function_configuration(FunctionName=name, **settings)
        self.settled(name)

    def settled(self, name: str) -> None:
        """Return when the last update of a function is over."""
        self.client("lambda").get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=SHORT)

    def role(self, name: str) -> str:
        """Return the ARN of a role."""
        return f"arn:aws:iam::{self.cloud.account}:role/{name}"

    def allow(self, role: str, grants: Mapping[str, str]) -> None:
        """Make a role's policy say exactly this: actions, each with its resource."""
        statements = [
            {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in grants.items()
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.client("iam").put_role_policy(RoleName=role, PolicyName="grants", PolicyDocument=document)

    def write_policy(self, text: str) -> None:
        """Store the policy that the function's tag names."""
        self.client("ssm").put_parameter(Name=PARAMETER, Value=text, Type="String", Overwrite=True)

    def change_group(self, **settings: Any) -> None:
        """Change the deployment group."""
        self.client("codedeploy").update_deployment_group(
            applicationName=APPLICATION, currentDeploymentGroupName=GROUP, **settings
        )

    def deploy(self, content: str) -> str:
        """Start a deployment and return its id once its hook, which never answers, was called."""
        made = self.client("codedeploy").create_deployment(
            applicationName=APPLICATION,
            deploymentGroupName=GROUP,
            deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
        )
        deployment_id = str(made["deploymentId"])
        for _ in range(600):
            if self.execution_of(deployment_id):
                return deployment_id
            time.sleep(0.05)
        raise AssertionError(f"{deployment_id}: its hook was not called within 30 s")

    def execution_of(self, deployment_id: str) -> str:
        """Return the hook execution that CodeDeploy called the hook for, empty before it did."""
        for attempt in self.cloud.async_invocations:
            event = json.loads(attempt.payload)
            if event.get("DeploymentId") == deployment_id:
                return str(event["LifecycleEventHookExecutionId"])
        return ""

    def finish(self, deployment_id: str) -> None:
        """Let a deployment's hook pass and return when the alias has moved."""
        client = self.client("codedeploy")
        client.put_lifecycle_event_hook_execution_status(
            deploymentId=deployment_id,
            lifecycleEventHookExecutionId=self.execution_of(deployment_id),
            status="Succeeded",
        )
        client.get_waiter("deployment_successful").wait(deploymentId=deployment_id, WaiterConfig=SHORT)


def appspec(baseline: str = "2", candidate: str = "3", hook: str = HOOK) -> str:
    """Return the AppSpec of a release; without a hook where its name is empty."""
    properties = {"Name": FUNCTION, "Alias": ALIAS, "CurrentVersion": baseline, "TargetVersion": candidate}
    resources = [{FUNCTION: {"Type": "AWS::Lambda::Function", "Properties": properties}}]
    hooks: dict[str, Any] = {"Hooks": [{"BeforeAllowTraffic": hook}]} if hook else {}
    return json.dumps({"version": 0.0, "Resources": resources, **hooks})


POLICY = """policy: checkout
warm: {environments: 5}
limits: {errors: {rate: 0%}}
"""


def install(cloud: LocalCloud) -> Clinic:
    """Set up the healthy release through the public API and deploy version 2 once."""
    clinic = Clinic(cloud)
    for role, grants in (("shifts", CALLS_HOOKS), ("judges", MAY_JUDGE)):
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        clinic.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        clinic.allow(role, grants)
    clinic.write_policy(POLICY)
    clinic.create(FUNCTION, Tags={TAG: f"ssm:{PARAMETER}"})
    clinic.publish(FUNCTION)
    clinic.client("lambda").create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion="1")
    clinic.publish(FUNCTION, APP + "# two\n")
    clinic.create(HOOK)
    _install_group(clinic)
    clinic.finish(clinic.deploy(appspec("1", "2")))
    clinic.publish(FUNCTION, APP + "# three\n")
    return clinic


def _install_group(clinic: Clinic) -> None:
    clinic.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    ring(clinic, "OK")
    clinic.client("codedeploy").create_application(applicationName=APPLICATION, computePlatform="Lambda")
    create_group(clinic, GROUP)


def create_group(clinic: Clinic, name: str) -> None:
    """Create a healthy deployment group."""
    clinic.client("codedeploy").create_deployment_group(
        applicationName=APPLICATION,
        deploymentGroupName=name,
        deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent5Minutes",
        serviceRoleArn=clinic.role("shifts"),
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        alarmConfiguration={"enabled": True, "alarms": [{"name": ALARM}]},
    )


def ring(clinic: Clinic, state: str) -> None:
    """Put the alarm into a state."""
    clinic.client("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="seeded")
