"""Traces of calls are told as Lambda tells X-Ray, and read by the operations of X-Ray as its model has them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import botocore.session
import pytest

from support.fakes.codedeploy import FakeClock, unmodelled
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.lambda_runtime.report import Logging, Ran, log_lines
from warmgate_ops.rehearsal.cloud.traces.documents import Traced, TraceIds, ids_of
from warmgate_ops.rehearsal.cloud.traces.front import TracesFront
from warmgate_ops.rehearsal.cloud.traces.store import TraceStore

MODEL = botocore.session.get_session().get_service_model("xray")
IDS = TraceIds(trace_id="1-6b49d200-000000000000000000000001", service_id="a" * 16, function_id="b" * 16)
OPERATIONS = {
    "BatchGetTraces": "/Traces",
    **{
        name: f"/{name}"
        for name in (
            "GetTraceSegmentDestination",
            "UpdateTraceSegmentDestination",
            "StartTraceRetrieval",
            "ListRetrievedTraces",
            "CancelTraceRetrieval",
        )
    },
}


@pytest.mark.parametrize(
    ("header", "active", "sampled"),
    [
        ("", True, True),
        ("", False, False),
        ("Root=1-5-a;Parent=b;Sampled=1", False, True),
        ("Root=1-5-a;Sampled=0", True, False),
        ("Root=1-5-a", True, True),
        ("Root=1-5-a", False, False),
    ],
)
def test_who_calls_decides_before_the_function_does(header: str, active: bool, sampled: bool) -> None:
    """A caller that samples or does not is followed; one that says nothing leaves it to the function."""
    found = ids_of(header, active=active, now_s=1_800_000_000.0)

    assert (found is not None) is sampled
    if found is not None:
        assert found.trace_id == ("1-5-a" if header else f"1-6b49d200-{found.trace_id[-24:]}")
        assert found.parent_id == ("b" if "Parent" in header else "")


def test_a_report_names_its_trace() -> None:
    """In text behind a line break within the event, in JSON as the member `tracing`."""
    ran = Ran(request_id="r", version="1", duration_ms=1.0, memory_mb=128, peak_mb=9, trace=IDS)
    report = log_lines(ran, Logging())[-1]
    records = [json.loads(line) for line in log_lines(ran, Logging(json=True))]

    assert report.endswith(f"\t\nXRAY TraceId: {IDS.trace_id}\tSegmentId: {'b' * 16}\tSampled: true\t")
    assert [each["record"]["tracing"]["value"] for each in records] == [IDS.header] * 2


def traced(**about: Any) -> Traced:
    """Return a cold call of a second's init."""
    given: dict[str, Any] = {
        "ids": IDS,
        "function": "shop",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:shop",
        "request_id": "r",
        "log_group": "/aws/lambda/shop",
        "init": (10.0, 11.0),
        "invocation": (11.0, 11.5),
        "overhead_s": 0.25,
    }
    return Traced(**{**given, **about})


class Asking:
    """A front whose store has a trace, and answers of which each must be modelled."""

    def __init__(self, **about: Any) -> None:
        self.store, self.conditions, self.clock = TraceStore(), Conditions(query_s=2.0), FakeClock()
        self.front = TracesFront(self.store, self.conditions, self.clock.now_s)
        self.store.add(traced(**about), self.clock.at_s)

    def ask(self, operation: str, **body: Any) -> dict[str, Any]:
        """Return the answer to an operation that must be accepted."""
        status, found = self._answer(operation, body)
        assert status == 200, found
        assert not unmodelled(found, MODEL.operation_model(operation).output_shape)
        return found

    def refused(self, operation: str, **body: Any) -> str:
        """Return the code of a refusal, which the SDK knows."""
        status, found = self._answer(operation, body)
        assert status == 400, found
        assert found["__type"] in {each.name for each in MODEL.operation_model(operation).error_shapes}
        return str(found["__type"])

    def _answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return asyncio.run(self.front.answer("POST", OPERATIONS[operation], {}, body))


def test_segments_hold_init_call_and_overhead() -> None:
    """The service's segment is the parent of the function's, whose parts follow each other."""
    (trace,) = Asking().ask("BatchGetTraces", TraceIds=[IDS.trace_id, "1-0-other"])["Traces"]
    service, function = (json.loads(each["Document"]) for each in trace["Segments"])

    assert (trace["Id"], trace["Duration"]) == (IDS.trace_id, 1.75)
    assert (service["origin"], function["origin"]) == ("AWS::Lambda", "AWS::Lambda::Function")
    assert (function["parent_id"], function["id"]) == (service["id"], "b" * 16)
    assert service["aws"]["request_id"] == "r"
    parts = [(each["name"], each["start_time"], each["end_time"]) for each in function["subsegments"]]
    assert parts == [("Initialization", 10.0, 11.0), ("Invocation", 11.0, 11.5), ("Overhead", 11.5, 11.75)]


def test_an_init_of_long_ago_is_told_and_nobody_waited_for_it() -> None:
    """The segment begins with the call where the environment was initialised ahead of it; a failure is a fault."""
    (trace,) = Asking(init=(1.0, 2.0), failed=True).ask("BatchGetTraces", TraceIds=[IDS.trace_id])["Traces"]
    service, function = (json.loads(each["Document"]) for each in trace["Segments"])

    assert (service["start_time"], function["subsegments"][0]["start_time"]) == (11.0, 1.0)
    assert [each.get("fault") for each in function["subsegments"]] == [None, True, None]
    assert service["fault"]


def test_with_transaction_search_traces_are_retrieved_from_logs() -> None:
    """The destination says where later segments go; X-Ray itself then finds nothing, a retrieval does after a while."""
    asking = Asking()
    asking.ask("UpdateTraceSegmentDestination", Destination="CloudWatchLogs")
    other = TraceIds(trace_id="1-5-a", service_id="c" * 16, function_id="d" * 16)
    asking.store.add(traced(ids=other), asking.clock.at_s)
    token = asking.ask("StartTraceRetrieval", TraceIds=["1-5-a", IDS.trace_id], StartTime=0, EndTime=1)[
        "RetrievalToken"
    ]
    first = asking.ask("ListRetrievedTraces", RetrievalToken=token)
    asking.clock.at_s += 2.0
    later = asking.ask("ListRetrievedTraces", RetrievalToken=token)

    assert asking.ask("GetTraceSegmentDestination") == {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}
    assert asking.ask("BatchGetTraces", TraceIds=["1-5-a"])["Traces"] == []
    assert (first["RetrievalStatus"], first["Traces"]) == ("RUNNING", [])
    assert (later["RetrievalStatus"], [each["Id"] for each in later["Traces"]]) == ("COMPLETE", ["1-5-a"])
    assert len(later["Traces"][0]["Spans"]) == 2
    asking.ask("CancelTraceRetrieval", RetrievalToken=token)
    assert asking.ask("ListRetrievedTraces", RetrievalToken=token)["RetrievalStatus"] == "CANCELLED"


def test_what_cannot_be_read_is_refused_or_not_there_yet() -> None:
    """More than five ids, none, an unknown token or place; a trace comes when its delay is over."""
    asking = Asking()
    asking.clock.at_s -= 1.0

    assert asking.ask("BatchGetTraces", TraceIds=[IDS.trace_id])["Traces"] == []
    assert asking.refused("BatchGetTraces", TraceIds=[f"1-{number}-a" for number in range(6)]) == (
        "InvalidRequestException"
    )
    assert asking.refused("BatchGetTraces", TraceIds=[]) == "InvalidRequestException"
    assert asking.refused("StartTraceRetrieval", TraceIds=["1-5-a"]) == "InvalidRequestException"
    assert asking.refused("ListRetrievedTraces", RetrievalToken="x") == "ResourceNotFoundException"
    assert asking.refused("UpdateTraceSegmentDestination", Destination="Disk") == "InvalidRequestException"
