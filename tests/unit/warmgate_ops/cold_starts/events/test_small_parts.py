"""Versions, traces, files of CloudTrail and log events: each document becomes what it says and no more."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from support.cold_worlds.log_events import exported
from support.cold_worlds.worlds import WORLDS
from warmgate.errors import LogLookupError, SettingsError
from warmgate_ops.cold_starts.causes.cause import Cause
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.segments import parts_of, typical
from warmgate_ops.cold_starts.events.asking import NotAsked, asked
from warmgate_ops.cold_starts.events.call_log import calls_in
from warmgate_ops.cold_starts.events.gathering import together
from warmgate_ops.cold_starts.events.trail_files import records_of, trail_place
from warmgate_ops.cold_starts.events.versions import Version, Versions


def denied(operation: str, code: str = "AccessDeniedException") -> ClientError:
    """Return what the SDK raises of a refused call."""
    return ClientError({"Error": {"Code": code, "Message": "not authorized"}}, operation)


def failing(error: Exception) -> Any:
    """Return a reader that raises."""

    def read() -> None:
        raise error

    return read


def test_a_denied_source_names_its_action() -> None:
    """So that it can be allowed, whatever code the service gives."""
    assert str(asked("cloudtrail", failing(denied("LookupEvents")))) == "not asked: cloudtrail:LookupEvents denied"
    unauthorized = asked("xray", failing(denied("BatchGetTraces", "UnauthorizedOperation")))
    assert str(unauthorized) == "not asked: xray:BatchGetTraces denied"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            denied("ListSchedules", "InternalServerException"),
            "not asked: s:ListSchedules failed with Internal",
        ),
        (EndpointConnectionError(endpoint_url="https://x"), "not asked: s failed with EndpointConnectionError: Could"),
        (KeyError("Events"), "not asked: s gave an answer that is not AWS's: 'Events'"),
        (LogLookupError("it is gone"), "not asked: s it is gone"),
    ],
)
def test_other_troubles_leave_one_source_out(error: Exception, line: str) -> None:
    """Whatever it is, it is said, and the others are asked."""
    assert str(asked("s", failing(error))).startswith(line)


def test_without_credentials_nothing_can_be_asked() -> None:
    """That is no gap of one source."""
    with pytest.raises(NoCredentialsError):
        asked("s", failing(NoCredentialsError()))
    assert not isinstance(asked("s", lambda: 1), NotAsked)


def version(name: str, **settings: object) -> Version:
    """Return a version."""
    return Version(name=name, made_ms=float(name.removeprefix("$LATEST") or 0), settings=settings)


def test_what_differs_between_two_versions() -> None:
    """Digests are the same or differ, numbers are told; variables are compared and never shown."""
    old = version("6", CodeSha256="a", MemorySize=512, Environment={"Variables": {"KEY": "s3cret"}})
    new = version("7", CodeSha256="b", MemorySize=1024, Environment={"Variables": {"KEY": "other"}})
    known = Versions(arn="arn", versions=(version("$LATEST"), old, new), aliases={})

    told = known.difference("6", "7")

    assert told == (
        "CodeSha256 differs, layers same, environment variables differs, runtime same, runtime version same,"
        " memory 512 MB -> 1024 MB"
    )
    assert known.difference("6", "9") == known.difference("6", "6") == ""
    assert [event.version for event in known.publishes()] == ["6", "7"]


def test_the_parts_of_a_trace() -> None:
    """Lambda's phases, and all calls to a service together; what is no document is left out."""
    function = {
        "name": "checkout-api",
        "origin": "AWS::Lambda::Function",
        "start_time": 0.0,
        "end_time": 2.0,
        "subsegments": [
            {"name": "Initialization", "start_time": 0.0, "end_time": 1.21},
            {
                "name": "Invocation",
                "start_time": 1.25,
                "end_time": 1.64,
                "subsegments": [
                    {"name": "DynamoDB", "namespace": "aws", "start_time": 1.3, "end_time": 1.4},
                    {"name": "DynamoDB", "namespace": "aws", "start_time": 1.4, "end_time": 1.51},
                    {"name": "open", "start_time": 1.4, "end_time": 1.5},
                ],
            },
            {"name": "Overhead", "start_time": 1.64, "end_time": 1.644},
        ],
    }

    found = parts_of("1-a", [json.dumps(function), "no JSON", "[]"])

    assert found is not None
    assert {name: round(s, 3) for name, s in found.phases.items()} == {
        "Initialization": 1.21,
        "Invocation": 0.39,
        "Overhead": 0.004,
    }
    assert round(found.waited["DynamoDB"], 3) == 0.21
    assert "open" not in typical([found])
    assert parts_of("1-b", [json.dumps({"name": "checkout-api", "in_progress": True})]) is None


def test_spans_of_open_telemetry_are_read() -> None:
    """Transaction Search gives nanoseconds."""
    span = {"name": "Initialization", "startTimeUnixNano": "1000000000", "endTimeUnixNano": 1250000000}

    found = parts_of("1-a", [json.dumps(span)])

    assert found is not None
    assert found.phases == {"Initialization": 0.25}


def test_files_of_cloudtrail() -> None:
    """Packed or not, Lambda's records alone."""
    kept = {"eventSource": "lambda.amazonaws.com", "eventName": "UpdateAlias20150331"}
    text = json.dumps({"Records": [kept, {"eventSource": "s3.amazonaws.com"}, "?"]}).encode()

    assert records_of(text) == records_of(gzip.compress(text)) == [kept]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"Records": 1}', b"\x1f\x8bnothing", b"\xff"])
def test_what_is_no_file_of_cloudtrail_raises(content: bytes) -> None:
    """Its reader counts it."""
    with pytest.raises((ValueError, zlib.error)):
        records_of(content)


def test_the_place_of_trail_files() -> None:
    """Bucket and prefix down to the region; else the error shows one."""
    place = "s3://trails/AWSLogs/123456789012/CloudTrail/eu-central-1"
    assert trail_place(f"{place}/") == ("trails", place.removeprefix("s3://trails/"))
    for text in ("trails", "s3://trails", "s3://trails/AWSLogs/123456789012", "https://trails/CloudTrail/x"):
        with pytest.raises(SettingsError, match="down to the region"):
            trail_place(text)


@pytest.mark.parametrize("cause", [Cause.SCALE_OUT, Cause.FAILURE, Cause.CONFIGURATION])
def test_exported_log_events_become_the_calls_that_wrote_them(cause: Cause) -> None:
    """Streams, beginnings, failures and times, to the millisecond of a log event."""
    from random import Random

    calls = sorted(WORLDS[cause](Random(0)).known().calls, key=lambda call: (call.ended_ms, call.environment))[:2000]

    found = calls_in(exported(calls), "checkout-api")

    wanted = {call.request_id: call for call in calls}
    assert len(found) == len(calls)
    for call in found:
        own = wanted[call.request_id]
        assert (call.environment, call.version, call.status) == (own.environment, own.version, own.status)
        assert (call.beginning, call.error_type) == (own.beginning, own.error_type)
        assert abs(call.called_ms - own.called_ms) < 2


@pytest.mark.parametrize("text", ["", "{}", "[]", "REPORT RequestId: x", '{"events": []}'])
def test_a_file_without_log_events_is_refused(text: str) -> None:
    """Times and streams are needed: a report alone tells no order."""
    with pytest.raises(ValueError, match=r".+"):
        calls_in(text)


def test_each_event_is_told_once() -> None:
    """CloudTrail's moves of CodeDeploy stand only where it tells none itself; publishes are joined."""
    moved = Event(kind=Happening.DEPLOYMENT, at_ms=2.0, version="7", sure=False)
    published = Event(kind=Happening.PUBLISH, at_ms=1.0, version="7", by="role/ci")
    listed = [
        Event(kind=Happening.PUBLISH, at_ms=at_ms, version=version) for at_ms, version in ((1.1, "7"), (0.0, "6"))
    ]
    deployed = (Event(kind=Happening.DEPLOYMENT, at_ms=1.9, version="7", name="d-X"),)

    told = together(deployed, [moved, published], listed)
    assert [event.name for event in told if event.kind is Happening.DEPLOYMENT] == ["d-X"]
    both = together(None, [moved, published], listed)
    assert [(event.kind, event.version, event.by) for event in both] == [
        (Happening.PUBLISH, "6", ""),
        (Happening.PUBLISH, "7", "role/ci"),
        (Happening.DEPLOYMENT, "7", ""),
    ]
