"""A function that traces its calls names the trace in its report, and X-Ray's API has the segments."""

from __future__ import annotations

import json
import re
import time

import pytest

from support.fakes.lambda_calls import Install, call
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.runtimes.node import node
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

TELLING = """
import os, time
time.sleep(0.1)
def handler(event, context):
    time.sleep(0.05)
    return os.environ.get("_X_AMZN_TRACE_ID", "")
"""
TRACE = re.compile(r"XRAY TraceId: (\S+)\tSegmentId: ([0-9a-f]{16})\tSampled: true")


def test_cold_and_warm_calls_leave_segments(local_cloud: LocalCloud, install: Install) -> None:
    """The cold one has an Initialization as long as its report says, the warm one none; the handler knows its trace."""
    function = install(TELLING, TracingConfig={"Mode": "Active"})
    cold, warm = call(local_cloud, function), call(local_cloud, function)
    named = [TRACE.search(each.tail) for each in (cold, warm)]
    ids = [each[1] for each in named if each]
    found = {each["Id"]: each for each in local_cloud.client("xray").batch_get_traces(TraceIds=ids)["Traces"]}
    functions = [json.loads(found[each]["Segments"][1]["Document"]) for each in ids]

    assert [set(each["Segments"][0]) for each in found.values()] == [{"Id", "Document"}] * 2
    parts = [
        {part["name"]: part["end_time"] - part["start_time"] for part in each["subsegments"]} for each in functions
    ]
    assert [list(each) for each in parts] == [["Initialization", "Invocation", "Overhead"], ["Invocation", "Overhead"]]
    assert cold.report.init_ms is not None
    assert parts[0]["Initialization"] * 1000 == pytest.approx(cold.report.init_ms, abs=1.0)
    assert parts[1]["Invocation"] * 1000 == pytest.approx(warm.report.duration_ms, abs=1.0)
    assert [each.payload for each in (cold, warm)] == [
        f"Root={ident};Parent={segment['id']};Sampled=1" for ident, segment in zip(ids, functions, strict=True)
    ]


@pytest.mark.skipif(node("20") is None, reason="needs Node.js 20")
def test_a_function_of_node_knows_its_trace(local_cloud: LocalCloud, install: Install) -> None:
    """The variable holds the header that its report's ids make."""
    code = "exports.handler = async () => process.env._X_AMZN_TRACE_ID"
    name = install(code, file="app.js", Runtime="nodejs20.x", TracingConfig={"Mode": "Active"})
    called = call(local_cloud, name)
    trace = TRACE.search(called.tail)

    assert trace is not None
    assert called.payload == f"Root={trace[1]};Parent={trace[2]};Sampled=1"


def test_without_tracing_nothing_is_told(local_cloud: LocalCloud, install: Install) -> None:
    """A function that does not trace has no trace in its report."""
    called = call(local_cloud, install(TELLING))

    assert "XRAY" not in called.tail


def test_transaction_search_is_found_out_and_read(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """Where segments go to CloudWatch Logs a retrieval finds them, in another member, after a while."""
    conditions.query_s = 0.2
    client, function = local_cloud.client("xray"), install(TELLING, TracingConfig={"Mode": "Active"})
    client.update_trace_segment_destination(Destination="CloudWatchLogs")
    try:
        trace = TRACE.search(call(local_cloud, function).tail)
        assert trace is not None
        assert client.get_trace_segment_destination()["Destination"] == "CloudWatchLogs"
        assert client.batch_get_traces(TraceIds=[trace[1]])["Traces"] == []
        now_s = time.time()
        asked = client.start_trace_retrieval(TraceIds=[trace[1]], StartTime=now_s - 60, EndTime=now_s)
        found = client.list_retrieved_traces(RetrievalToken=asked["RetrievalToken"])
        assert found["RetrievalStatus"] == "RUNNING"
        while found["RetrievalStatus"] == "RUNNING":
            time.sleep(0.05)
            found = client.list_retrieved_traces(RetrievalToken=asked["RetrievalToken"])
    finally:
        client.update_trace_segment_destination(Destination="XRay")

    assert [each["Id"] for each in found["Traces"]] == [trace[1]]
    assert trace[2] in {each["Id"] for each in found["Traces"][0]["Spans"]}


def test_an_environment_made_ahead_has_its_init_long_before(local_cloud: LocalCloud, install: Install) -> None:
    """Its Initialization ended before the segment of the call begins."""
    function = install(TELLING, TracingConfig={"Mode": "Active"})
    local_cloud.initialise_ahead(function)
    time.sleep(0.5)
    trace = TRACE.search(call(local_cloud, function).tail)
    assert trace is not None
    (found,) = local_cloud.client("xray").batch_get_traces(TraceIds=[trace[1]])["Traces"]
    segment = json.loads(found["Segments"][1]["Document"])

    init = segment["subsegments"][0]
    assert init["name"] == "Initialization"
    assert segment["start_time"] - init["end_time"] >= 0.4
