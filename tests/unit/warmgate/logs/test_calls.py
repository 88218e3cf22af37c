"""Log events of a group become calls with environment, version and outcome."""

from __future__ import annotations

import json

import pytest

from warmgate.logs.calls import LogEvent, LoggedCall, logged
from warmgate.model.calls import Start
from warmgate.model.log_stream import FunctionLog

STREAM = "2026/06/02/[7]88ab0c"
OWN = FunctionLog("/aws/lambda/checkout", "checkout")
SHARED = FunctionLog("/shop", "checkout")


def report(request_id: str, duration_ms: float = 20.0, more: str = "") -> str:
    """Return the platform's text report of a call."""
    return (
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\tBilled Duration: 21 ms\t"
        f"Memory Size: 256 MB\tMax Memory Used: 90 MB\t{more}\n"
    )


def event(message: str, at_ms: float = 1.0, stream: str = STREAM) -> LogEvent:
    """Return an event of a stream."""
    return LogEvent(stream=stream, at_ms=at_ms, message=message)


def calls_of(events: list[LogEvent], log: FunctionLog = OWN) -> tuple[LoggedCall, ...]:
    """Return the calls of a function."""
    return logged(events, log).calls


def test_a_report_names_environment_version_and_time() -> None:
    """The stream is the environment, its brackets hold the version, the event's time is the call's."""
    (call,) = calls_of([event(report("a", 12.5, "Init Duration: 300.00 ms\t"), at_ms=42.0)])
    assert (call.environment, call.version, call.at_ms) == (STREAM, "7", 42.0)
    assert (call.record.duration_ms, call.record.init_ms, call.record.start) == (12.5, 300.0, Start.COLD)


def test_json_reports_are_read_like_text() -> None:
    """The JSON log format says the same."""
    record = {
        "time": "2026-06-02T10:00:00.000Z",
        "type": "platform.report",
        "record": {"requestId": "a", "status": "failure", "errorType": "KeyError", "metrics": {"durationMs": 9.5}},
    }
    (call,) = calls_of([event(json.dumps(record))])
    assert (call.record.duration_ms, call.record.status, call.record.error_type) == (9.5, "failure", "KeyError")


@pytest.mark.parametrize(
    ("line", "error_type"),
    [
        ("[ERROR] KeyError: 'price'\nTraceback (most recent call last):\n  File ...", "KeyError"),
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\n", "Runtime.ImportModuleError"),
        ("[ERROR] ValueError\nTraceback (most recent call last):", "ValueError"),
        (
            '2026-06-02T10:00:00.000Z\ta\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"x"}',
            "TypeError",
        ),
    ],
)
def test_an_exception_that_left_the_handler_fails_the_call_of_its_environment(line: str, error_type: str) -> None:
    """In text format the report of a failed call looks like a good one: the runtime's own line tells."""
    other = "2026/06/02/[7]other"
    calls = calls_of(
        [
            event(report("before"), 1.0),
            event(line, 2.0),
            event(report("elsewhere"), 2.0, other),
            event(report("a"), 3.0),
            event(report("after"), 4.0),
        ]
    )
    failed = {call.record.request_id: call.record.error_type for call in calls if call.record.status == "error"}
    assert failed == {"a": error_type}


@pytest.mark.parametrize(
    "line",
    [
        "[ERROR]\t2026-06-02T10:00:00.000Z\ta\tpayment declined",
        "[ERROR] payment declined",
        "an application says REPORT RequestId: maybe",
        "ERROR Invoke Error",
    ],
)
def test_what_an_application_logs_fails_no_call(line: str) -> None:
    """A logged error is not a failed call."""
    calls = calls_of([event(line, 1.0), event(report("a"), 2.0)])
    assert [(call.record.request_id, call.record.status) for call in calls] == [("a", "success")]


ERROR_RECORD = {"errorMessage": "'id'", "errorType": "KeyError", "requestId": "a", "stackTrace": ["  File ..."]}


def platform(kind: str, request_id: str, **more: object) -> str:
    """Return a JSON record of the platform."""
    return json.dumps({"time": "t", "type": f"platform.{kind}", "record": {"requestId": request_id, **more}})


def json_report(request_id: str, **metrics: object) -> str:
    """Return the platform's JSON report of a call that it calls a success."""
    figures = metrics or {"durationMs": 20.0, "billedDurationMs": 21, "memorySizeMB": 256, "maxMemoryUsedMB": 90}
    return platform("report", request_id, status="success", metrics=figures)


@pytest.mark.parametrize(
    "record",
    [
        {"timestamp": "2026-06-02T10:00:00Z", "log_level": "ERROR", **ERROR_RECORD},
        {"timestamp": "2026-06-02T10:00:00Z", "level": "ERROR", **ERROR_RECORD},
        {"errorMessage": "'id'", "errorType": "Function<KeyError>", "stackTrace": []},
    ],
)
def test_an_exception_in_json_format_fails_the_call_of_its_request(record: dict[str, object]) -> None:
    """The platform calls such a call a success; Python's runtime names the request, Ruby's writes into the call."""
    messages = [platform("start", "a"), json.dumps(record, indent=2), json_report("a")]
    calls = calls_of([event(message, at) for at, message in enumerate([*messages, json_report("b")])])
    assert [(call.record.status, call.record.error_type) for call in calls] == [
        ("error", "KeyError"),
        ("success", None),
    ]


@pytest.mark.parametrize(
    "record",
    [
        {
            "timestamp": "t",
            "level": "ERROR",
            "message": "declined",
            "logger": "root",
            "location": "x:1",
            **ERROR_RECORD,
        },
        {"timestamp": "t", "level": "ERROR", "requestId": "a", "message": ERROR_RECORD},
        {"timestamp": "t", "level": "WARN", **ERROR_RECORD},
        {"timestamp": "t", "level": "ERROR", **ERROR_RECORD, "requestId": "of another call"},
        {"timestamp": "t", "level": "ERROR", **ERROR_RECORD, "requestId": ""},
        {"errorMessage": "x", "errorType": "KeyError", "stackTrace": []},
        {"errorMessage": "x", "errorType": 7, "stackTrace": []},
    ],
)
def test_what_an_application_may_have_logged_in_json_fails_no_call(record: dict[str, object]) -> None:
    """Node.js writes an exception that left the handler exactly as `console.error(error)`: it cannot be told apart."""
    calls = calls_of([event(platform("start", "a")), event(json.dumps(record)), event(json_report("a"))])
    assert [call.record.status for call in calls] == ["success"]


def begun(request_id: str, *within: str, ms: float = 20.0) -> list[str]:
    """Return the events of a call in text format, with what it prints."""
    return [f"START RequestId: {request_id} Version: 7\n", *within, report(request_id, ms)]


QUOTED = [
    [report("x", 900.0)],
    begun("x", ms=900.0),
    ["END RequestId: x", report("x", 900.0)],
    [json_report("x")],
    [platform("start", "x"), json_report("x")],
    [report("x", 900.0), report("y", 900.0), report("x", 900.0)],
    ["[INFO] got REPORT RequestId: x\tDuration: 900.00 ms"],
]


@pytest.mark.parametrize("printed", QUOTED)
def test_what_a_running_call_prints_is_no_report(printed: list[str]) -> None:
    """The platform's line alone ends a call: a function that ships or quotes logs is measured by its own calls."""
    messages = [*begun("a", *printed), *begun("b")]
    calls = calls_of([event(message, at) for at, message in enumerate(messages)])
    assert [(call.record.request_id, call.record.duration_ms) for call in calls] == [("a", 20.0), ("b", 20.0)]


@pytest.mark.parametrize("printed", QUOTED)
def test_a_call_that_goes_on_has_reported_nothing(printed: list[str]) -> None:
    """Its own report has not been written yet; who reads on is told that it runs."""
    messages = [*begun("a"), *begun("b", *printed)[:-1]]
    read = logged([event(message, at) for at, message in enumerate(messages)], OWN)
    assert [call.record.request_id for call in read.calls] == ["a"]
    assert read.running == {STREAM: "b"}


def test_of_reports_before_the_first_beginning_the_last_one_counts() -> None:
    """A window may begin inside a call: what that call printed stands before its report."""
    messages = [report("x", 900.0), report("a"), *begun("b")]
    calls = calls_of([event(message, at) for at, message in enumerate(messages)])
    assert [(call.record.request_id, call.record.begun) for call in calls] == [("a", False), ("b", True)]


def test_a_log_without_beginnings_is_read_by_its_reports() -> None:
    """At system log level WARN the platform logs the reports of failed calls, and no beginning."""
    failed = [platform("report", name, status="error", metrics={"durationMs": 5, "memorySizeMB": 1}) for name in "abc"]
    assert len(calls_of([event(message) for message in failed])) == 3


def test_managed_instances_serve_several_calls_of_an_environment_at_a_time() -> None:
    """They log JSON and report no memory; calls overlap in one stream."""
    messages = [platform("start", "a"), platform("start", "b"), json_report("b", durationMs=2.0)]
    calls = calls_of([event(message) for message in (*messages, json_report("a", durationMs=4.0))])
    assert {call.record.request_id: call.record.duration_ms for call in calls} == {"a": 4.0, "b": 2.0}


def test_an_init_that_failed_is_no_start_up_time() -> None:
    """Lambda runs it again inside the call; live calls are read as log tails are."""
    init = "INIT_REPORT Init Duration: 60.90 ms\tPhase: init\tStatus: error\tError Type: Extension.Crash"
    (call,) = calls_of([event(message) for message in (init, *begun("a", ms=4448.0))])
    record = call.record
    assert (record.start, record.init_ms, record.suppressed_init_ms) == (Start.COLD, None, None)
    assert record.init_failed


def test_timeouts_of_the_older_form_are_joined_to_their_report() -> None:
    """The sentence stands beside a report without a status."""
    calls = calls_of(
        [event(report("a", 3004.9), 1.0), event("2026-06-02T10:00:00.000Z a Task timed out after 3.00 seconds")]
    )
    assert [call.record.status for call in calls] == ["timeout"]


def test_calls_come_by_time_with_their_versions() -> None:
    """Streams are merged by time; a stream whose name is none of Lambda's is nobody's."""
    calls = calls_of(
        [event(report("late"), 9.0), event(report("early"), 1.0, "2026/06/02/[6]aa"), event(report("odd"), 5.0, "odd")]
    )
    assert [(call.record.request_id, call.version) for call in calls] == [("early", "6"), ("late", "7")]


def test_calls_of_a_neighbour_in_a_shared_group_are_left_out() -> None:
    """Versions of other functions have the same numbers; how far the log was read they tell all the same."""
    mine, neighbour = "2026/06/02/checkout[7]aa", "2026/06/02/mailer[7]bb"
    read = logged([event(report("mine"), 1.0, mine), event(report("other", 900.0), 2.0, neighbour)], SHARED)
    assert [(call.record.request_id, call.version, call.environment) for call in read.calls] == [("mine", "7", mine)]
    assert read.read_to_ms == 2.0


TEXT_START = (
    "INIT_START Runtime Version: python:3.12.v5\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0c22\n",
    "EXTENSION\tName: config-agent\tState: Ready\tEvents: [INVOKE,SHUTDOWN]\n",
    "START RequestId: a Version: 7\n",
    report("a", 12.5, "Init Duration: 300.00 ms\t\nXRAY TraceId: 1-5e34a614-10bd\tSegmentId: 07f0\tSampled: true\t"),
)
JSON_START = tuple(
    json.dumps({"time": "2026-06-02T10:00:00.000Z", "type": f"platform.{kind}", "record": record})
    for kind, record in (
        (
            "initStart",
            {
                "initializationType": "on-demand",
                "phase": "init",
                "runtimeVersion": "python:3.12.v5",
                "runtimeVersionArn": "arn:aws:lambda:eu-west-1::runtime:0c22",
            },
        ),
        ("extension", {"name": "config-agent", "state": "Ready", "events": ["INVOKE"]}),
        ("start", {"requestId": "a", "version": "7"}),
        (
            "report",
            {
                "requestId": "a",
                "metrics": {"durationMs": 12.5, "initDurationMs": 300.0},
                "tracing": {"type": "X-Amzn-Trace-Id", "value": "Root=1-5e34a614-10bd;Parent=07f0;Sampled=1"},
                "status": "success",
            },
        ),
    )
)


@pytest.mark.parametrize("lines", [TEXT_START, JSON_START], ids=["text", "json"])
def test_the_first_call_tells_of_its_environment(lines: tuple[str, ...]) -> None:
    """When init began, which runtime and which extensions it started, when the call began, and its trace."""
    events = [event(line, at_ms=100.0 * at) for at, line in enumerate(lines, 1)]
    again = [event(line.replace("RequestId: a", "RequestId: b").replace('"a"', '"b"'), 900.0) for line in lines[-2:]]

    first, second = (call.record for call in calls_of([*events, *again]))

    assert (first.init_started_ms, first.begun_ms, first.at_ms) == (100.0, 300.0, 400.0)
    assert (first.runtime_version, first.extensions) == ("arn:aws:lambda:eu-west-1::runtime:0c22", ("config-agent",))
    assert first.trace_id == "1-5e34a614-10bd"
    assert (second.init_started_ms, second.runtime_version, second.extensions) == (None, None, ())


@pytest.mark.parametrize("line", ["EXTENSION of time was granted", "EXTENSION\tName: x"])
def test_what_only_begins_like_an_extension_is_none(line: str) -> None:
    """An extension's line has name and state."""
    (call,) = calls_of([event(line), event(report("a"))])
    assert call.record.extensions == ()
