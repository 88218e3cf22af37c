"""A function can be cloned, changed round by round, capped and removed again, and what scales it is described."""

from __future__ import annotations

import io
import time
import urllib.request
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.fakes.lambda_calls import Install, call, overlapping, provision, publish
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

WORK = """
import os, time
def handler(event, context):
    time.sleep(event.get("s", 0))
    return [os.environ.get("ROUND"), os.environ["AWS_LAMBDA_FUNCTION_NAME"], context.memory_limit_in_mb]
"""
KEPT = ("Runtime", "Role", "Handler", "Timeout", "MemorySize")


def cloned(cloud: LocalCloud, original: str, version: str, name: str) -> dict[str, Any]:
    """Create a function from what GetFunction tells of a version; return what it tells."""
    client = cloud.client("lambda")
    found = client.get_function(FunctionName=original, Qualifier=version)
    with urllib.request.urlopen(found["Code"]["Location"], timeout=10) as answer:
        archive = answer.read()
    settings = {member: found["Configuration"][member] for member in KEPT}
    client.create_function(FunctionName=name, Code={"ZipFile": archive}, Tags={"warmgate:sweep": "x"}, **settings)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["app.py"]
    told: dict[str, Any] = found
    return told


def test_a_clone_is_made_changed_capped_and_deleted(local_cloud: LocalCloud, install: Install) -> None:
    """Code comes from its location; each update renews $LATEST; the cap holds; the original stays as it was."""
    client, original = local_cloud.client("lambda"), install(WORK)
    version = publish(local_cloud, original)
    name = f"warmgate-sweep-{original}"
    before = cloned(local_cloud, original, version, name)
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"warmgate:expires": "later"})
    free = client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)

    assert client.list_tags(Resource=arn)["Tags"] == {"warmgate:sweep": "x", "warmgate:expires": "later"}
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == free - 2
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 2
    rounds = []
    for number, memory_mb in enumerate((512, 256, 512)):
        status = client.update_function_configuration(
            FunctionName=name, MemorySize=memory_mb, Environment={"Variables": {"ROUND": str(number)}}
        )["LastUpdateStatus"]
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        burst = overlapping(local_cloud, name, [{"s": 0.3}] * 2, 2)
        warm = overlapping(local_cloud, name, [{}] * 2, 2)
        rounds.append((status, [each.report.init_ms is not None for each in (*burst, *warm)], burst[0].payload))
    assert rounds == [
        ("InProgress", [True, True, False, False], [str(number), name, str(memory_mb)])
        for number, memory_mb in enumerate((512, 256, 512))
    ]
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        overlapping(local_cloud, name, [{"s": 0.5}] * 3, 3)

    client.delete_function(FunctionName=name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        call(local_cloud, name)
    after = client.get_function(FunctionName=original, Qualifier=version)["Configuration"]
    assert after == before["Configuration"]
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == free


def test_a_deleted_clones_name_is_free_for_other_code(local_cloud: LocalCloud, install: Install) -> None:
    """The one that is made anew runs what it was made with, and none of the environments before it is left."""
    original, other = install(WORK), install("def handler(event, context): return 'other'")
    versions = [publish(local_cloud, each) for each in (original, other)]
    cloned(local_cloud, original, versions[0], "warmgate-sweep-again")
    first = call(local_cloud, "warmgate-sweep-again").payload
    local_cloud.client("lambda").delete_function(FunctionName="warmgate-sweep-again")
    cloned(local_cloud, other, versions[1], "warmgate-sweep-again")

    assert first[1] == "warmgate-sweep-again"
    assert call(local_cloud, "warmgate-sweep-again").payload == "other"


def test_what_scales_an_alias_is_described(local_cloud: LocalCloud, install: Install) -> None:
    """Provisioned concurrency is listed, its use is measured, and a policy's alarms are found by their names."""
    client, name = local_cloud.client("lambda"), install(WORK)
    version = publish(local_cloud, name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    provision(local_cloud, name, "live", 2)
    overlapping(local_cloud, name, [{"s": 0.3}] * 3, 3, qualifier="live")
    scaling = local_cloud.client("application-autoscaling")
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": f"function:{name}:live",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
    }
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=5)
    scaling.put_scheduled_action(**target, ScheduledActionName="night", Schedule="cron(0 20 * * ? *)")
    scaling.put_scaling_policy(
        **target,
        PolicyName="use",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 0.7,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
        },
    )
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="lambda", ResourceId=target["ResourceId"])[
        "ScalingPolicies"
    ]
    alarms = [each["AlarmName"] for each in policy["Alarms"]]
    found = local_cloud.client("cloudwatch").describe_alarms(AlarmNames=alarms)["MetricAlarms"]
    listed = client.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]

    assert [each["FunctionArn"].rpartition(":")[2] for each in listed] == ["live"]
    assert {each["StateValue"] for each in found} == {"INSUFFICIENT_DATA"}
    assert len(scaling.describe_scheduled_actions(ServiceNamespace="lambda")["ScheduledActions"]) == 1
    assert _maximum(local_cloud, name, "ProvisionedConcurrencyUtilization") == 1.0
    assert _maximum(local_cloud, name, "ProvisionedConcurrencySpilloverInvocations") == 1.0
    scaling.deregister_scalable_target(**target)
    assert scaling.describe_scheduled_actions(ServiceNamespace="lambda")["ScheduledActions"] == []


def _maximum(cloud: LocalCloud, name: str, metric: str) -> float:
    cloud.flush_logs()
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": name}, {"Name": "Resource", "Value": f"{name}:live"}],
        StartTime=time.time() - 600,
        EndTime=time.time() + 600,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max(float(each["Maximum"]) for each in points)
