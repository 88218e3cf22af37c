"""Queries of Logs Insights: what they find, what they show, and what they refuse by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.adapters.logs import query_of
from warmgate.model.log_stream import FunctionLog
from warmgate_ops.rehearsal.cloud.logs.fields import Row, row_of
from warmgate_ops.rehearsal.cloud.logs.insights import SHAPE, QueryError, compile_query
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal
from warmgate_ops.rehearsal.cloud.logs.queries import Queries
from warmgate_ops.rehearsal.cloud.logs.store import LogEvent, LogStore

BEGAN_MS = 1_767_225_600_000
"""2026-01-01 00:00:00."""


STREAM = "2026/01/01/[{}]aa"
OWN = FunctionLog("/aws/lambda/checkout", "checkout")


def report(number: int, duration: float, init: float | None = None) -> str:
    """Return a REPORT line."""
    line = f"REPORT RequestId: r-{number}\tDuration: {duration:.2f} ms\tBilled Duration: 13 ms\t"
    line += "Memory Size: 128 MB\tMax Memory Used: 30 MB\t"
    return line + (f"Init Duration: {init:.2f} ms\t" if init else "")


def rows(*messages: str) -> list[Row]:
    """Return rows of events that come one after the other, in two streams by turns."""
    return [
        row_of(LogEvent(BEGAN_MS + number, number, STREAM.format(number % 2 + 1), message, 0))
        for number, message in enumerate(messages)
    ]


REPORTS = rows(
    report(0, 10.0, init=200.0), report(1, 20.0), report(2, 30.0), report(3, 40.0), "served", "END RequestId: r-3"
)
RECORD = {"type": "platform.report", "record": {"metrics": {"durationMs": 12.5, "initDurationMs": 9}, "tags": ["a"]}}


def found(query: str, of: list[Row] = REPORTS) -> list[dict[str, str]]:
    """Return result rows as dictionaries."""
    return [{cell["field"]: cell["value"] for cell in row} for row in compile_query(query).run(of)]


@pytest.mark.parametrize("json_format", [False, True])
def test_what_the_hooks_ask_is_answered(json_format: bool) -> None:
    """Calls, cold starts and percentiles of every environment, the one with the newest event first."""
    records = [{**RECORD, "record": {"metrics": {"durationMs": took}}} for took in (20.0, "30.0", 40.0)]
    start = {"type": "platform.start", "record": {"requestId": "r"}}
    of = rows(*map(json.dumps, [start, RECORD, *records])) if json_format else REPORTS

    assert found(query_of(OWN, json_format=json_format), of) == (
        [
            {"@logStream": "2026/01/01/[1]aa", "lines": "3", "calls": "2", "cold": "0", "median": "20", "p95": "40"},
            {"@logStream": "2026/01/01/[2]aa", "lines": "2", "calls": "2", "cold": "1", "median": "12.5", "p95": "30"},
        ]
        if json_format
        else [
            {"@logStream": "2026/01/01/[2]aa", "lines": "2", "calls": "2", "cold": "0", "median": "20", "p95": "40"},
            {"@logStream": "2026/01/01/[1]aa", "lines": "2", "calls": "2", "cold": "1", "median": "10", "p95": "30"},
        ]
    )


def test_a_query_leaves_out_the_neighbours_of_a_shared_group() -> None:
    """Rows are limited: those of other functions must not take the place of the function's own."""
    names = ("checkout[7]", "mailer[7]", "[7]", "checkout-eu[7]", "old-checkout[7]")
    events = [LogEvent(BEGAN_MS, n, f"2026/01/01/{name}aa", report(n, 10.0), 0) for n, name in enumerate(names)]

    def streams(log: FunctionLog) -> set[str]:
        return {row["@logStream"][11:-2] for row in found(query_of(log, json_format=False), [*map(row_of, events)])}

    assert streams(FunctionLog("/shared", "checkout")) == {"checkout[7]"}
    assert streams(OWN) == {"checkout[7]", "[7]"}


def test_a_report_line_has_lambdas_fields() -> None:
    """Durations in milliseconds, memory in bytes at a million a megabyte, no init where none was printed."""
    names = ("@requestId", "@duration", "@billedDuration", "@initDuration", "@memorySize", "@maxMemoryUsed")

    second, first = found(f'filter @type = "REPORT" | stats count(*) as rows by {", ".join(names)}', REPORTS[:2])

    assert tuple(first.values()) == ("r-0", "10", "13", "200", "128000000", "30000000", "1")
    assert "@initDuration" not in second


def test_rows_are_shown_by_time_with_the_fields_that_are_asked_for() -> None:
    """Without a count each event is a row, its time as the console writes it."""
    query = "fields @timestamp, @logStream | filter @message not like /END|served/ and not ispresent(@initDuration)"

    shown = found(f"{query} | sort @timestamp asc | limit 2")

    assert [row["@timestamp"] for row in shown] == ["2026-01-01 00:00:00.001", "2026-01-01 00:00:00.002"]
    assert [row["@logStream"] for row in shown] == ["2026/01/01/[2]aa", "2026/01/01/[1]aa"]


def test_what_a_field_holds_is_parsed_counted_and_bounded() -> None:
    """A regular expression names fields; the least and the largest of a group are times, too."""
    query = r"filter ispresent(@duration) | parse @logStream /\[(?<version>[^\]]+)\]/ | stats count(*) as calls,"

    counted = found(f"{query} min(@timestamp) as first, max(@duration) as most by version")

    assert counted == [
        {"version": "2", "calls": "2", "first": str(BEGAN_MS + 1), "most": "40"},
        {"version": "1", "calls": "2", "first": str(BEGAN_MS), "most": "30"},
    ]


def test_a_json_event_has_its_paths() -> None:
    """Objects and lists are reached with dots."""
    [row] = found('filter record.tags.0 = "a" | stats count(type) as rows by type', rows(json.dumps(RECORD)))

    assert row == {"type": "platform.report", "rows": "1"}


def test_stats_of_nothing_are_nothing() -> None:
    """Without a row there is no group; without a number there is no value."""
    assert found('filter @type = "X" | stats count(*) as rows') == []
    assert found('filter @type = "REPORT" | stats pct(nothing, 50) as most, count(*) as rows') == [{"rows": "4"}]


def test_a_limit_cuts_the_groups() -> None:
    """The query's own and the request's."""
    query = 'filter @type = "REPORT" | stats count(*) as calls by @requestId'

    assert [len(found(f"{query} | limit {count}")) for count in (3, 10_000)] == [3, 4]
    assert len(compile_query(query).run(REPORTS, 2)) == 2


START = 'filter @type = "REPORT" | stats'


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "the end of the query"),
        ("fields @message", "'|'"),
        ('filter @type like "REPORT"', "'like' at character 13"),
        ("filter @type like /[/ | stats", "a regular expression"),
        ('filter @type in "REPORT"', "'['"),
        ("filter @type = REPORT", "'REPORT'"),
        ('filter @type = "REPORT"', "the end of the query"),
        ('filter @type = "REPORT" | sort @timestamp', "'|' at character 24"),
        ('filter @ptr = "1"', "'@ptr'"),
        (f"{START} stddev(@duration) as most", "'stddev'"),
        ('fields @message | filter @type = "REPORT"', "| sort @timestamp asc"),
        ('filter @type = "REPORT" | parse @message /(/ | stats count(*) as calls', "a regular expression"),
        (f"{START} min(@duration as least", "')'"),
        (f"{START} count(*)", "as and a name"),
        (f"{START} pct(@duration, 0) as p", "a percentage above 0"),
        (f"{START} count(*) as calls by bin(1m)", "'('"),
        (f"{START} count(*) as calls | limit 0", "'0'"),
        (f"{START} count(*) as calls | limit 10001", "'10001'"),
        (f"{START} count(*) as calls | sort calls", "'|'"),
    ],
)
def test_what_is_not_known_is_named(query: str, named: str) -> None:
    """No part of a query is passed over in silence, and what is known is said."""
    with pytest.raises(QueryError) as refused:
        compile_query(query)

    assert named in str(refused.value)
    assert f"the local cloud knows {SHAPE} alone" in str(refused.value)


@given(durations=st.lists(st.floats(0.1, 1000.0).map(lambda value: round(value, 2)), min_size=1, max_size=30))
def test_groups_hold_every_row_once(durations: list[float]) -> None:
    """The counts of all groups add up, and the largest of all percentiles is the maximum."""
    of = rows(*(report(number, duration) for number, duration in enumerate(durations)))

    grouped = found(f"{START} count(*) as calls, pct(@duration, 100) as most by @logStream", of)

    assert sum(int(row["calls"]) for row in grouped) == len(durations)
    assert max(float(row["most"]) for row in grouped) == max(durations)


def started(**body: Any) -> tuple[Queries, str]:
    """Return queries over one event and the id of one that takes a second."""
    store = LogStore()
    store.put("/g", "s", [{"timestamp": BEGAN_MS, "message": report(0, 10.0)}], 0)
    queries = Queries(store)
    asked: dict[str, Any] = {"logGroupName": "/g", "startTime": BEGAN_MS // 1000, "endTime": BEGAN_MS // 1000}
    asked["queryString"] = f"{START} count(*) as calls"
    return queries, str(queries.start({**asked, **body}, 0.0, 1.0)["queryId"])


@pytest.mark.parametrize(
    ("now_s", "status", "count"), [(0.1, "Scheduled", 0), (0.5, "Running", 0), (1.0, "Complete", 1)]
)
def test_a_query_takes_its_time(now_s: float, status: str, count: int) -> None:
    """It is scheduled, runs, and has results when it is complete."""
    queries, query_id = started()

    answer = queries.results({"queryId": query_id}, now_s)

    assert (answer["status"], len(answer["results"])) == (status, count)
    assert answer["statistics"]["recordsMatched"] == count


def test_a_query_can_be_stopped_once() -> None:
    """A stopped query is cancelled and has no results; one that has ended cannot be stopped."""
    queries, query_id = started()

    assert queries.stop({"queryId": query_id}, 0.5) == {"success": True}
    assert queries.results({"queryId": query_id}, 9.0)["status"] == "Cancelled"
    with pytest.raises(LogsRefusal, match="already ended"):
        queries.stop({"queryId": query_id}, 9.0)


@pytest.mark.parametrize("body", [{"queryLanguage": "SQL"}, {"logGroupName": ""}])
def test_a_query_that_cannot_be_started_is_refused(body: dict[str, str]) -> None:
    """Other languages, and queries without a group."""
    with pytest.raises(LogsRefusal):
        started(**body)
