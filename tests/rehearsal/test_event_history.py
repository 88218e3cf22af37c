"""The event history tells what was called over HTTP: by people, by functions, by CodeDeploy, no faster than AWS."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.fakes.codedeploy import appspec
from support.fakes.lambda_calls import Install, call, packed, publish, update
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

QUIET = "def handler(event, context): return event"
CALLING = """
import boto3
def handler(event, context):
    boto3.client("lambda").put_function_concurrency(FunctionName=event["name"], ReservedConcurrentExecutions=2)
"""


def history(cloud: LocalCloud, key: str, value: str, *, reading: bool = False) -> list[dict[str, Any]]:
    """Return the records of calls that change something, oldest first, by one attribute."""
    cloud.conditions.trail_reads_per_s = None
    pages = cloud.client("cloudtrail").get_paginator("lookup_events")
    found = pages.paginate(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
    records = [json.loads(each["CloudTrailEvent"]) for page in found for each in page["Events"]]
    return [each for each in reversed(records) if reading or not each["readOnly"]]


def test_every_change_of_a_function_is_found_by_its_name(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """Code, settings, versions, aliases, concurrency, tags, deletion, and what was refused; no call of it."""
    client, name = local_cloud.client("lambda"), install(QUIET)
    client.update_function_code(FunctionName=name, ZipFile=packed("def handler(event, context): return 1"))
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"KEY": "secret"}})
    version = publish(local_cloud, name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    client.put_provisioned_concurrency_config(FunctionName=name, Qualifier="live", ProvisionedConcurrentExecutions=1)
    client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="live")
    with pytest.raises(ClientError):
        client.update_alias(FunctionName=name, Name="live", FunctionVersion="99")
    call(local_cloud, name)
    client.delete_function(FunctionName=name)

    found = history(local_cloud, "ResourceName", name)
    assert [each["eventName"] for each in found] == [
        "CreateFunction20150331",
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration20150331v2",
        "PublishVersion20150331",
        "CreateAlias20150331",
        "UpdateAlias20150331",
        "PutFunctionConcurrency20171031",
        "PutProvisionedConcurrencyConfig",
        "DeleteProvisionedConcurrencyConfig",
        "UpdateAlias20150331",
        "DeleteFunction20150331",
    ]
    assert [each.get("errorCode") for each in found[-2:]] == ["ResourceNotFoundException", None]
    assert found[3]["responseElements"]["version"] == version
    assert found[7]["requestParameters"]["provisionedConcurrentExecutions"] == 1
    assert "secret" not in json.dumps(found)
    assert "GetFunctionConfiguration20150331v2" in {
        each["eventName"] for each in history(local_cloud, "ResourceName", name, reading=True)
    }


def test_a_function_and_codedeploy_are_told_apart_from_people(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """A function calls by its role, CodeDeploy says that it invoked the call; its own operations are events too."""
    name, caller = install(QUIET), install(CALLING)
    client, deploy = local_cloud.client("lambda"), local_cloud.client("codedeploy")
    old = publish(local_cloud, name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=old)
    new = update(local_cloud, name, "def handler(event, context): return 2")
    deploy.create_application(applicationName=name, computePlatform="Lambda")
    deploy.create_deployment_group(
        applicationName=name,
        deploymentGroupName="live",
        serviceRoleArn="arn:aws:iam::123456789012:role/deploying",
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    )
    text = appspec(hooks=(), current=old, target=new, function=name)
    made = deploy.create_deployment(
        applicationName=name,
        deploymentGroupName="live",
        revision={"revisionType": "String", "string": {"content": text}},
    )["deploymentId"]
    limit = time.monotonic() + 10
    while deploy.get_deployment(deploymentId=made)["deploymentInfo"]["status"] != "Succeeded":
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert call(local_cloud, caller, {"name": name}).error is None

    found = history(local_cloud, "ResourceName", name)
    moves = [each for each in found if each["eventName"] == "UpdateAlias20150331"]
    (limited,) = [each for each in found if each["eventName"] == "PutFunctionConcurrency20171031"]
    deployments = history(local_cloud, "EventName", "CreateDeployment")
    assert moves
    assert {each["userIdentity"].get("invokedBy") for each in moves} == {"codedeploy.amazonaws.com"}
    assert moves[-1]["requestParameters"]["functionVersion"] == new
    assert limited["userIdentity"]["arn"].endswith(f"assumed-role/tests/{caller}")
    assert deployments[-1]["responseElements"] == {"deploymentId": made}
    assert deployments[-1]["userIdentity"]["arn"].endswith("assumed-role/operator/rehearsal")


def test_a_third_lookup_in_a_second_is_throttled(local_cloud: LocalCloud, conditions: Conditions) -> None:
    """Two are answered, as in an account and region of AWS, and what is fresh may not be found yet."""
    client = local_cloud.client("cloudtrail")
    time.sleep(1.1)
    conditions.trail_delay_s = 3600.0
    assert [client.lookup_events()["Events"] for _ in range(2)] == [[], []]

    with pytest.raises(ClientError, match="ThrottlingException"):
        client.lookup_events()
