"""The local cloud's Lambda API refuses, keeps and sends what AWS does, asked by the SDK over HTTP.

Sources: the Lambda Developer Guide (quotas, asynchronous invocation, destinations, aliases) and answers of AWS that the
suites of LocalStack (tests/aws/services/lambda_) recorded; what was recorded is told here in our own words.
"""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

pytestmark = pytest.mark.local_cloud
ROLE = "arn:aws:iam::123456789012:role/contracts"
CODE = """
import logging
def handler(event, context):
    logging.getLogger().debug("said at debug")
    logging.getLogger().warning("said at warning")
    if event.get("raise"):
        raise RuntimeError("asked for")
    if event.get("size"):
        return "x" * event["size"]
    return {"event": event, "arn": context.invoked_function_arn, "group": context.log_group_name}
"""
Made = Callable[..., str]
Sent = Callable[..., Any]


def packed(code: str) -> bytes:
    """Return a package of one file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("app.py", code)
    return archive.getvalue()


@pytest.fixture
def made(cloud: LocalCloud) -> Made:
    """Give a way to make a function that is active, under a name of its own."""
    client = cloud.client("lambda")

    def make(**settings: Any) -> str:
        name = f"told-{uuid.uuid4().hex[:8]}"
        chosen = {"Runtime": RUNTIME, "Role": ROLE, "Handler": "app.handler", "Timeout": 10, **settings}
        client.create_function(FunctionName=name, Code={"ZipFile": packed(CODE)}, **chosen)
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
        return name

    return make


@pytest.fixture
def refused() -> Sent:
    """Give a way to make a call that must be refused; it returns status, code and message."""

    def call(asked: Callable[..., Any], **body: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as error:
            asked(**body)
        answer: Any = error.value.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]

    return call


def context_of(found: Any) -> str:
    """Return a ClientContext."""
    return base64.b64encode(json.dumps(found).encode()).decode()


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        ({"Payload": b"{not json"}, 400, "InvalidRequestContentException", "Could not parse request body into json"),
        ({"Payload": b"\x87"}, 400, "InvalidRequestContentException", "Could not parse request body into json"),
        ({"Payload": b"NaN"}, 400, "InvalidRequestContentException", "Could not parse request body into json"),
        (
            {"Payload": b"{not", "InvocationType": "Event"},
            400,
            "InvalidRequestContentException",
            "Could not parse request body into json",
        ),
        ({"Payload": b'"%b"' % (b"x" * 6_291_456)}, 413, "RequestTooLargeException", "smaller than 6291456 bytes"),
        (
            {"Payload": b'"%b"' % (b"x" * 1_048_576), "InvocationType": "Event"},
            413,
            "RequestTooLargeException",
            "smaller than 1048576 bytes",
        ),
        ({"ClientContext": "%%%"}, 400, "InvalidRequestContentException", "valid Base64-encoded JSON object"),
        ({"ClientContext": context_of([1])}, 400, "InvalidRequestContentException", "valid Base64-encoded JSON"),
        ({"ClientContext": context_of({"a": "x" * 3900})}, 400, "InvalidRequestContentException", "3583 bytes"),
        ({"InvocationType": "Foo"}, 400, "ValidationException", "Value 'Foo' at 'invocationType'"),
        ({"LogType": "Head"}, 400, "ValidationException", "Value 'Head' at 'logType'"),
    ],
)
def test_what_lambda_does_not_take_reaches_no_function(
    cloud: LocalCloud, made: Made, refused: Sent, body: dict[str, Any], status: int, code: str, said: str
) -> None:
    """Bad JSON, sizes, client contexts and unknown words are refused as they were recorded, synchronous or not."""
    found = refused(cloud.client("lambda").invoke, FunctionName=made(), **{"Payload": b"{}", **body})

    assert found[:2] == (status, code)
    assert said in found[2]


def test_what_is_just_small_enough_is_taken(cloud: LocalCloud, made: Made) -> None:
    """A megabyte of an event, and a client context that the function sees."""
    client, name = cloud.client("lambda"), made()
    event = json.dumps({"text": "x" * (2**20 - len('{"text": ""}'))}).encode()
    assert len(event) == 2**20

    assert client.invoke(FunctionName=name, InvocationType="Event", Payload=event)["StatusCode"] == 202
    assert (
        client.invoke(FunctionName=name, Payload=b"{}", ClientContext=context_of({"custom": {}}))["StatusCode"] == 200
    )


def test_an_answer_of_more_than_six_megabytes_fails_the_call(cloud: LocalCloud, made: Made) -> None:
    """The function has run; its answer is lost, and the next call is served."""
    client, name = cloud.client("lambda"), made()
    client.invoke(FunctionName=name, Payload=b"{}")

    large, following = (client.invoke(FunctionName=name, Payload=json.dumps({"size": size})) for size in (6_300_000, 5))

    assert large["FunctionError"] == "Unhandled"
    assert json.loads(large["Payload"].read())["errorType"] == "Function.ResponseSizeTooLarge"
    assert "FunctionError" not in following


def test_two_qualifiers_that_differ_are_refused(cloud: LocalCloud, made: Made, refused: Sent) -> None:
    """One in the ARN and another one beside it contradict each other; the same twice does not."""
    client, name = cloud.client("lambda"), made(Publish=True)

    assert client.invoke(FunctionName=f"{name}:1", Qualifier="1")["ExecutedVersion"] == "1"
    found = refused(client.invoke, FunctionName=f"{name}:1", Qualifier="$LATEST")
    assert found[:2] == (400, "InvalidParameterValueException")
    assert "derived qualifier from the function name does not match" in found[2]


WEIGHTS = {
    "above one": ({"1": 1.5}, "ValidationException"),
    "two more versions": ({"1": 0.1, "2": 0.1}, "InvalidParameterValueException"),
    "the same version": ({"2": 0.1}, "InvalidParameterValueException"),
    "$LATEST": ({"$LATEST": 0.1}, "InvalidParameterValueException"),
    "no version": ({"other": 0.1}, "ValidationException"),
    "a version that is not there": ({"99": 0.1}, "ResourceNotFoundException"),
}


def test_an_alias_gets_versions_that_are_there_and_weights_that_can_be(
    cloud: LocalCloud, made: Made, refused: Sent
) -> None:
    """New or changed, an alias is refused what AWS refuses, and stays as it is."""
    client, name = cloud.client("lambda"), made(Publish=True)
    client.update_function_code(FunctionName=name, ZipFile=packed(CODE + "# other\n"), Publish=True)
    alias = {"FunctionName": name, "Name": "live"}

    missing = refused(client.create_alias, **alias, FunctionVersion="99")
    assert missing[:2] == (404, "ResourceNotFoundException")
    assert missing[2] == f"Function not found: arn:aws:lambda:us-east-1:123456789012:function:{name}:99"
    client.create_alias(**alias, FunctionVersion="2")
    assert refused(client.update_alias, **alias, FunctionVersion="99")[1] == "ResourceNotFoundException"
    for what, (weights, code) in WEIGHTS.items():
        for method, body in ((client.update_alias, alias), (client.create_alias, {**alias, "Name": "new"})):
            asked = {**body, "FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": weights}}
            assert refused(method, **asked)[1] == code, what
    latest = {"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}}
    assert refused(client.update_alias, **alias, **latest)[1] == "InvalidParameterValueException"
    found = client.get_alias(**alias)
    assert (found["FunctionVersion"], found.get("RoutingConfig")) == ("2", None)


def test_a_version_has_an_arn_of_its_own_however_it_is_published(cloud: LocalCloud, made: Made) -> None:
    """With its function or with its code; the answers say what was recorded."""
    client, name = cloud.client("lambda"), made(Publish=True)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"

    updated = client.update_function_code(FunctionName=name, ZipFile=packed(CODE + "# two\n"), Publish=True)
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    unpublished = client.update_function_code(FunctionName=name, ZipFile=packed(CODE + "# three\n"))
    listed = client.list_versions_by_function(FunctionName=name)["Versions"]

    assert [each["FunctionArn"] for each in listed] == [f"{arn}:$LATEST", f"{arn}:1", f"{arn}:2"]
    assert (updated["FunctionArn"], unpublished["FunctionArn"]) == (f"{arn}:2", arn)
    found = client.get_function(FunctionName=name, Qualifier="1")["Configuration"]
    assert (found["FunctionArn"], found["Version"]) == (f"{arn}:1", "1")


def test_publishing_without_a_change_makes_no_version(cloud: LocalCloud, made: Made) -> None:
    """The newest version comes back until code or settings change."""
    client, name = cloud.client("lambda"), made(Publish=True)
    client.update_function_code(FunctionName=name, ZipFile=packed(CODE + "# other\n"), Publish=True)

    assert client.publish_version(FunctionName=name)["Version"] == "2"
    assert client.publish_version(FunctionName=name)["Version"] == "2"
    client.update_function_configuration(FunctionName=name, MemorySize=256)
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05})
    assert client.publish_version(FunctionName=name)["Version"] == "3"


def letters(cloud: LocalCloud, url: str) -> dict[str, Any]:
    """Return the next message of a queue, its attributes among it."""
    for _ in range(100):
        found = cloud.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        if found.get("Messages"):
            message: dict[str, Any] = found["Messages"][0]
            return message
        time.sleep(0.2)
    raise AssertionError("nothing came")


def queue(cloud: LocalCloud) -> tuple[str, str]:
    """Return address and ARN of a new queue."""
    client = cloud.client("sqs")
    url = client.create_queue(QueueName=f"told-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    return url, client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


@pytest.mark.parametrize(("event", "condition"), [({}, "Success"), ({"raise": True}, "RetriesExhausted")])
def test_the_outcome_of_an_event_goes_to_its_destination(
    cloud: LocalCloud, made: Made, event: dict[str, Any], condition: str
) -> None:
    """The record says how often it was tried, what was sent and what was answered."""
    client, name = cloud.client("lambda"), made()
    url, arn = queue(cloud)
    places = {"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}}
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1, DestinationConfig=places)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())

    record = json.loads(letters(cloud, url)["Body"])
    about = record["requestContext"]
    assert (about["condition"], about["approximateInvokeCount"]) == (condition, 1 if condition == "Success" else 2)
    assert about["functionArn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{name}:$LATEST"
    assert record["requestPayload"] == event
    assert record["responseContext"].get("functionError") == (None if condition == "Success" else "Unhandled")
    if condition != "Success":
        assert record["responsePayload"]["errorMessage"] == "asked for"


def test_an_event_that_comes_to_nothing_is_a_dead_letter(cloud: LocalCloud, made: Made) -> None:
    """The queue gets the event itself, and why in its attributes."""
    url, arn = queue(cloud)
    client, name = cloud.client("lambda"), made(DeadLetterConfig={"TargetArn": arn})
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"raise": true}')

    letter = letters(cloud, url)
    assert json.loads(letter["Body"]) == {"raise": True}
    told = {key: value["StringValue"] for key, value in letter["MessageAttributes"].items()}
    assert (told["ErrorCode"], told["ErrorMessage"]) == ("200", "asked for")


def test_logging_settings_reach_the_runtime(cloud: LocalCloud, made: Made) -> None:
    """Format, level and group: records are JSON from the level on, and the group is the one that was named."""
    group = f"/told/{uuid.uuid4().hex[:8]}"
    name = made(LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "LogGroup": group})
    found = cloud.client("lambda").invoke(FunctionName=name, LogType="Tail", Payload=b"{}")

    lines = [json.loads(line) for line in base64.b64decode(found["LogResult"]).decode().splitlines()]
    levels = [line["level"] for line in lines if str(line.get("message", "")).startswith("said at")]
    assert levels == ["DEBUG", "WARNING"]
    assert json.loads(found["Payload"].read())["group"] == group


def test_all_of_a_reservation_provisioned_leaves_nothing_to_other_versions(
    cloud: LocalCloud, made: Made, refused: Sent
) -> None:
    """$LATEST is throttled, the provisioned version is not; nothing reserved throttles everything."""
    client, name = cloud.client("lambda"), made(Publish=True)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    client.put_provisioned_concurrency_config(FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1)
    for _ in range(100):
        found = client.get_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
        if found["Status"] == "READY":
            break
        time.sleep(0.1)

    assert refused(client.invoke, FunctionName=name, Payload=b"{}") == (
        429,
        "TooManyRequestsException",
        "Rate Exceeded.",
    )
    assert client.invoke(FunctionName=name, Qualifier="1", Payload=b"{}")["StatusCode"] == 200
