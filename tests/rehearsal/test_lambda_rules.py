"""The local Lambda keeps the platform's rules: versions, aliases, events, concurrency, and what it leaves behind."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from support.fakes.lambda_calls import Install, call, overlapping, publish, update
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

WHO = """
import os, time
def handler(event, context):
    time.sleep(event.get("sleep_s", 0))
    return {"pid": os.getpid(), "stream": context.log_stream_name, "id": context.aws_request_id,
            "arn": context.invoked_function_arn, "custom": context.client_context and context.client_context.custom}
"""
FAILS = """
import os, time
def handler(event, context):
    how = event.get("how")
    if how == "raise":
        raise ValueError("no such basket")
    if how == "exit":
        os._exit(3)
    if how == "sleep":
        time.sleep(5)
    if how == "hog":
        held = []
        for _ in range(60):
            held.append(b"x" * 10_000_000)
            time.sleep(0.005)
    return {"errorMessage": "an answer, not an error", "errorType": "Answer"}
"""


def test_each_version_keeps_its_own_code(local_cloud: LocalCloud, install: Install) -> None:
    """Versions answer with the code they were published with, and $LATEST with the newest even where it was warm."""
    function = install("def handler(event, context): return 'one'")
    first = publish(local_cloud, function)
    assert call(local_cloud, function).payload == "one"
    second = update(local_cloud, function, "def handler(event, context): return 'two'")

    answers = [call(local_cloud, function, qualifier=version).payload for version in (first, second, "$LATEST")]

    assert answers == ["one", "two", "two"]


def test_an_alias_obeys_its_weights_and_forgets_them(local_cloud: LocalCloud, install: Install) -> None:
    """A weight of 30 % gets about 30 % of the calls; an emptied routing sends everything to the main version."""
    client = local_cloud.client("lambda")
    function = install("def handler(event, context): return 1")
    first = publish(local_cloud, function)
    second = update(local_cloud, function, "def handler(event, context): return 2")
    routing = {"AdditionalVersionWeights": {second: 0.3}}
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=first, RoutingConfig=routing)

    weighted = Counter(call(local_cloud, function, qualifier="live").version for _ in range(200))
    client.update_alias(
        FunctionName=function, Name="live", FunctionVersion=first, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    cleared = {call(local_cloud, function, qualifier="live").version for _ in range(30)}

    # Five standard deviations of a binomial with n = 200 and p = 0.3.
    assert abs(weighted[second] - 60) <= 33
    assert cleared == {first}


def test_async_errors_are_repeated_twice_with_one_request_id(local_cloud: LocalCloud, install: Install) -> None:
    """A failing event runs three times, one and two scaled minutes apart, and the function sees one request id."""
    function = install(
        "def handler(event, context):\n    print('ID', context.aws_request_id)\n    raise ValueError('no')\n"
    )

    local_cloud.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")

    attempts = _attempts(local_cloud, function, 3)
    waits = [later.started_s - earlier.started_s for earlier, later in pairwise(attempts)]
    assert len({attempt.request_id for attempt in attempts}) == 1
    assert waits[0] >= 60.0
    assert waits[1] >= 120.0
    assert _seen_ids(local_cloud, function) == [attempts[0].request_id] * 3


def _attempts(cloud: LocalCloud, function: str, count: int) -> list:  # type: ignore[type-arg]
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        found = [each for each in cloud.async_invocations if each.function == function]
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{function}: expected {count} attempts within 20 s")


def _seen_ids(cloud: LocalCloud, function: str) -> list[str]:
    cloud.flush_logs()
    found = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"].split()[1] for event in found if event["message"].startswith("ID ")]


def test_async_retries_can_be_switched_off(local_cloud: LocalCloud, install: Install) -> None:
    """MaximumRetryAttempts 0 leaves one attempt."""
    client, function = local_cloud.client("lambda"), install(FAILS)
    client.put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=0)

    client.invoke(FunctionName=function, InvocationType="Event", Payload=b'{"how": "raise"}')
    _attempts(local_cloud, function, 1)
    time.sleep(1.0)

    assert len(_attempts(local_cloud, function, 1)) == 1


def test_reserved_concurrency_throttles(local_cloud: LocalCloud, install: Install) -> None:
    """One call runs; the one beside it is refused with AWS's code and reason and counts as a throttle alone."""
    client, function = local_cloud.client("lambda"), install(WHO)
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    client.invoke(FunctionName=function, InvocationType="Event", Payload=b'{"sleep_s": 1.0}')
    time.sleep(0.5)

    with pytest.raises(ClientError) as refused:
        call(local_cloud, function)

    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert refused.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    _attempts(local_cloud, function, 1)
    assert _sums(local_cloud, function) == {"Invocations": 1.0, "Errors": 0.0, "Throttles": 1.0}


def test_a_throttled_event_waits_and_is_no_attempt(local_cloud: LocalCloud, install: Install) -> None:
    """An event that meets reserved concurrency 0 stays queued and runs when there is room."""
    client, function = local_cloud.client("lambda"), install(WHO)
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    client.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    _attempts(local_cloud, function, 3)
    client.delete_function_concurrency(FunctionName=function)

    limit = time.monotonic() + 15
    while time.monotonic() < limit and _attempts(local_cloud, function, 1)[-1].error is not None:
        time.sleep(0.05)

    found = _attempts(local_cloud, function, 4)
    assert [each.throttled for each in found] == [True] * (len(found) - 1) + [False]
    assert {each.attempt for each in found} == {0}


def _sums(cloud: LocalCloud, function: str) -> dict[str, float]:
    from datetime import UTC, datetime, timedelta

    cloud.flush_logs()
    now = datetime.now(UTC)
    found = {}
    for name in ("Invocations", "Errors", "Throttles"):
        points = cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[{"Name": "FunctionName", "Value": function}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        found[name] = sum(point["Sum"] for point in points)
    return found


def test_exceptions_count_as_errors(local_cloud: LocalCloud, install: Install) -> None:
    """Three calls, one of which raises: three invocations, one error."""
    function = install(FAILS)
    for event in ({}, {"how": "raise"}, {}):
        call(local_cloud, function, event)

    assert _sums(local_cloud, function) == {"Invocations": 3.0, "Errors": 1.0, "Throttles": 0.0}
    assert local_cloud.telemetry_faults == []


def test_every_environment_has_a_log_stream(local_cloud: LocalCloud, install: Install) -> None:
    """Streams carry the version in brackets and are those the functions were told."""
    function = install(WHO)

    burst = overlapping(local_cloud, function, [{"sleep_s": 0.2}] * 3, 3)

    local_cloud.flush_logs()
    found = local_cloud.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{function}")["logStreams"]
    assert {stream["logStreamName"] for stream in found} == {each.payload["stream"] for each in burst}
    assert all("/[$LATEST]" in stream["logStreamName"] for stream in found)


def test_a_function_that_does_not_exist_is_refused(local_cloud: LocalCloud) -> None:
    """The modelled error arrives, for a call, an event and a dry run alike."""
    client = local_cloud.client("lambda")

    for kind in ("RequestResponse", "Event", "DryRun"):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="nobody", InvocationType=kind)


@pytest.mark.parametrize(
    "form", ["{0}", "{0}:1", "123456789012:function:{0}", "arn:aws:lambda:us-east-1:123456789012:function:{0}:1"]
)
def test_a_function_is_known_by_every_name(local_cloud: LocalCloud, install: Install, form: str) -> None:
    """Name, partial ARN and ARN, with and without a version."""
    function = install(WHO)
    client = local_cloud.client("lambda")
    publish(local_cloud, function)

    answer = client.invoke(FunctionName=form.format(function))

    qualifier = ":1" if form.endswith(":1") else ""
    assert answer["ExecutedVersion"] == (qualifier[1:] or "$LATEST")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}{qualifier}"
    assert json.loads(answer["Payload"].read())["arn"] == arn


def test_a_client_context_comes_as_it_was_sent_beside_the_arn_of_the_alias(
    local_cloud: LocalCloud, install: Install
) -> None:
    """No trace is left in it of the way that the ARN takes."""
    function = install(WHO)
    version = publish(local_cloud, function)
    client = local_cloud.client("lambda")
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    context = base64.b64encode('{"custom": {"who": "Zoë"}}'.encode()).decode()

    answers = [
        json.loads(client.invoke(FunctionName=function, Qualifier="live", **more)["Payload"].read())
        for more in ({"ClientContext": context}, {})
    ]

    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}:live"
    assert [(each["arn"], each["custom"]) for each in answers] == [(arn, {"who": "Zoë"}), (arn, None)]
