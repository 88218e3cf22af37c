"""What the platform's lines become, in every format a log comes in."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from warmgate.logs.invocations import iter_invocations, parse_invocations, record_of
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start

LOGS = Path(__file__).parents[3] / "data" / "logs"
A, B, C = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "123")
FIELDS = "Duration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"


def report(request_id: str, rest: str = "", fields: str = FIELDS) -> str:
    """Return a REPORT line as the platform prints it."""
    return f"REPORT RequestId: {request_id}\t{fields}{rest}"


def platform(kind: str, **record: object) -> str:
    """Return a JSON record as the platform prints it."""
    return json.dumps({"time": "2026-01-01T00:00:00.000Z", "type": f"platform.{kind}", "record": record})


def only(text: str) -> InvocationRecord:
    """Return the one invocation of a log."""
    (record,) = parse_invocations(text)
    return record


def ids(text: str) -> list[str | None]:
    """Return the request ids of a log's invocations."""
    return [record.request_id for record in parse_invocations(text)]


def test_every_field_of_a_report_is_read() -> None:
    """A cold start's REPORT gives all numbers, by name."""
    record = only(report(A, "Init Duration: 111.23 ms\t"))

    assert record == InvocationRecord(
        request_id=A,
        duration_ms=12.34,
        billed_ms=13.0,
        memory_mb=128.0,
        max_memory_mb=40.0,
        init_ms=111.23,
        start=Start.COLD,
        status="success",
    )


@pytest.mark.parametrize(
    ("fields", "duration_ms"),
    [
        ("Init Duration: 5.00 ms\tDuration: 12.34 ms\tBilled Duration: 13 ms", 12.34),
        ("Billed Duration: 13 ms\tRestore Duration: 9 ms\tBilled Restore Duration: 8 ms\tDuration: 12.34 ms", 12.34),
        ("Runtime Duration: 3 ms\tPost Runtime Duration: 1 ms\tBilled Duration: 13 ms", None),
        ("Duration: 12.34 ms Billed Duration: 13 ms Memory Size: 128 MB", 12.34),
        (r"Duration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB", 12.34),
        ("Duration: 12. ms\tBilled Duration: 13 ms", None),
        ("Duration: 12\tBilled Duration: 13 ms", None),
    ],
)
def test_duration_is_found_by_its_name_alone(fields: str, duration_ms: float | None) -> None:
    """No other field that ends in Duration is taken for it, in any order and with any separator."""
    assert only(report(A, fields=fields)).duration_ms == duration_ms


@pytest.mark.parametrize(
    ("rest", "start", "init_ms", "restore_ms"),
    [
        ("", Start.WARM, None, None),
        ("Init Duration: 111.23 ms", Start.COLD, 111.23, None),
        ("Init Duration: 0.00 ms", Start.WARM, None, None),
        ("Restore Duration: 315.26 ms\tBilled Restore Duration: 118 ms", Start.RESTORED, None, 315.26),
    ],
)
def test_start_follows_from_the_report(
    rest: str, start: Start, init_ms: float | None, restore_ms: float | None
) -> None:
    """An init makes a cold start, a restore a restored one, an init of zero neither."""
    record = only(report(A, rest))

    assert (record.start, record.init_ms, record.restore_ms) == (start, init_ms, restore_ms)


@pytest.mark.parametrize(
    "xray", ["XRAY TraceId: 1-5\tSegmentId: 5\tSampled: true\t", "\nXRAY TraceId: 1-5\tSegmentId: 5"]
)
def test_an_xray_trace_changes_nothing_else(xray: str) -> None:
    """The X-Ray suffix may stand on the REPORT line or below it."""
    assert replace(only(report(A, "Init Duration: 5.00 ms\t" + xray)), trace_id=None) == only(
        report(A, "Init Duration: 5.00 ms\t")
    )


@pytest.mark.parametrize(
    ("rest", "status", "error_type"),
    [
        ("", "success", None),
        ("Status: timeout", "timeout", None),
        ("Status: error\tError Type: Runtime.ExitError", "error", "Runtime.ExitError"),
        ("Init Duration: 5.00 ms\tStatus: error\tError Type: Runtime.OutOfMemory\t", "error", "Runtime.OutOfMemory"),
        ("Status: Failure", "failure", None),
        ("Status: odd", "error", None),
    ],
)
def test_status_is_one_of_the_four_documented_words(rest: str, status: str, error_type: str | None) -> None:
    """A report without a status is a success, an unknown word an error."""
    record = only(report(A, rest))

    assert (record.status, record.error_type) == (status, error_type)


TIMEOUT = f"2019-11-23T01:02:03.456Z {A} Task timed out after 3.00 seconds\n\n"
SLOW = report(A, fields="Duration: 3004.92 ms\tBilled Duration: 3000 ms\t")


@pytest.mark.parametrize(
    ("text", "status", "error_type"),
    [
        (f"{TIMEOUT}END RequestId: {A}\n{SLOW}", "timeout", "Sandbox.Timedout"),
        (f"{SLOW}\n{TIMEOUT}", "timeout", "Sandbox.Timedout"),
        (f"RequestId: {A} Error: Task timed out after 3.00 seconds\n{SLOW}", "timeout", "Sandbox.Timedout"),
        (f"{SLOW}\n{TIMEOUT}".replace(A, B, 1), "success", None),
        (f"RequestId: {A} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n{SLOW}", "error",
         "Runtime.ExitError"),
        (f"RequestId: {A} Error: Couldn't find valid bootstrap(s): [/opt/bootstrap]\nRuntime.InvalidEntrypoint\n{SLOW}",
         "error", "Runtime.InvalidEntrypoint"),
        (f"RequestId: {A} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"
         + report(A, "Status: error\tError Type: Runtime.OutOfMemory"), "error", "Runtime.OutOfMemory"),
        (f"RequestId: {A} Process exited before completing request\n{SLOW}", "error", "Runtime.ExitError"),
        (f"[ERROR] ValueError: boom\rTraceback (most recent call last):\n{SLOW}", "success", None),
        (f"2026-01-01T00:00:00Z\t{A}\tERROR\tInvoke Error \t{{\"errorType\":\"Error\"}}\n{SLOW}", "error", "Error"),
        (f"2026-01-01T00:00:00Z\t{B}\tERROR\tInvoke Error \t{{\"errorType\":\"Error\"}}\n{SLOW}", "success", None),
        (f"2026-01-01T00:00:00Z\t{A}\tERROR\tTask timed out after 3.00 seconds\n{SLOW}", "success", None),
    ],
)  # fmt: skip
def test_failures_told_beside_the_report_are_joined_to_it(text: str, status: str, error_type: str | None) -> None:
    """Lines of the platform tell how an invocation failed; lines of the application do not."""
    record = next(record for record in parse_invocations(text))

    assert (record.status, record.error_type) == (status, error_type)


def test_a_timeout_belongs_to_the_attempt_that_lasted_that_long() -> None:
    """Two attempts with one request id are two invocations, and each keeps its own ending."""
    quick = report(A)

    records = parse_invocations(f"{quick}\nSTART RequestId: {A} Version: 7\n{TIMEOUT}END RequestId: {A}\n{SLOW}\n")

    assert [record.status for record in records] == ["success", "timeout"]


@pytest.mark.parametrize(
    "line",
    [
        f"saw {report('fake')}",
        f"[INFO]\t2026-01-01T00:00:00.000Z\t{A}\t{report('fake')}",
        f"2026-01-01T00:00:00.000Z\t{A}\tINFO\t{report('fake')}",
        f"'{report('fake')}'",
        f"> {report('fake')}",
        "REPORT RequestId: fake",
        "REPORT RequestId: fake is what I look for",
        f"REPORTED {report('fake')}",
        f"first\rREPORT RequestId: fake\t{FIELDS}",
        f"first\x0bREPORT RequestId: fake\t{FIELDS}\x0c{report('fake')}\u2028{report('fake')}\x85{report('fake')}",
        json.dumps({"level": "INFO", "message": report("fake"), "timestamp": "2026-01-01T00:00:00Z"}),
        json.dumps({"timestamp": "2026", "requestId": A, "message": {"type": "platform.report", "record": {}}}),
        json.dumps({"other": report("fake")}),
        json.dumps({"type": "platform.extension", "record": {"name": "REPORT"}}),
    ],
)
def test_a_quoted_report_does_not_count(line: str) -> None:
    """What an application prints about reports is not a report."""
    assert ids(f"{line}\n{report(A)}\n{line}") == [A]


@pytest.mark.parametrize("indent", ["  ", "2026-01-01T00:00:00.000Z ", "2026/01/01/[7]88ab "])
def test_a_report_carried_otherwise_than_its_start_is_a_quotation(indent: str) -> None:
    """While an invocation runs, a REPORT with another prefix than its START is its own output."""
    text = f"START RequestId: {A} Version: 7\n{indent}{report('fake')}\nEND RequestId: {A}\n{report(A)}"

    assert ids(text) == [A]
    assert ids(f"{indent}{report(B)}") == [B]


@pytest.mark.parametrize(
    "wrap",
    [
        "2026-01-01T00:00:00.000000+00:00 2026/01/01/[72]88ab219a63d343d294d0a9947e8ab36a {}",
        "2026-01-01T00:00:00 {}",
        "2026-01-01T00:00:00.000Z\t{}",
        "2023/06/02/[72]88ab219a63d343d294d0a9947e8ab36a 2023-06-02T11:27:22.722000 {}",
        "2023/06/02/checkout[$LATEST]88ab219a63d343d2 2023-06-02T11:27:22.722000 {}",
        "\x1b[36m2023/06/02/[72]88ab\x1b[0m \x1b[33m2023-06-02T11:27:22.722000\x1b[0m {}",
        "/aws/lambda/checkout 2023/06/02/[72]88ab219a63d343d294d0a9947e8ab36a {}",
        "[2026-01-05T10:00:00+00:00] (2026/01/05/[7]0123456789abcdef0123456789abcdef) {}",
        "2026-01-05T10:00:00.000Z - [7]0123456789abcdef - {}",
        "EVENTS\t36543210987654321098765432109876543210987654321098765432\t1767225600000\t{}",
        "1767225600000,{}",
        "2026-01-01 00:00:00.000,{}",
        "   {}  ",
        "\ufeff{}",
        "{}\r",
        "\0{}\0",
    ],
)
@pytest.mark.parametrize("message", [report(A), platform("report", requestId=A, metrics={"durationMs": 12.34})])
def test_prefixes_of_log_viewers_are_taken_off(wrap: str, message: str) -> None:
    """A report counts behind the prefixes that viewers put before a message."""
    text = wrap.replace("{}", message)

    assert [(record.request_id, record.duration_ms) for record in parse_invocations(text)] == [(A, 12.34)]


@pytest.mark.parametrize("indent", [None, 0, 2, 4])
@pytest.mark.parametrize(
    "document",
    [
        {"timestamp": 1767225600000, "message": report(A)},
        {"@timestamp": "2026-01-01 00:00:00.000", "@message": report(A)},
        {"events": [{"logStreamName": "s", "message": f"{report(A)}\nXRAY TraceId: 1\n", "eventId": "1"}]},
        {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logEvents": [{"id": "1", "message": report(A)}]},
        {"results": [[{"field": "@timestamp", "value": "1"}, {"field": "@message", "value": report(A)}]]},
        [{"timestamp": 1, "message": platform("report", requestId=A, metrics={"durationMs": 12.34})}],
        [json.loads(platform("report", requestId=A, metrics={"durationMs": 12.34}))],
        {"@message": json.loads(platform("report", requestId=A, metrics={"durationMs": 12.34}))},
        {"_source": {"@timestamp": "2026-01-05T10:00:00Z", "message": report(A), "aws.cloudwatch.log_group": "/f"}},
        {"hits": {"total": 1, "hits": [{"_id": "1", "_source": {"message": report(A)}}]}},
        {"sessionResults": [{"timestamp": 1, "logStreamName": "s", "message": report(A), "ingestionTime": 2}]},
        {"log": f"{report(A)}\n", "stream": "stdout", "time": "2026-01-05T10:00:00Z"},
        {"StatusCode": 200, "LogResult": base64.b64encode(report(A).encode()).decode(), "ExecutedVersion": "7"},
    ],
)
def test_json_exports_of_log_events_are_unwrapped(document: object, indent: int | None) -> None:
    """Exports of log events hold messages, however the document is printed."""
    text = f"noise before\n{json.dumps(document, indent=indent)}\nnoise {{ after\n"

    assert [(record.request_id, record.duration_ms) for record in parse_invocations(text)] == [(A, 12.34)]


@pytest.mark.parametrize("between", ["", " ", "\n", "\n\n"])
@pytest.mark.parametrize("indent", [None, 2])
def test_documents_one_behind_the_other_are_all_read(between: str, indent: int | None) -> None:
    """Firehose writes records with nothing between them."""
    documents = [{"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": report(x)}]} for x in (A, B, C)]
    texts = [json.dumps(document, indent=indent) for document in documents]

    assert ids(between.join(texts)) == [A, B, C]
    assert ids(between.join([*texts, "{cut"])) == [A, B, C]


NEWEST_FIRST = [
    ("2026-01-05 10:00:09.000", report(B)),
    ("2026-01-05 10:00:08.000", f"START RequestId: {B} Version: 7"),
    ("2026-01-05 10:00:05.000", report(A, "Init Duration: 400.00 ms")),
    ("2026-01-05 10:00:04.500", f"START RequestId: {A} Version: 7"),
    ("2026-01-05 10:00:04.000", "INIT_START Runtime Version: python:3.13.v9"),
    ("2026-01-05 10:00:03.000", report(C)),
    ("2026-01-05 10:00:02.000", f"START RequestId: {C} Version: 7"),
]


@pytest.mark.parametrize("named", [{}, {"@logStream": "2026/01/05/[7]aaaaaaaa"}])
def test_a_query_gives_the_newest_first(named: dict[str, str]) -> None:
    """Rows are brought into the order of time: what is said of an environment belongs to the call after it."""
    rows = [{"@timestamp": at, "@message": message, **named} for at, message in NEWEST_FIRST]
    results = {"results": [[{"field": key, "value": value} for key, value in row.items()] for row in rows]}
    starts = [(C, Start.WARM), (A, Start.COLD), (B, Start.WARM)]

    for document in (rows, results, {"events": rows}):
        assert [(r.request_id, r.start) for r in parse_invocations(json.dumps(document))] == starts
    in_time = {"events": rows[::-1]}
    assert [(r.request_id, r.start) for r in parse_invocations(json.dumps(in_time))] == starts


@pytest.mark.parametrize("stream", ["", "2026/01/05/[7]aaaaaaaa,"])
def test_lines_that_give_the_newest_first_lose_no_report(stream: str) -> None:
    """A CSV of a query stays in its order; an init is not given to an earlier call."""
    text = "\n".join(f"{at},{stream}{message}" for at, message in NEWEST_FIRST)

    starts = [(B, Start.WARM), (A, Start.COLD), (C, Start.WARM)]
    assert [(r.request_id, r.start) for r in parse_invocations(text)] == starts


def test_an_unclosed_document_hides_no_report() -> None:
    """Messages of a cut export, and reports behind it, are still found."""
    cut = json.dumps({"events": [{"message": report(A)}, {"message": "START"}]}, indent=4)[:-20]

    assert ids(f"{cut}\n{report(B)}\n{{\n[\n{platform('report', requestId=C)}") == [A, B, C]


def test_a_whole_tail_as_one_json_string_is_read() -> None:
    """A tail printed as a JSON string is a tail."""
    assert ids(json.dumps(f"START RequestId: {A} Version: 7\nEND RequestId: {A}\n{report(A)}\n")) == [A]


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ({"durationMs": 3.5, "billedDurationMs": 52.4, "memorySizeMB": 128.0}, (3.5, 52.4, 128.0)),
        ({"durationMs": True, "billedDurationMs": -1, "memorySizeMB": 10**400}, (None, None, None)),
        ({"durationMs": float("nan"), "billedDurationMs": float("inf"), "memorySizeMB": "128"}, (None, None, 128.0)),
        ({"durationMs": None, "billedDurationMs": [], "memorySizeMB": {}}, (None, None, None)),
        (None, (None, None, None)),
        ("odd", (None, None, None)),
    ],
)
def test_odd_metrics_of_a_json_report_are_left_out(
    metrics: object, expected: tuple[float | None, float | None, float | None]
) -> None:
    """Only finite numbers from zero on are measurements; an absent one is None."""
    record = only(platform("report", requestId=A, metrics=metrics))

    assert (record.duration_ms, record.billed_ms, record.memory_mb) == expected


@pytest.mark.parametrize("record", ["null", "[]", '"text"', "7", "{}"])
def test_a_json_report_without_a_record_is_still_an_invocation(record: str) -> None:
    """A report that says nothing says that there was an invocation."""
    assert ids(f'{{"time": "x", "type": "platform.report", "record": {record}}}') == [None]


JSON_REPORT = platform("report", requestId=A, status="success", metrics={"durationMs": 5.5})


@pytest.mark.parametrize(
    ("before", "start", "init_ms", "suppressed_ms"),
    [
        (platform("initReport", phase="init", metrics={"durationMs": 700}), Start.COLD, 700.0, None),
        (platform("initReport", phase="invoke", status="error", metrics={"durationMs": 7}), Start.COLD, None, None),
        (platform("initReport", phase="invoke", status="success", metrics={"durationMs": 7}), Start.COLD, None, 7.0),
        (platform("initReport", phase="init", status="error", metrics={"durationMs": 7}), Start.COLD, None, None),
        (platform("initReport", phase="init", status="timeout", metrics={"durationMs": 7}), Start.COLD, None, None),
        (platform("initStart", phase="invoke", initializationType="on-demand"), Start.COLD, None, None),
        (platform("initReport", initializationType="provisioned-concurrency"), Start.PROVISIONED, None, None),
        (platform("initStart", initializationType="provisioned-concurrency"), Start.PROVISIONED, None, None),
        (platform("initStart", initializationType="lambda-managed-instances"), Start.WARM, None, None),
        (platform("initReport", initializationType="snap-start", metrics={"durationMs": 700}), Start.WARM, None, None),
        (platform("restoreStart"), Start.RESTORED, None, None),
        (platform("restoreRuntimeDone", status="success"), Start.RESTORED, None, None),
        ("INIT_START Runtime Version: python:3.12.v18", Start.COLD, None, None),
        ("INIT_REPORT Init Duration: 431.20 ms\tPhase: init", Start.PROVISIONED, None, None),
        ("INIT_REPORT Init Duration: 9.5 ms Phase: init Status: error Error Type: X.Y", Start.COLD, None, None),
        ("INIT_REPORT Init Duration: 9.5 ms\tPhase: invoke\tStatus: timeout", Start.COLD, None, 9.5),
        ("INIT_REPORT\nRESTORE_REPORT\nINIT_REPORT Init Duration: much", Start.WARM, None, None),
        ("AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency", Start.PROVISIONED, None, None),
        ('{"env": {"AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency"}}', Start.PROVISIONED, None, None),
        ("[INFO] AWS_LAMBDA_INITIALIZATION_TYPE: on-demand", Start.WARM, None, None),
    ],
)  # fmt: skip
def test_what_is_said_of_an_environment_belongs_to_its_next_invocation(
    before: str, start: Start, init_ms: float | None, suppressed_ms: float | None
) -> None:
    """Init and restore records decide how the next call started, and none after it."""
    first, second = parse_invocations(f"{before}\n{JSON_REPORT}\n{JSON_REPORT}")

    assert (first.start, first.init_ms, first.suppressed_init_ms) == (start, init_ms, suppressed_ms)
    assert (second.start, second.init_ms) == (Start.WARM, None)


def test_an_init_that_failed_and_was_run_again_is_marked() -> None:
    """60.9 ms until the crash is no start-up time, and the call is no warm one."""
    record = only((LOGS / "init_crash_then_ok.log").read_text("utf-8"))

    assert (record.start, record.status, record.duration_ms) == (Start.COLD, "success", 4448.1)
    assert (record.init_ms, record.suppressed_init_ms, record.init_failed) == (None, None, True)
    assert record.failed_init_ms == 60.9


@pytest.mark.parametrize(
    ("status", "suppressed_ms", "failed"), [("success", 900.0, True), ("timeout", 900.0, True), ("error", None, True)]
)
def test_the_init_inside_the_call_counts_where_it_is_told(
    status: str, suppressed_ms: float | None, failed: bool
) -> None:
    """A time-out is the least that it takes, an error says nothing of it; the init before that never counts."""
    inits = [
        platform("initReport", phase="init", status="error", metrics={"durationMs": 60.9}),
        platform("initReport", phase="invoke", status=status, metrics={"durationMs": 900.0}),
    ]
    record = only("\n".join([*inits, JSON_REPORT]))

    assert (record.start, record.init_ms) == (Start.COLD, None)
    assert (record.suppressed_init_ms, record.init_failed) == (suppressed_ms, failed)
    assert record.failed_init_ms == 60.9


def test_a_named_environment_runs_one_call_at_a_time() -> None:
    """What stands between its START and its REPORT is no report, where the log names streams."""
    stream = "2026/01/01/[7]aaaaaaaa"
    lines = [f"START RequestId: {A} Version: 7", report(B), f"END RequestId: {A}", report(A), report(C)]

    assert ids("\n".join(f"{stream} {line}" for line in lines)) == [A, C]
    assert ids("\n".join(f"{stream} {line}" for line in lines[:2])) == [B]


def test_a_report_without_its_end_is_printed_while_a_call_runs() -> None:
    """Where streams are not named, END stands before each report of the platform."""
    cut = [f"START RequestId: {A} Version: 7", report(B), f"END RequestId: {C}", report(C), report(A)]

    assert ids("\n".join(cut)) == [C, A]


def test_the_init_of_the_report_itself_wins() -> None:
    """A provisioned environment's first call prints an Init Duration and is no cold start."""
    record = only(f"INIT_REPORT Init Duration: 431.20 ms\tPhase: init\n{report(A, 'Init Duration: 431.20 ms')}")

    assert (record.start, record.init_ms) == (Start.PROVISIONED, 431.2)


def test_environments_of_a_mixed_log_are_not_confused() -> None:
    """Where streams are mixed without names, an init is not given to another invocation's report."""
    text = "\n".join(
        [
            f"START RequestId: {A} Version: 7",
            "INIT_START Runtime Version: python:3.12.v18",
            f"START RequestId: {B} Version: 7",
            report(A),
            report(B, "Init Duration: 5.00 ms"),
        ]
    )

    assert [record.start for record in parse_invocations(text)] == [Start.WARM, Start.COLD]


def test_environments_are_told_apart_by_their_streams() -> None:
    """With stream names, what one environment said stays with it."""
    one, two = "2026/01/01/[7]aaaaaaaa", "2026/01/01/[7]bbbbbbbb"
    text = f"{one} INIT_REPORT Init Duration: 7 ms\tPhase: init\tStatus: error\n{two} {report(A)}\n{one} {report(B)}"

    assert [(record.log_stream, record.start) for record in parse_invocations(text)] == [
        (two, Start.WARM),
        (one, Start.COLD),
    ]


def test_a_runtime_done_record_tells_what_the_report_leaves_out() -> None:
    """Older JSON reports have no status; runtimeDone has it."""
    done = platform("runtimeDone", requestId=A, status="error", errorType="Runtime.ExitError")

    record = only(f"{done}\n{platform('report', requestId=A, metrics={'durationMs': 5})}")

    assert (record.status, record.error_type) == ("error", "Runtime.ExitError")


def test_a_fault_record_is_a_crash() -> None:
    """`platform.fault` carries the crash as text."""
    fault = {
        "type": "platform.fault",
        "record": f"RequestId: {A} Error: Runtime exited with error: exit status 1\nRuntime.ExitError",
    }

    assert only(f"{json.dumps(fault)}\n{JSON_REPORT}".replace("success", "error")).error_type == "Runtime.ExitError"


@pytest.mark.parametrize("tail", ["", "\nlater noise"])
def test_a_json_report_behind_output_without_a_line_end_counts(tail: str) -> None:
    """Output without a line end runs into the platform's record; the running invocation gets its report."""
    start = platform("start", requestId=A, version="7")

    assert ids(f"{start}\nprinted without end{JSON_REPORT}{tail}") == [A]


def test_a_json_report_behind_other_text_yields_to_the_proper_one() -> None:
    """A quotation of a report never counts beside the report itself."""
    start = platform("start", requestId=A, version="7")
    quoted = f"got {JSON_REPORT}"

    assert ids(f"{start}\n{quoted}\n{quoted.replace(A, B)}\n{JSON_REPORT}\n{quoted}") == [A]
    assert ids(f"noise {JSON_REPORT} noise") == [A]


@pytest.mark.parametrize(
    "line",
    [
        f"START RequestId: {A} Version: $LATEST END RequestId: {A} {report(A)}",
        f"END RequestId: {A} {report(A)}",
        f"START\nEND RequestId:\nREPORT nothing\nINIT_REPORT\n{report(A)}",
        f'{{"LogResult": "a"}}\n{{"LogResult": 7}}\n{{"message": 7}}\n{report(A)}',
        f"{platform('runtimeDone')}\n{platform('start')}\n{platform('odd')}\n{platform('initStart')[:-2]}\n{report(A)}",
        "[" * 100_000 + f"\n{report(A)}",
        f"{report(A)}\n" + "Status: timeout\n" * 200,
    ],
)
def test_a_report_is_found_among_broken_platform_lines(line: str) -> None:
    """Lines that begin like the platform's and say nothing do no harm."""
    assert ids(line) == [A]


def test_a_log_that_never_ends_is_read_in_bounded_memory() -> None:
    """Of invocations begun and failures told, the last thousand are kept."""
    lost = "".join(f"RequestId: id-{number} Process exited before completing request\n" for number in range(1500))

    records = parse_invocations(f"{lost}{report('id-0')}\n{report('id-1499')}")

    assert [record.status for record in records] == ["success", "error"]


def test_record_of_takes_the_report_with_the_request_id() -> None:
    """A tail may hold the report of the call before; the id decides, else the last."""
    text = f"{report(A)}\n{report(B)}\n{report(C)}"

    assert record_of(text, B).request_id == B
    assert record_of(text, "unknown").request_id == C
    assert record_of(text, None).request_id == C


@pytest.mark.parametrize(
    ("text", "absence"),
    [
        ("", "the log tail is empty"),
        (" \n", "the log tail is empty"),
        (f"START RequestId: {A}\nnoise", "no platform report in the log tail"),
        (f"Memory Size: 128 MB\tMax Memory Used: 40 MB\nEND RequestId: {A}", "no platform report in the log tail"),
        (f"REPORT RequestId: {A}\tDuration: ms", "no platform report in the log tail"),
        (f"quoted {platform('report', requestId=B)}", "no platform report in the log tail"),
    ],
)
def test_record_of_states_the_absence_of_a_report(text: str, absence: str) -> None:
    """Without a report there are no values, and the reason is said."""
    assert record_of(text, A) == InvocationRecord(request_id=A, absence=absence)


@pytest.mark.parametrize("request_id", [A, None])
def test_record_of_keeps_a_failure_that_has_no_report(request_id: str | None) -> None:
    """A time-out line without a report still tells how the call ended."""
    record = record_of(TIMEOUT, request_id)

    assert (record.status, record.error_type, record.start) == ("timeout", "Sandbox.Timedout", None)
    assert record.absence == "no platform report in the log tail"


def test_invocations_are_yielded_before_the_log_ends() -> None:
    """A long log is read as a stream: only the last few records are held back."""
    read = 0

    def lines() -> object:
        nonlocal read
        for number in range(1000):
            read += 1
            yield report(f"id-{number}")

    first = next(iter(iter_invocations(lines())))  # type: ignore[arg-type]

    assert first.request_id == "id-0"
    assert read < 100


C_S, W_S = ("cold", "success"), ("warm", "success")
P_S, R_S = ("provisioned", "success"), ("restored", "success")
T_O, E_X = ("warm", "timeout"), ("warm", "error")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text_cold_then_warm.log", [C_S, W_S]),
        ("sam_logs_snapstart.log", [R_S]),
        ("old_style_failures.log", [T_O, T_O, E_X, E_X]),
        ("new_style_failures.log", [T_O, E_X, ("cold", "timeout")]),
        ("provisioned.log", [P_S, W_S]),
        ("json_format.log", [C_S, T_O, E_X, P_S, R_S, ("cold", "failure"), W_S]),
        ("aws_logs_tail_json.log", [W_S, W_S, W_S]),
        ("filter_log_events.json", [C_S, W_S]),
        ("insights.csv", [W_S, W_S, W_S]),
        ("cut_tail.log", [W_S]),
        ("init_crash_then_ok.log", [C_S]),
        ("rie_console.log", [C_S, R_S, W_S, W_S]),
    ],
)  # fmt: skip
def test_whole_logs_are_read(name: str, expected: list[tuple[str, str]]) -> None:
    """Each log of the collection gives its invocations, in order, without a fake one."""
    records = parse_invocations((LOGS / name).read_text("utf-8"))

    assert [(record.start, record.status) for record in records] == expected
    assert [record.request_id for record in records] == [f"{n}" * 8 + A[8:] for n in range(1, len(expected) + 1)]
