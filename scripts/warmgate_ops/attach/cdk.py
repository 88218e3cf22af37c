"""A construct of the AWS CDK: an alias is released by CodeDeploy through Warmgate's hooks. It needs aws-cdk-lib."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Tags
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

BEFORE, AFTER = "CodeDeployHook_warmgate-before", "CodeDeployHook_warmgate-after"


class WarmgateDeploymentGroup(Construct):
    """A deployment group of an alias with both hooks, a rollback of what they refuse, and the tags they look for."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias: lambda_.Alias,
        application: codedeploy.ILambdaApplication | None = None,
        deployment_config: codedeploy.ILambdaDeploymentConfig | None = None,
        alarms: Sequence[cloudwatch.IAlarm] = (),
        policy: str = "",
        before: str = BEFORE,
        after: str = AFTER,
    ) -> None:
        """Attach the hooks.

        Args:
            scope: of the construct.
            construct_id: in its scope.
            alias: that CodeDeploy shifts.
            application: of CodeDeploy; a new one if it is not given.
            deployment_config: how traffic is shifted; CANARY_10_PERCENT_5_MINUTES if it is not given.
            alarms: that stop a deployment.
            policy: source of the function's policy, as s3://bucket/key; empty for the default policy.
            before: name of the BeforeAllowTraffic hook; empty for none.
            after: name of the AfterAllowTraffic hook; empty for none.
        """
        super().__init__(scope, construct_id)
        Tags.of(alias.lambda_).add("warmgate:allow", "true")
        if policy:
            Tags.of(alias.lambda_).add("warmgate:policy", policy)
        canary = codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
        self.group = codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=alias,
            application=application,
            deployment_config=deployment_config or canary,
            alarms=list(alarms),
            auto_rollback=codedeploy.AutoRollbackConfig(failed_deployment=True, stopped_deployment=True),
            pre_hook=self._hook("Before", before),
            post_hook=self._hook("After", after),
        )

    def _hook(self, construct_id: str, name: str) -> lambda_.IFunction | None:
        return lambda_.Function.from_function_name(self, construct_id, name) if name else None
