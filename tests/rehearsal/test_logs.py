"""Log events of functions can be read as on AWS: by pattern, page and stream, after their delay, within the quota."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from support.fakes.lambda_calls import Install
from warmgate.logs.calls import PATTERN
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud
CODE = "def handler(event, context):\n    print('served', event)\n    return event"
AS_JSON = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


def called(cloud: LocalCloud, function: str, times: int = 1, qualifier: str = "$LATEST") -> str:
    """Call a function and return the name of its log group."""
    for number in range(times):
        cloud.client("lambda").invoke(FunctionName=function, Qualifier=qualifier, Payload=json.dumps(number).encode())
    return f"/aws/lambda/{function}"


def events(cloud: LocalCloud, group: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the events of all pages."""
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, **asked)
    return [event for page in pages for event in page["events"]]


def test_reports_are_found_by_term(local_cloud: LocalCloud, install: Install, conditions: Conditions) -> None:
    """Each call has one REPORT, in a stream that carries the version, on pages however small."""
    function = install(CODE)
    local_cloud.client("lambda").publish_version(FunctionName=function)
    began_ms = int(time.time() * 1000)
    group = called(local_cloud, function, 3, "1")
    local_cloud.flush_logs()
    conditions.log_page_events = 2

    found = events(local_cloud, group, filterPattern="REPORT", startTime=began_ms)

    assert [event["message"].split()[0] for event in found] == ["REPORT"] * 3
    assert all(re.fullmatch(r"\d{4}/\d\d/\d\d/\[1\][0-9a-f]{32}", event["logStreamName"]) for event in found)
    assert events(local_cloud, group, filterPattern="REPORT", endTime=began_ms - 1) == []


def test_reports_of_json_are_found_by_what_hooks_send(local_cloud: LocalCloud, install: Install) -> None:
    """The pattern picks the platform's beginnings and reports from everything else."""
    group = called(local_cloud, install(CODE, LoggingConfig=AS_JSON), 2)
    local_cloud.flush_logs()

    found = events(local_cloud, group, filterPattern=PATTERN)

    types = [json.loads(event["message"])["type"] for event in found]
    assert types == ["platform.start", "platform.report"] * 2
    assert len(events(local_cloud, group)) > 2


def test_events_are_read_no_sooner_than_their_delay(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """An event carries the time of its call and cannot be read until the delay is over."""
    group = called(local_cloud, function := install(CODE))
    local_cloud.flush_logs()
    before = len(events(local_cloud, group))
    conditions.log_delay_s = 1.5
    called(local_cloud, function)
    time.sleep(0.6)

    assert len(events(local_cloud, group)) == before
    local_cloud.flush_logs()
    new = events(local_cloud, group)[before:]
    assert any(event["message"].startswith("REPORT") for event in new)
    assert all(event["ingestionTime"] - event["timestamp"] >= 1400 for event in new)


def test_metrics_are_read_after_their_minute_and_the_delay(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """With a delay the metrics of a minute come together, later than it ends."""
    conditions.minute_s, conditions.metric_delay_s = 2.0, 1.0
    function, cloudwatch = install(CODE), local_cloud.client("cloudwatch")
    called(local_cloud, function)
    called_s = time.time()
    due_s = (called_s // 2.0 + 1) * 2.0 + 1.0
    asked = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Period": 60, "Statistics": ["Sum"]}
    asked |= {"Dimensions": [{"Name": "FunctionName", "Value": function}], "StartTime": called_s - 300}

    assert cloudwatch.get_metric_statistics(**asked, EndTime=called_s + 300)["Datapoints"] == []
    local_cloud.flush_logs()

    assert time.time() >= due_s - 2.1
    [point] = cloudwatch.get_metric_statistics(**asked, EndTime=called_s + 300)["Datapoints"]
    assert point["Sum"] == 1.0


def test_calls_beyond_the_quota_are_throttled(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """So many calls a second are answered, the next one is a ThrottlingException."""
    group = called(local_cloud, install(CODE))
    local_cloud.flush_logs()
    conditions.log_reads_per_s = 2
    logs = local_cloud.client("logs")
    limit_s = time.monotonic() + 0.9
    logs.filter_log_events(logGroupName=group)
    logs.filter_log_events(logGroupName=group)

    with pytest.raises(logs.exceptions.ClientError) as refused:
        logs.filter_log_events(logGroupName=group)

    assert time.monotonic() < limit_s, "the machine was too slow to say anything"
    assert refused.value.response["Error"]["Code"] == "ThrottlingException"


def test_a_group_that_is_not_there_or_empty_is_said(local_cloud: LocalCloud) -> None:
    """An empty group has no events; a group that was never made, or is deleted, is a ResourceNotFoundException."""
    logs = local_cloud.client("logs")
    logs.create_log_group(logGroupName="/empty")
    assert events(local_cloud, "/empty") == []

    logs.delete_log_group(logGroupName="/empty")

    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        events(local_cloud, "/empty")


def queried(cloud: LocalCloud, group: str, query: str) -> list[dict[str, str]]:
    """Return the rows of a query once it is complete."""
    logs, now_s = cloud.client("logs"), int(time.time())
    asked = {"startTime": now_s - 300, "endTime": now_s + 60, "queryString": query}
    query_id = logs.start_query(logGroupNames=[group], **asked)["queryId"]
    for _ in range(100):
        answer = logs.get_query_results(queryId=query_id)
        if answer["status"] == "Complete":
            return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
        assert answer["status"] in {"Scheduled", "Running"}
        time.sleep(0.02)
    raise AssertionError(answer["status"])


OF_TEXT = """filter @type = "REPORT"
| stats count(*) as calls, pct(@duration, 95) as p95, count(@initDuration) as cold"""
OF_JSON = """filter type = "platform.report"
| stats count(*) as calls, pct(record.metrics.durationMs, 95) as p95, count(record.metrics.initDurationMs) as cold"""


@pytest.mark.parametrize(("settings", "query"), [({}, OF_TEXT), ({"LoggingConfig": AS_JSON}, OF_JSON)])
def test_reports_are_summed_up_by_a_query(
    local_cloud: LocalCloud, install: Install, settings: dict[str, Any], query: str
) -> None:
    """Calls, a percentile of their durations and the cold ones among them, whatever the log format."""
    group = called(local_cloud, install(CODE, **settings), 4)
    local_cloud.flush_logs()

    [row] = queried(local_cloud, group, query)

    assert (row["calls"], row["cold"]) == ("4", "1")
    assert 0.0 < float(row["p95"]) < 5000.0


def test_a_query_that_is_not_understood_is_malformed(local_cloud: LocalCloud) -> None:
    """The exception names the part; a group that is not there is another exception."""
    logs = local_cloud.client("logs")
    logs.create_log_group(logGroupName="/asked")
    asked = {"startTime": 0, "endTime": int(time.time()), "queryString": "pattern @message"}

    with pytest.raises(logs.exceptions.MalformedQueryException, match="'pattern' at character 0"):
        logs.start_query(logGroupName="/asked", **asked)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.start_query(logGroupName="/not-there", **asked)
