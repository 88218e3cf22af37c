import aws_cdk as cdk
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_


class Checkout(cdk.Stack):
    def __init__(self, scope: cdk.App) -> None:
        super().__init__(scope, "Checkout")
        function = lambda_.Function(
            self,
            "Function",
            function_name="checkout-api",
            code=lambda_.Code.from_inline("def handler(event, context):\n    return {'statusCode': 200}\n"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
        )
        cdk.Tags.of(function).add("warmgate:allow", "true")
        codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=lambda_.Alias(self, "Live", alias_name="live", version=function.current_version),
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            pre_hook=self.warmgate("before"),
            post_hook=self.warmgate("after"),
        )

    def warmgate(self, hook: str) -> lambda_.IFunction:
        return lambda_.Function.from_function_name(self, f"Warmgate-{hook}", f"CodeDeployHook_warmgate-{hook}")


app = cdk.App()
Checkout(app)
app.synth()
