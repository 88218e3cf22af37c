import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from warmgate_ops.attach.cdk import WarmgateDeploymentGroup


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
        live = lambda_.Alias(self, "Live", alias_name="live", version=function.current_version)
        WarmgateDeploymentGroup(self, "Warmgate", alias=live)


app = cdk.App()
Checkout(app)
app.synth()
