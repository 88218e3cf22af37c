"""The local Lambda measures what it says it measures, and says it as AWS does."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from fakes.lambda_calls import Install, call, overlapping, publish, update
from rehearsal.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

BUSY_IMPORT = """
import time
began = time.perf_counter()
while time.perf_counter() - began < 0.150:
    pass
IMPORT_MS = (time.perf_counter() - began) * 1000

def handler(event, context):
    return IMPORT_MS
"""
WHO = """
import os, time
def handler(event, context):
    time.sleep(event.get("sleep_s", 0))
    return {"pid": os.getpid(), "stream": context.log_stream_name, "id": context.aws_request_id}
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

UNTIDY = """
import sys
sys.stdout.write("imported")
def handler(event, context):
    print("called")
    sys.stdout.write("x")
"""


def test_init_is_the_runtimes_own_and_holds_the_import(local_cloud: LocalCloud, install: Install) -> None:
    """Init Duration is the emulator's INIT REPORT to the printed digit, and is not less than the import's own time."""
    function = install(BUSY_IMPORT)

    called = call(local_cloud, function)

    (said_ms,) = [ms for name, _, ms in local_cloud.init_reports if name == function]
    assert called.report.init_ms is not None
    assert abs(called.report.init_ms - said_ms) <= 2.0
    assert called.payload >= 150.0
    assert called.report.init_ms >= called.payload


def test_import_work_is_seen_in_init_alone(local_cloud: LocalCloud, install: Install) -> None:
    """150 ms of import are in Init Duration and not in Duration; billed is the two together, rounded up."""
    report = call(local_cloud, install(BUSY_IMPORT)).report

    assert report.init_ms is not None
    assert report.duration_ms < 100.0
    assert report.billed_ms in {math.ceil(report.duration_ms + report.init_ms) + off for off in (-1, 0, 1)}


def test_overlapping_calls_meet_environments_of_their_own(local_cloud: LocalCloud, install: Install) -> None:
    """20 overlapping calls make 20 processes, 20 log streams and 20 Init Durations; warm calls have none."""
    function = install(WHO)

    burst = overlapping(local_cloud, function, [{"sleep_s": 0.3}] * 20, 20)
    warm = overlapping(local_cloud, function, [{}] * 20, 4)

    assert len({each.payload["pid"] for each in burst}) == 20
    assert len({each.payload["stream"] for each in burst}) == 20
    assert all(each.report.init_ms for each in burst)
    assert {each.payload["pid"] for each in warm} <= {each.payload["pid"] for each in burst}
    assert [each.report.init_ms for each in warm] == [None] * 20


def test_the_function_and_its_log_know_one_request_id(local_cloud: LocalCloud, install: Install) -> None:
    """What the context says, START, END and REPORT carry the same id."""
    called = call(local_cloud, install(WHO))

    assert called.tail.count(called.payload["id"]) == 3
    assert called.report.request_id == called.payload["id"]


def test_durations_of_a_waiting_function_do_not_depend_on_the_callers(
    local_cloud: LocalCloud, install: Install
) -> None:
    """The p95 of a function that waits 20 ms moves by no more than 5 % between concurrency 5 and 50.

    Blocks of both alternate, so that other load on the machine meets both. A function that computes for 20 ms is not
    covered: it shares the cores with its callers.
    """
    function, few, many = install(WHO), [], []
    overlapping(local_cloud, function, [{"sleep_s": 0.05}] * 50, 50)

    for _ in range(4):
        few += _durations(local_cloud, function, 5)
        many += _durations(local_cloud, function, 50)

    assert abs(_p95(many) / _p95(few) - 1) <= 0.05


def _durations(cloud: LocalCloud, function: str, concurrency: int) -> list[float]:
    calls = overlapping(cloud, function, [{"sleep_s": 0.02}] * 100, concurrency)
    return [each.report.duration_ms for each in calls]


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@pytest.mark.parametrize(
    ("how", "error_type", "status", "kind"),
    [
        ("raise", "ValueError", None, None),
        ("exit", "Runtime.ExitError", "error", "Runtime.ExitError"),
        ("sleep", "Sandbox.Timedout", "timeout", None),
        ("hog", "Runtime.OutOfMemory", "error", "Runtime.OutOfMemory"),
    ],
)
def test_failures_are_told_as_lambda_tells_them(
    local_cloud: LocalCloud, install: Install, how: str, error_type: str, status: str | None, kind: str | None
) -> None:
    """Each failure is Unhandled with AWS's error type and status, and the next call is served."""
    function = install(FAILS, Timeout=1, MemorySize=160)

    called, following = call(local_cloud, function, {"how": how}), call(local_cloud, function)

    assert (called.error, called.payload["errorType"]) == ("Unhandled", error_type)
    assert (called.report.status, called.report.error_type) == (status, kind)
    assert following.error is None


def test_a_timeout_lasts_as_long_as_the_limit(local_cloud: LocalCloud, install: Install) -> None:
    """Duration is the time-out, and the message names it."""
    called = call(local_cloud, install(FAILS, Timeout=1), {"how": "sleep"})

    assert called.report.duration_ms == 1000.0
    assert called.payload["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_memory_pressure_shows_the_whole_memory_as_used(local_cloud: LocalCloud, install: Install) -> None:
    """An out-of-memory report has Max Memory Used = Memory Size; a modest call has less."""
    function = install(FAILS, MemorySize=160)

    modest, hog = call(local_cloud, function).report, call(local_cloud, function, {"how": "hog"}).report

    assert 5 < modest.used_mb < modest.size_mb == 160
    assert hog.used_mb == 160


def test_an_answer_that_looks_like_an_error_is_none(local_cloud: LocalCloud, install: Install) -> None:
    """A function may return errorType and errorMessage without having failed."""
    assert call(local_cloud, install(FAILS)).error is None


def test_an_import_that_fails_is_reported_as_a_failed_init(local_cloud: LocalCloud, install: Install) -> None:
    """INIT_REPORT says error, REPORT has no Init Duration, the payload holds the exception."""
    called = call(local_cloud, install("raise RuntimeError('no settings')"))

    assert called.error == "Unhandled"
    assert called.payload["errorMessage"] == "no settings"
    assert called.report.init_ms is None
    assert "\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n" in called.tail


def test_what_is_written_at_import_stands_before_start(local_cloud: LocalCloud, install: Install) -> None:
    """INIT_START, the import's output, START, the call's output, END, REPORT: in this order, without newlines too."""
    called = call(local_cloud, install(UNTIDY))

    kinds = [line.split(" ", 1)[0] for line in called.tail.splitlines()]
    assert kinds == ["INIT_START", "imported", "START", "called", "x", "END", "REPORT"]


def test_the_tail_is_the_last_four_kilobytes(local_cloud: LocalCloud, install: Install) -> None:
    """A chatty call loses its START; the tail is cut mid-line and ends with REPORT."""
    code = "def handler(event, context):\n    for n in range(400):\n        print(f'line {n} of many')\n"

    called = call(local_cloud, install(code))

    assert len(called.tail.encode()) == 4096
    assert "START RequestId" not in called.tail
    assert called.report.status is None


@pytest.mark.parametrize(
    ("level", "kinds"),
    [("INFO", ["platform.initStart", "platform.start", "platform.report"]), ("WARN", [])],
)
def test_json_records_obey_the_system_log_level(
    local_cloud: LocalCloud, install: Install, level: str, kinds: list[str]
) -> None:
    """INFO shows start and report; WARN hides the report of a success, so that no duration is in the tail."""
    function = install(WHO, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": level})

    records = [json.loads(line) for line in call(local_cloud, function).tail.splitlines() if line]

    assert [record["type"] for record in records] == kinds
    assert all(abs(_seconds(record["time"]) - time.time()) < 60 for record in records)


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def test_a_warn_level_still_shows_failures(local_cloud: LocalCloud, install: Install) -> None:
    """The report of a call that crashed is WARN and stays."""
    function = install(FAILS, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})

    (record,) = [json.loads(line) for line in call(local_cloud, function, {"how": "exit"}).tail.splitlines() if line]

    assert (record["type"], record["record"]["status"]) == ("platform.report", "error")


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
    """Status goes from IN_PROGRESS to READY; the calls then meet exactly the environments initialised ahead."""
    client, function = local_cloud.client("lambda"), install(WHO)
    version = publish(local_cloud, function)
    begun = client.put_provisioned_concurrency_config(
        FunctionName=function, Qualifier=version, ProvisionedConcurrentExecutions=2
    )

    ready = _ready(local_cloud, function, version)
    before = _report_lines(local_cloud, function)
    called = call(local_cloud, function, qualifier=version)

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

    assert answer["ExecutedVersion"] == ("1" if form.endswith(":1") else "$LATEST")


def test_two_clouds_stand_side_by_side(local_cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A second cloud is up in seconds and knows nothing of the first one's functions."""
    began = time.monotonic()
    with LocalCloud.start(tmp_path_factory.mktemp("second")) as second:
        took_s = time.monotonic() - began
        assert second.endpoint_url != local_cloud.endpoint_url
        assert second.client("lambda").list_functions()["Functions"] == []

    assert took_s < 5.0
