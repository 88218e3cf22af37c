"""The local CodeDeploy over HTTP, asked by the AWS SDK itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import botocore.config
import pytest

from support.fakes.codedeploy import GROUP, ROLLBACK, START_S, House, appspec

REVISION = {"revisionType": "AppSpecContent", "appSpecContent": {"content": appspec()}}


class Front(ThreadingHTTPServer):
    """A house behind a port."""

    def __init__(self, house: House) -> None:
        super().__init__(("127.0.0.1", 0), Route)
        self.house = house


class Route(BaseHTTPRequestHandler):
    """Hands each request to the house."""

    def do_POST(self) -> None:
        """Answer one operation."""
        assert isinstance(self.server, Front)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        status, found = self.server.house.service.answer(self.headers["X-Amz-Target"], body)
        payload = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def house() -> House:
    """Return a house whose group rolls back."""
    return House(group={"autoRollbackConfiguration": ROLLBACK})


@pytest.fixture
def client(house: House) -> Iterator[Any]:
    """Return the SDK's client of that house."""
    server = Front(house)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    made = boto3.client(
        "codedeploy",
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    yield made
    made.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_sdk_makes_everything_a_deployment_needs(client: Any) -> None:
    """Application, configuration and group are made and read back as they were made."""
    client.create_application(applicationName="bank", computePlatform="Lambda", tags=[{"Key": "a", "Value": "b"}])
    routing = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 20, "canaryInterval": 3}}
    client.create_deployment_config(deploymentConfigName="mine", computePlatform="Lambda", trafficRoutingConfig=routing)
    client.create_deployment_group(
        applicationName="bank",
        deploymentGroupName="pay",
        deploymentConfigName="mine",
        serviceRoleArn="arn:aws:iam::000000000000:role/deploy",
        deploymentStyle={"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        alarmConfiguration={"enabled": True, "alarms": [{"name": "errors"}]},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
    )

    group = client.get_deployment_group(applicationName="bank", deploymentGroupName="pay")["deploymentGroupInfo"]
    assert group["alarmConfiguration"]["alarms"] == [{"name": "errors"}]
    assert group["autoRollbackConfiguration"] == {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}
    config = client.get_deployment_config(deploymentConfigName="mine")["deploymentConfigInfo"]
    assert config["trafficRoutingConfig"] == routing
    application = client.get_application(applicationName="bank")["application"]
    assert application["createTime"] == datetime.fromtimestamp(START_S, UTC)


def test_sdk_follows_a_release_into_its_rollback(client: Any, house: House) -> None:
    """A hook reads its target, reports Failed, and the rollback deployment is found through rollbackInfo."""
    deployment_id = client.create_deployment(**GROUP, revision=REVISION)["deploymentId"]
    house.pass_s()
    (target_id,) = client.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
    found = client.batch_get_deployment_targets(deploymentId=deployment_id, targetIds=[target_id])
    target = found["deploymentTargets"][0]["lambdaTarget"]
    running = [event["lifecycleEventName"] for event in target["lifecycleEvents"] if event["status"] == "InProgress"]
    assert running == ["BeforeAllowTraffic"]
    assert target["lambdaFunctionInfo"]["targetVersion"] == "8"

    execution_id = house.functions.calls[0][1]["LifecycleEventHookExecutionId"]
    ids = {"deploymentId": deployment_id, "lifecycleEventHookExecutionId": execution_id}
    reported = client.put_lifecycle_event_hook_execution_status(**ids, status="Failed")
    assert reported["lifecycleEventHookExecutionId"] == execution_id
    with pytest.raises(client.exceptions.LifecycleEventAlreadyCompletedException):
        client.put_lifecycle_event_hook_execution_status(**ids, status="Succeeded")

    about = client.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
    assert about["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
    back = client.get_deployment(deploymentId=about["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert (back["creator"], back["rollbackInfo"]["rollbackTriggeringDeploymentId"]) == (
        "codeDeployRollback",
        deployment_id,
    )
    content = client.get_application_revision(applicationName="shop", revision=about["revision"])["revision"]
    assert content["appSpecContent"]["content"] == appspec()


def test_sdk_waits_for_a_release_that_ends_well(client: Any, house: House) -> None:
    """The SDK's own waiter understands the status."""
    revision = {"revisionType": "String", "string": {"content": appspec(hooks=())}}
    deployment_id = client.create_deployment(**GROUP, revision=revision)["deploymentId"]
    house.pass_s()
    waiter = client.get_waiter("deployment_successful")
    waiter.wait(deploymentId=deployment_id, WaiterConfig={"Delay": 0, "MaxAttempts": 1})

    assert house.alias == ("8", {})


def test_sdk_stops_a_release(client: Any, house: House) -> None:
    """A stop is answered, and a second one is an error of its own class."""
    deployment_id = client.create_deployment(**GROUP, revision=REVISION)["deploymentId"]
    house.pass_s()

    assert client.stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=False)["status"] == "Succeeded"
    with pytest.raises(client.exceptions.DeploymentAlreadyCompletedException):
        client.stop_deployment(deploymentId=deployment_id)
    assert client.list_deployments(includeOnlyStatuses=["Stopped"])["deployments"] == [deployment_id]


def test_errors_arrive_as_the_modelled_classes(client: Any) -> None:
    """What a program catches on AWS it catches here, message included."""
    with pytest.raises(client.exceptions.DeploymentDoesNotExistException, match="d-NNNNNNNNN could not be found"):
        client.get_deployment(deploymentId="d-NNNNNNNNN")
    with pytest.raises(client.exceptions.InvalidDeploymentIdException):
        client.get_deployment(deploymentId="nonsense")
    client.create_deployment(**GROUP, revision=REVISION)
    with pytest.raises(client.exceptions.DeploymentLimitExceededException, match="already has an active Deployment"):
        client.create_deployment(**GROUP, revision=REVISION)
    with pytest.raises(client.exceptions.ClientError, match="is not implemented"):
        client.list_git_hub_account_token_names()


def test_every_operation_is_one_of_the_sdks(client: Any, house: House) -> None:
    """No operation is answered under a name that CodeDeploy does not have."""
    assert set(house.service.operations) <= set(client.meta.service_model.operation_names)


def test_every_answer_and_error_is_in_the_service_model(client: Any, house: House) -> None:
    """Members the model does not know would be dropped by the SDK without a word."""
    deployment_id = house.release()
    model = client.meta.service_model
    answers = {
        "GetDeployment": {"deploymentId": deployment_id},
        "GetDeploymentTarget": {"deploymentId": deployment_id, "targetId": "checkout:live"},
        "GetDeploymentGroup": dict(GROUP),
        "GetApplication": {"applicationName": "shop"},
        "GetDeploymentConfig": {"deploymentConfigName": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"},
        "ListApplicationRevisions": {"applicationName": "shop"},
    }
    for operation, body in answers.items():
        assert list(strangers(house.ask(operation, **body), model.operation_model(operation).output_shape)) == []


def strangers(found: Any, shape: Any) -> Iterator[str]:
    """Yield the members of an answer that its shape does not have."""
    if shape.type_name == "structure":
        for key, value in found.items():
            if key in shape.members:
                yield from strangers(value, shape.members[key])
            else:
                yield f"{shape.name}.{key}"
    elif shape.type_name == "list":
        for item in found:
            yield from strangers(item, shape.member)
