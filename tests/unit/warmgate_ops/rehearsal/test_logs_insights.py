"""Queries of Logs Insights: what they find, what they show, and what they refuse by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.rehearsal.cloud.logs.insights import QueryError, Row, compile_query, row_of
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal
from warmgate_ops.rehearsal.cloud.logs.queries import Queries
from warmgate_ops.rehearsal.cloud.logs.store import LogEvent, LogStore

MINUTE_MS = 60_000
BEGAN_MS = 1_767_225_600_000
"""2026-01-01 00:00:00."""


def report(number: int, duration: float, init: float | None = None) -> str:
    """Return a REPORT line."""
    line = f"REPORT RequestId: r-{number}\tDuration: {duration:.2f} ms\tBilled Duration: 13 ms\t"
    line += "Memory Size: 128 MB\tMax Memory Used: 30 MB\t"
    return line + (f"Init Duration: {init:.2f} ms\t" if init else "")


def rows(*messages: str, apart_ms: int = MINUTE_MS // 2) -> list[Row]:
    """Return rows of events that come one after the other."""
    return [
        row_of(LogEvent(BEGAN_MS + number * apart_ms, number, f"s[{number % 2 + 1}]", message, 0), "/g")
        for number, message in enumerate(messages)
    ]


REPORTS = rows(
    report(0, 10.0, init=200.0), report(1, 20.0), report(2, 30.0), report(3, 40.0), "served", "END RequestId: r-3"
)
RECORD = json.dumps(
    {"type": "platform.report", "record": {"metrics": {"durationMs": 12.5, "initDurationMs": 9}, "tags": ["a", "b"]}}
)


def found(query: str, of: list[Row] = REPORTS) -> list[dict[str, str]]:
    """Return result rows as dictionaries, without their pointers."""
    return [
        {cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"}
        for row in compile_query(query).run(of)
    ]


def test_a_report_line_has_lambdas_fields() -> None:
    """Durations in milliseconds, memory in bytes at a million a megabyte, no init where none was printed."""
    wanted = "@type, @requestId, @duration, @billedDuration, @initDuration, @memorySize, @maxMemoryUsed"

    first, second = found(f'filter @type = "REPORT" | fields {wanted} | sort @timestamp asc | limit 2')

    assert first == {
        "@type": "REPORT",
        "@requestId": "r-0",
        "@duration": "10",
        "@billedDuration": "13",
        "@initDuration": "200",
        "@memorySize": "128000000",
        "@maxMemoryUsed": "30000000",
    }
    assert "@initDuration" not in second


def test_a_json_event_has_its_paths() -> None:
    """Objects and lists are reached with dots."""
    [row] = found("fields record.metrics.durationMs, record.tags.1 as tag", rows(RECORD))

    assert row == {"record.metrics.durationMs": "12.5", "tag": "b"}


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ('@type = "REPORT"', 4),
        ('@type != "REPORT"', 1),
        ('not @type = "REPORT"', 2),
        ('@type = "REPORT" and @duration > 20', 2),
        ("@duration >= 20 and @duration <= 30", 2),
        ('@duration < 15 or @type = "END"', 2),
        ('(@duration < 15 or @duration > 35) and @type = "REPORT"', 2),
        ('@message like "served"', 1),
        ("@message like /^REPORT.*r-[12]/", 2),
        ("@message not like /REPORT/", 2),
        ("@message =~ /Init/", 1),
        ("@logStream like '[1]'", 3),
        ("ispresent(@initDuration)", 1),
        ("not ispresent(@initDuration)", 5),
        ("@requestId in ['r-1', 'r-9']", 1),
        ("@requestId not in ['r-1']", 5),
        ("@initDuration != 1", 1),
    ],
)
def test_a_filter_keeps_what_fits(condition: str, count: int) -> None:
    """Comparisons are of numbers where both sides are some; a missing field fits no comparison."""
    assert len(found(f"filter {condition}")) == count


def test_stats_are_of_the_rows_that_are_left() -> None:
    """Each aggregate has its own name or the one it was written with."""
    [row] = found(
        'filter @type = "REPORT" '
        "| stats count(*) as calls, count(@initDuration) as cold, sum(@duration), avg(@duration), "
        "min(@duration), max(@duration), pct(@duration, 50), pct(@duration, 95) as p95, count_distinct(@logStream)"
    )

    assert row == {
        "calls": "4",
        "cold": "1",
        "sum(@duration)": "100",
        "avg(@duration)": "25",
        "min(@duration)": "10",
        "max(@duration)": "40",
        "pct(@duration, 50)": "20",
        "p95": "40",
        "count_distinct(@logStream)": "2",
    }


def test_stats_are_grouped_by_minute_and_field() -> None:
    """Bins begin at whole minutes and are shown as instants; they can be sorted by."""
    query = (
        'filter @type = "REPORT" | stats count(*) as calls by bin(1m) as minute, @logStream | sort minute, calls desc'
    )

    shown = found(query)

    assert [(row["minute"], row["@logStream"], row["calls"]) for row in shown] == [
        ("2026-01-01 00:00:00.000", "s[2]", "1"),
        ("2026-01-01 00:00:00.000", "s[1]", "1"),
        ("2026-01-01 00:01:00.000", "s[2]", "1"),
        ("2026-01-01 00:01:00.000", "s[1]", "1"),
    ]
    assert [row["bin(5m)"] for row in found("stats count(*) by bin(5m)")] == ["2026-01-01 00:00:00.000"]


def test_stats_of_nothing_are_nothing() -> None:
    """Without a row there is no group; without a number there is no value."""
    assert found("filter @type = 'X' | stats count(*)") == []
    assert found("stats max(@nothing) as most, count(*) as rows") == [{"rows": "6"}]


def test_parse_adds_fields() -> None:
    """By named groups and by asterisks."""
    by_groups = "parse @message /Duration: (?<took>[\\d.]+) ms/ | filter took > 25 | stats count(*) as slow"
    by_asterisks = 'parse "RequestId: *\tDuration: * ms" as id, took | filter took > 25 | stats count(*) as slow'

    assert found(by_groups) == found(by_asterisks) == [{"slow": "2"}]


def test_without_a_word_the_newest_events_are_shown_with_time_and_text() -> None:
    """The default columns, newest first, and the pointer to the record."""
    [row] = compile_query("limit 1").run(REPORTS)

    assert [cell["field"] for cell in row] == ["@timestamp", "@message", "@ptr"]
    assert row[0]["value"] == "2026-01-01 00:02:30.000"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("dedup @message", "'dedup' at character 0"),
        ("fields @duration / 1000", "'/' at character 17"),
        ("stats median(@duration)", "'median'"),
        ("stats pct(@duration, 0)", "a percentage above 0"),
        ("stats count(*) by bin(soon)", "'soon'"),
        ("filter @type = ", "the end of the query"),
        ("filter @type like REPORT", "'REPORT'"),
        ("filter @message like /(/", "regular expression"),
        ("sort @timestamp desc limit 3", "'limit'"),
        ("limit 0", "'0'"),
        ("parse @message '*' as a, b", "2 asterisks"),
        ("parse @message '* *' as a, a", "names after as"),
        ("", "a command"),
    ],
)
def test_what_is_not_known_is_named(query: str, named: str) -> None:
    """No part of a query is passed over in silence."""
    with pytest.raises(QueryError) as refused:
        compile_query(query)

    assert named in str(refused.value)


@given(durations=st.lists(st.floats(0.1, 1000.0).map(lambda value: round(value, 2)), min_size=1, max_size=30))
def test_groups_hold_every_row_once(durations: list[float]) -> None:
    """The counts of all groups add up, and the largest of all percentiles is the maximum."""
    of = rows(*(report(number, duration) for number, duration in enumerate(durations)))

    grouped = found("stats count(*) as calls, pct(@duration, 100) as most by bin(1m), @logStream", of)
    [whole] = found("stats count(*) as calls, max(@duration) as most", of)

    assert sum(int(row["calls"]) for row in grouped) == int(whole["calls"]) == len(durations)
    assert max(float(row["most"]) for row in grouped) == float(whole["most"])


def started(**body: Any) -> tuple[Queries, str]:
    """Return queries over one event and the id of one that takes a second."""
    store = LogStore()
    store.put("/g", "s", [{"timestamp": BEGAN_MS, "message": report(0, 10.0)}], 0)
    queries = Queries(store)
    asked = {"logGroupName": "/g", "startTime": BEGAN_MS // 1000, "endTime": BEGAN_MS // 1000, "queryString": "limit 5"}
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
