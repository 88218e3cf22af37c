"""A hook as a release engineer would write it by hand: boto3, two clients, one look-up, one call. The yardstick."""

import boto3

codedeploy = boto3.client("codedeploy")
lambda_ = boto3.client("lambda")


def handler(event: dict[str, str], context: object) -> None:  # noqa: ARG001 - Lambda's shape
    """Call the new version once and report Succeeded."""
    deployment_id = event["DeploymentId"]
    target_id = codedeploy.list_deployment_targets(deploymentId=deployment_id)["targetIds"][0]
    target = codedeploy.get_deployment_target(deploymentId=deployment_id, targetId=target_id)
    about = target["deploymentTarget"]["lambdaTarget"]["lambdaFunctionInfo"]
    answer = lambda_.invoke(FunctionName=about["functionName"], Qualifier=about["targetVersion"], Payload=b"{}")
    answer["Payload"].read()
    codedeploy.put_lifecycle_event_hook_execution_status(
        deploymentId=deployment_id,
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded",
    )
