"""The local Lambda keeps the platform's rules: versions, aliases, events, concurrency, and what it leaves behind."""

from __future__ import annotations

import base64
import json
import math
import time
from collections import Counter
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from support.fakes.hook_prober import probed, prober
from support.fakes.lambda_calls import Install, call, overlapping, provision, publish, update
from warmgate.model.calls import Start
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

WHO = """
import os, time
def handler(event, context):
    time.sleep(event.get("sleep_s", 0))
    return {"pid": os.getpid(), "stream": context.log_stream_name, "id": context.aws_request_id,
            "arn": context.invoked_function_arn, "custom": context.client_context and context.client_context.custom}
"""
SNAPSHOT = """
import os, time
from snapshot_restore_py import register_after_restore
print("imported")
state = ["fresh"]
@register_after_restore
def restored():
    time.sleep(0.02)
    print("hook")
    state[0] = "restored"
def handler(event, context): return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], state[0]]
"""
KIND = """
import os, time
def handler(event, context):
    time.sleep(0.5)
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
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


def test_provisioned_environments_are_initialised_before_they_serve(local_cloud: LocalCloud, install: Install) -> None:
    """Status goes from IN_PROGRESS to READY; the first call prints that init, though nothing started for it."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    begun = client.put_provisioned_concurrency_config(
        FunctionName=function, Qualifier=version, ProvisionedConcurrentExecutions=2
    )

    ready = _ready(local_cloud, function, version)
    before = _report_lines(local_cloud, function)
    called = call(local_cloud, function, qualifier=version)
    seen = probed(prober(local_cloud, function, version, provisioned=True), 1, 0.0)

    assert called.report.init_ms is not None
    assert f"INIT_REPORT Init Duration: {called.report.init_ms:.2f} ms" in {line.partition("\t")[0] for line in before}
    assert called.report.billed_ms == math.ceil(called.report.duration_ms)
    assert [(sample.start, sample.init_ms) for sample in seen] == [(Start.PROVISIONED, None)]
    assert [name for name, _, _ in local_cloud.init_reports if name == function] == []
    assert (begun["Status"], begun["AllocatedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 0)
    assert ready["AvailableProvisionedConcurrentExecutions"] == 2
    assert [line.split()[0] for line in before] == ["INIT_REPORT"] * 2
    assert "INIT_START" not in called.tail
    client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=version)
    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=version)


def _ready(cloud: LocalCloud, function: str, version: str) -> dict:  # type: ignore[type-arg]
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        found = cloud.client("lambda").get_provisioned_concurrency_config(FunctionName=function, Qualifier=version)
        if found["Status"] != "IN_PROGRESS":
            assert found["Status"] == "READY"
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("not READY within 15 s")


def _report_lines(cloud: LocalCloud, function: str) -> list[str]:
    cloud.flush_logs()
    found = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in found if "REPORT" in event["message"]]


def _refused(cloud: LocalCloud, function: str, qualifier: str, count: int) -> str:
    with pytest.raises(ClientError) as refused:
        cloud.client("lambda").put_provisioned_concurrency_config(
            FunctionName=function, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
        )
    return str(refused.value.response["Error"]["Code"])


def test_provisioned_concurrency_is_refused_as_aws_refuses_it(local_cloud: LocalCloud, install: Install) -> None:
    """More than the account or the reservation has; alias and version at once, whichever comes first."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)

    limit = client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    assert limit == 1000
    assert _refused(local_cloud, function, version, 1001) == "InvalidParameterValueException"
    assert _refused(local_cloud, function, version, 901) == "InvalidParameterValueException"
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=2)
    assert _refused(local_cloud, function, version, 3) == "InvalidParameterValueException"
    for first, second in (("live", version), (version, "live")):
        client.put_provisioned_concurrency_config(
            FunctionName=function, Qualifier=first, ProvisionedConcurrentExecutions=1
        )
        assert _refused(local_cloud, function, second, 1) == "ResourceConflictException"
        client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier=first)


def test_a_reservation_that_is_all_provisioned_throttles_every_other_version(
    local_cloud: LocalCloud, install: Install
) -> None:
    """$LATEST gets 429, the provisioned version is served."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    client.put_provisioned_concurrency_config(
        FunctionName=function, Qualifier=version, ProvisionedConcurrentExecutions=1
    )
    _ready(local_cloud, function, version)

    assert call(local_cloud, function, qualifier=version).error is None
    with pytest.raises(client.exceptions.TooManyRequestsException):
        call(local_cloud, function)


def test_snap_start_restores_what_was_initialised_before(local_cloud: LocalCloud, install: Install) -> None:
    """Each environment is restored, not initialised: its kind, its lines, and what a hook's probe sees say so."""
    function = install(SNAPSHOT, Runtime="python3.13", SnapStart={"ApplyOn": "PublishedVersions"})
    version = publish(local_cloud, function)

    called = call(local_cloud, function, qualifier=version)
    local_cloud.retire(function)
    seen = probed(prober(local_cloud, function, version), 1, 0.0)

    assert called.payload == ["snap-start", "restored"]
    words = [line.split()[0] for line in called.tail.splitlines()]
    assert words == ["RESTORE_START", "hook", "RESTORE_REPORT", "START", "END", "REPORT"]
    assert called.report.init_ms is None
    assert [(sample.start, sample.init_ms) for sample in seen] == [(Start.RESTORED, None)]
    assert seen[0].restore_ms is not None
    assert seen[0].restore_ms >= 20
    assert call(local_cloud, function).payload == ["on-demand", "fresh"]


def test_provisioned_concurrency_of_a_broken_version_fails(local_cloud: LocalCloud, install: Install) -> None:
    """What cannot be initialised is not allocated, and the reason says why."""
    function = install("import nothere\ndef handler(event, context): return 1")
    version = publish(local_cloud, function)

    found = provision(local_cloud, function, version, 1, status="FAILED")

    assert found["AvailableProvisionedConcurrentExecutions"] == 0
    assert found["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"


def test_a_large_provisioned_concurrency_is_answered_whole_and_made_as_calls_need_it(
    local_cloud: LocalCloud, install: Install
) -> None:
    """300 are allocated, ten are processes; what calls need beyond those is initialised apart from the calls."""
    function = install(KIND)
    version = publish(local_cloud, function)

    ready = provision(local_cloud, function, version, 300)
    made = len(_report_lines(local_cloud, function))
    called = overlapping(local_cloud, function, [{}] * 12, 12, version)

    assert (ready["AllocatedProvisionedConcurrentExecutions"], made) == (300, 10)
    assert {each.payload for each in called} == {"provisioned-concurrency"}
    assert all("INIT_START" not in each.tail for each in called)
    assert local_cloud.init_reports == [each for each in local_cloud.init_reports if each[0] != function]


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
