"""The local Lambda measures what it says it measures, and says it as AWS does."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Sequence

import pytest

from support.fakes.hook_prober import probed, prober
from support.fakes.lambda_calls import Install, call, overlapping, publish
from warmgate.logs.invocations import record_of
from warmgate.model.calls import CallOutcome, Sample, Start
from warmgate_ops.rehearsal.cloud.lambda_runtime import environment
from warmgate_ops.rehearsal.cloud.lambda_runtime.environment import free_port
from warmgate_ops.rehearsal.cloud.lambda_runtime.sandbox import isolates
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.stage import RUNTIME

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

SECOND_TIME = """
import pathlib, time
mark = pathlib.Path("/tmp/mark")
if not mark.exists():
    mark.touch()
    print("first")
    raise RuntimeError("no settings")
print("second")
time.sleep(0.15)

def handler(event, context):
    return "served"
"""
ENVIRONMENT = """
import os

def handler(event, context):
    return dict(os.environ)
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
    record = record_of(called.tail, None)
    assert record.start is Start.COLD
    assert record.init_ms is not None
    assert abs(record.init_ms - said_ms) <= 2.0
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


def test_a_port_that_somebody_took_meanwhile_is_given_up_for_another(
    local_cloud: LocalCloud, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator cannot listen there, and ends; the call meets an environment all the same."""
    function, chosen = install(WHO), list[int]()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        def port() -> int:
            chosen.append(free_port() if chosen else taken.getsockname()[1])
            return chosen[-1]

        monkeypatch.setattr(environment, "free_port", port)
        answered = call(local_cloud, function)

    assert answered.payload["pid"]
    assert len(chosen) >= 4


def test_the_function_and_its_log_know_one_request_id(local_cloud: LocalCloud, install: Install) -> None:
    """What the context says, START, END and REPORT carry the same id."""
    called = call(local_cloud, install(WHO))

    assert called.tail.count(called.payload["id"]) == 3
    assert called.report.request_id == called.payload["id"]


@pytest.mark.quiet
def test_durations_are_the_platforms_whatever_the_concurrency(local_cloud: LocalCloud, install: Install) -> None:
    """What the prober measures is the platform's log to the digit; its p95 moves by at most 5 % from 5 callers to 50.

    Rounds of both alternate, so that other load on the machine meets both. A function that computes for 20 ms is not
    covered: it shares the cores with its callers.
    """
    function = install(WHO)
    version = publish(local_cloud, function)
    hook = prober(local_cloud, function, version)
    probed(hook, 50, 0.1)

    made: list[Sample] = []
    moved: list[float] = []
    # The machine's own noise comes and goes, what the cloud adds to many callers comes each time.
    while len(moved) < 3 and min(moved, default=1.0) > 0.05:
        few, many = list[Sample](), list[Sample]()
        for _ in range(3):
            few += [sample for _ in range(10) for sample in probed(hook, 5, 0.02)]
            many += probed(hook, 50, 0.02)
        made += few + many
        moved.append(abs(_p95(many) / _p95(few) - 1))

    said = _durations_in_the_log(local_cloud, function)
    assert {sample.outcome for sample in made} == {CallOutcome.OK}
    assert [sample.duration_ms for sample in made] == [said[str(sample.request_id)] for sample in made]
    assert min(moved) <= 0.05


def _durations_in_the_log(cloud: LocalCloud, function: str) -> dict[str, float]:
    """Return the duration of every call by its request id, as CloudWatch Logs holds it."""
    cloud.flush_logs()
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    lines = [event["message"] for page in pages for event in page["events"] if event["message"].startswith("REPORT")]
    records = [record_of(line, None) for line in lines]
    return {str(record.request_id): record.duration_ms for record in records if record.duration_ms is not None}


def _p95(samples: Sequence[Sample]) -> float:
    durations = sorted(sample.duration_ms for sample in samples if sample.duration_ms is not None)
    return durations[int(len(durations) * 0.95)]


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
    function = install(FAILS, Timeout=1 if how == "sleep" else 5, MemorySize=160)

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


def test_an_init_that_fails_is_run_once_more_inside_the_call(local_cloud: LocalCloud, install: Install) -> None:
    """It is served, as on AWS: INIT_REPORT of the failed init, no Init Duration, the second init in Duration."""
    called = call(local_cloud, install(SECOND_TIME))

    order = ["INIT_START", "first", "INIT_REPORT", "second", "START", "END", "REPORT"]
    kinds = [line.split(" ", 1)[0] for line in called.tail.splitlines()]
    assert (called.error, called.payload) == (None, "served")
    assert [kind for kind in kinds if kind in order] == order
    assert "\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n" in called.tail
    assert called.report.init_ms is None
    assert called.report.duration_ms >= 150


def test_a_module_that_is_missing_fails_both_inits(local_cloud: LocalCloud, install: Install) -> None:
    """Recorded on AWS: an INIT_REPORT of each phase, and the same error type in both and in REPORT."""
    called = call(local_cloud, install("import nothing_of_that_name"))

    told = [line for line in called.tail.splitlines() if "Error Type: Runtime.ImportModuleError" in line]
    assert [line.partition(" ")[0] for line in told] == ["INIT_REPORT", "INIT_REPORT", "REPORT"]
    assert ["Phase: init" in told[0], "Phase: invoke" in told[1]] == [True, True]
    assert called.error == "Unhandled"


def test_a_function_finds_what_lambda_sets(local_cloud: LocalCloud, install: Install) -> None:
    """Time zone and library path, which its own settings may change, and the runtime's folder, which they may not."""
    own = {"Variables": {"TZ": "Europe/Berlin"}}
    found, changed = call(local_cloud, install(ENVIRONMENT)).payload, install(ENVIRONMENT, Environment=own)

    assert found["TZ"] == ":UTC"
    assert call(local_cloud, changed).payload["TZ"] == "Europe/Berlin"
    assert (found["LAMBDA_TASK_ROOT"], found["LAMBDA_RUNTIME_DIR"]) == ("/var/task", "/var/runtime")
    assert {"/var/task", "/var/task/lib", "/var/runtime", "/opt/lib"} <= {*found["LD_LIBRARY_PATH"].split(":")}
    assert (found["LANG"], found["PATH"]) == ("en_US.UTF-8", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")
    assert found["AWS_EXECUTION_ENV"] == f"AWS_Lambda_{RUNTIME}"
    assert {"HOME", "AWS_LAMBDA_FUNCTION_TIMEOUT", "PYTEST_CURRENT_TEST"} & found.keys() == set()


ALONE = pytest.mark.skipif(not isolates(), reason="this system gives nobody a namespace of mounts")


@ALONE
def test_a_function_finds_its_own_packages_alone(local_cloud: LocalCloud, install: Install) -> None:
    """What is installed beside Warmgate is missing on Lambda, and so here; boto3 is there, as in Lambda's runtime."""
    found = call(local_cloud, install("import numpy\n" + WHO))
    served = call(local_cloud, install("import boto3, sys\ndef handler(event, context): return sys.path"))

    assert found.payload["errorType"] == "Runtime.ImportModuleError"
    assert served.payload[:3] == ["/var/task", f"/opt/python/lib/{RUNTIME}/site-packages", "/opt/python"]


@ALONE
def test_each_environment_has_a_tmp_of_its_own(local_cloud: LocalCloud, install: Install) -> None:
    """What one environment wrote there no other finds, and the code folder cannot be written."""
    code = """
import pathlib, time
mark, task = pathlib.Path("/tmp/mark"), pathlib.Path("/var/task/mark")
FOUND = mark.exists()
mark.touch()
def handler(event, context):
    time.sleep(0.3)
    try:
        task.touch()
    except OSError as error:
        return [FOUND, error.strerror]
"""
    burst = overlapping(local_cloud, install(code), [{}] * 3, 3)

    assert [each.payload for each in burst] == [[False, "Read-only file system"]] * 3


def test_init_has_ten_seconds_whatever_the_timeout(local_cloud: LocalCloud, install: Install) -> None:
    """An init of three seconds passes with a timeout of two, and the call keeps its own two seconds."""
    code = "import time\ntime.sleep(3)\ndef handler(event, context):\n"
    called = call(local_cloud, install(code + "    return context.get_remaining_time_in_millis()", Timeout=2))
    slow = call(local_cloud, install(code + "    time.sleep(4)", Timeout=2))

    assert called.report.init_ms is not None
    assert called.report.init_ms >= 3000.0
    assert called.report.duration_ms < 1000.0
    assert 1000 < called.payload <= 2000
    assert (slow.report.duration_ms, slow.report.status) == (2000.0, "timeout")


def test_an_init_of_more_than_ten_seconds_runs_again_inside_the_call(local_cloud: LocalCloud, install: Install) -> None:
    """Its INIT_REPORT says timeout; the second init counts as the call's time, and ends with the call's limit."""
    code = """
import pathlib, time
mark = pathlib.Path("/tmp/mark")
wait_s = 1 if mark.exists() else 12
mark.touch()
time.sleep(wait_s)
def handler(event, context): return "served"
"""
    called = call(local_cloud, install(code, Timeout=20))
    cut = call(local_cloud, install("import time\ntime.sleep(30)\ndef handler(event, context): pass", Timeout=2))

    assert called.payload == "served"
    assert called.report.init_ms is None
    assert called.report.duration_ms >= 1000.0
    assert "\tPhase: init\tStatus: timeout\n" in called.tail
    told = [line for line in cut.tail.splitlines() if line.startswith("INIT_REPORT")]
    assert [line.split("\t")[1:] for line in told] == [
        ["Phase: init", "Status: timeout"],
        ["Phase: invoke", "Status: timeout"],
    ]
    assert (cut.report.duration_ms, cut.payload["errorType"]) == (2000.0, "Sandbox.Timedout")


@ALONE
def test_a_function_finds_no_shared_memory(local_cloud: LocalCloud, install: Install) -> None:
    """Lambda has no /dev/shm: what needs one fails here too, and not on the day of the release."""
    called = call(local_cloud, install("import multiprocessing\nqueue = multiprocessing.Queue()\n" + WHO))

    assert called.error == "Unhandled"
    assert called.payload["errorType"] in {"OSError", "PermissionError", "FileNotFoundError"}


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
