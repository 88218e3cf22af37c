"""Rules of the event bus run functions in the cloud's own runtimes, once, with Lambda's retries, and leave the rest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.fakes.lambda_calls import Install
from warmgate_ops.rehearsal.cloud.lambda_runtime.async_events import AsyncInvocation
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
QUIET = "def handler(event, context):\n    return event"
FAILING = "def handler(event, context):\n    raise ValueError('no')"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
CODEDEPLOY = {
    "source": ["aws.codedeploy"],
    "detail": {"state": ["FAILURE", "STOP"], "application": [{"prefix": "shop-"}]},
}

Attach = Callable[..., str]


@pytest.fixture
def attach(local_cloud: LocalCloud, install: Install) -> Iterator[Attach]:
    """Give a way to put a function behind a rule; the rules are deleted afterwards."""
    events = local_cloud.client("events")
    made: list[str] = []

    def create(pattern: dict[str, Any], code: str = QUIET, **target: Any) -> str:
        function = install(code, prefix="listener")
        events.put_rule(Name=f"to-{function}", EventPattern=json.dumps(pattern))
        events.put_targets(Rule=f"to-{function}", Targets=[{"Id": "function", "Arn": ARN + function, **target}])
        made.append(f"to-{function}")
        return function

    yield create
    for rule in made:
        events.delete_rule(Name=rule)


def state_change(state: str, application: str = "shop-api", number: int = 0) -> dict[str, Any]:
    """Return an event of CodeDeploy."""
    detail = {"application": application, "deploymentId": f"d-{number}", "state": state, "deploymentGroup": "live"}
    kind = "CodeDeploy Deployment State-change Notification"
    envelope = {"version": "0", "id": f"e-{number}", "account": "123456789012", "region": "us-east-1", "resources": []}
    return {
        **envelope,
        "source": "aws.codedeploy",
        "detail-type": kind,
        "time": "2026-01-01T00:00:00Z",
        "detail": detail,
    }


def calls(cloud: LocalCloud, function: str, wanted: int, settle_s: float = 0.3) -> list[AsyncInvocation]:
    """Return the calls of a function once there are enough, and a moment later, so that one too many is seen."""
    limit = time.monotonic() + 15.0
    while time.monotonic() < limit:
        if sum(call.function == function for call in cloud.async_invocations) >= wanted:
            break
        time.sleep(0.05)
    time.sleep(settle_s)
    return [call for call in cloud.async_invocations if call.function == function]


def test_a_function_gets_an_event_of_codedeploy_as_it_is(local_cloud: LocalCloud, attach: Attach) -> None:
    """The whole envelope arrives, once."""
    function, event = attach(CODEDEPLOY), state_change("FAILURE")

    local_cloud.publish(event)

    assert [json.loads(call.payload) for call in calls(local_cloud, function, 1)] == [event]


def test_what_a_pattern_keeps_out_reaches_nobody(local_cloud: LocalCloud, attach: Attach) -> None:
    """Another state and another application are not delivered."""
    function = attach(CODEDEPLOY)

    local_cloud.publish(state_change("START"))
    local_cloud.publish(state_change("FAILURE", application="other"))
    local_cloud.publish(state_change("STOP", number=7))

    assert [json.loads(call.payload)["id"] for call in calls(local_cloud, function, 1)] == ["e-7"]


def test_a_deployment_tells_its_states(local_cloud: LocalCloud, attach: Attach) -> None:
    """A deployment that cannot begin is heard as START and FAILURE with AWS's detail."""
    codedeploy, group = local_cloud.client("codedeploy"), {"applicationName": "heard", "deploymentGroupName": "live"}
    function = attach({"source": ["aws.codedeploy"], "detail": {"application": ["heard"]}})
    codedeploy.create_application(applicationName="heard", computePlatform="Lambda")
    role = "arn:aws:iam::123456789012:role/tests"
    style = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
    codedeploy.create_deployment_group(**group, serviceRoleArn=role, deploymentStyle=style)
    content = {"content": "version: 0.0\nResources: []", "sha256": ""}
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content["content"]}}

    deployment_id = codedeploy.create_deployment(**group, revision=revision)["deploymentId"]

    heard = [json.loads(call.payload) for call in calls(local_cloud, function, 2)]
    assert sorted(event["detail"]["state"] for event in heard) == ["FAILURE", "START"]
    for event in heard:
        assert event["detail-type"] == "CodeDeploy Deployment State-change Notification"
        assert event["detail"]["deploymentId"] == deployment_id
        assert set(event["detail"]) == {
            "instanceGroupId", "region", "application", "deploymentId", "state", "deploymentGroup"
        }  # fmt: skip


def test_an_event_of_ones_own_reaches_function_and_queue_once(local_cloud: LocalCloud, attach: Attach) -> None:
    """MiniStack delivers to the queue, the front to the function, and nobody twice."""
    sqs, events = local_cloud.client("sqs"), local_cloud.client("events")
    function = attach({"source": ["shop"]}, InputPath="$.detail")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    queue = [{"Id": "queue", "Arn": "arn:aws:sqs:us-east-1:123456789012:heard"}]
    events.put_targets(Rule=f"to-{function}", Targets=queue)

    entry = {"Source": "shop", "DetailType": "sold", "Detail": json.dumps({"pieces": 3})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    assert [json.loads(call.payload) for call in calls(local_cloud, function, 1)] == [{"pieces": 3}]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    assert [json.loads(message["Body"])["detail"] for message in received] == [{"pieces": 3}]


def test_an_event_of_codedeploy_reaches_a_queue_and_a_topic(local_cloud: LocalCloud, attach: Attach) -> None:
    """Targets that are no functions get the events of AWS's services too; the topic passes it on to its queue."""
    sqs, sns, events = (local_cloud.client(service) for service in ("sqs", "sns", "events"))
    function = attach(CODEDEPLOY)
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("straight", "by-topic")]
    topic = sns.create_topic(Name="releases")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:by-topic")
    straight = {"Id": "straight", "Arn": "arn:aws:sqs:us-east-1:123456789012:straight"}
    events.put_targets(Rule=f"to-{function}", Targets=[straight, {"Id": "topic", "Arn": topic}])

    local_cloud.publish(state_change("FAILURE"))

    found = [sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"][0]["Body"] for url in urls]
    assert json.loads(found[0])["detail"]["state"] == "FAILURE"
    assert json.loads(json.loads(found[1])["Message"])["detail"]["state"] == "FAILURE"


def test_nobody_speaks_for_a_service_of_aws(local_cloud: LocalCloud, attach: Attach) -> None:
    """PutEvents refuses AWS's sources entry by entry."""
    function = attach(CODEDEPLOY)
    entries = [
        {"Source": "aws.codedeploy", "DetailType": "x", "Detail": json.dumps(state_change("STOP")["detail"])},
        {"Source": "shop", "DetailType": "x", "Detail": "{"},
        {"Source": "shop", "DetailType": "x", "Detail": "{}"},
    ]

    found = local_cloud.client("events").put_events(Entries=entries)

    codes = [entry.get("ErrorCode", "") for entry in found["Entries"]]
    assert codes == ["NotAuthorizedForSourceException", "MalformedDetail", ""]
    assert found["FailedEntryCount"] == 2
    assert calls(local_cloud, function, 0) == []


def test_a_failing_function_is_called_again_with_the_same_event(local_cloud: LocalCloud, attach: Attach) -> None:
    """Lambda's two retries follow, with the request id of the first attempt."""
    function = attach(CODEDEPLOY, FAILING)

    local_cloud.publish(state_change("FAILURE"))

    seen = calls(local_cloud, function, 3)
    assert [call.attempt for call in seen] == [0, 1, 2]
    assert len({call.request_id for call in seen}) == 1


def test_a_rule_shows_the_function_and_can_lose_it(local_cloud: LocalCloud, attach: Attach) -> None:
    """Targets are listed as they were put; one that is removed, or whose rule is disabled, hears nothing."""
    events, function = local_cloud.client("events"), attach(CODEDEPLOY)
    rule, silent = f"to-{function}", attach(CODEDEPLOY)
    target = {"Id": "function", "Arn": ARN + function}
    assert events.list_targets_by_rule(Rule=rule)["Targets"] == [target]
    assert events.list_rule_names_by_target(TargetArn=ARN + function)["RuleNames"] == [rule]

    events.remove_targets(Rule=rule, Ids=["function"])
    events.disable_rule(Name=f"to-{silent}")
    local_cloud.publish(state_change("FAILURE"))

    assert events.list_targets_by_rule(Rule=rule)["Targets"] == []
    assert calls(local_cloud, function, 0) == []
    assert calls(local_cloud, silent, 0, settle_s=0.0) == []


def test_events_may_come_twice_and_in_another_order(local_cloud: LocalCloud, attach: Attach) -> None:
    """With two copies and a delay for every other event, the second one overtakes the first."""
    function, conditions = attach(CODEDEPLOY), local_cloud.conditions
    conditions.event_copies, conditions.event_delays_s = 2, (0.8, 0.0)
    try:
        local_cloud.publish(state_change("FAILURE", number=1))
        local_cloud.publish(state_change("STOP", number=2))
        heard = [json.loads(call.payload)["id"] for call in calls(local_cloud, function, 4)]
    finally:
        conditions.event_copies, conditions.event_delays_s = 1, (0.0,)

    assert heard == ["e-2", "e-2", "e-1", "e-1"]
