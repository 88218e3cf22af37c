"""FilterLogEvents: what patterns let through, what a page holds, where the next one goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate.logs.calls import PATTERN
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal, filter_log_events
from warmgate_ops.rehearsal.cloud.logs.patterns import PatternError, matcher_of
from warmgate_ops.rehearsal.cloud.logs.quota import Quota
from warmgate_ops.rehearsal.cloud.logs.store import LogStore

REPORT = "REPORT RequestId: 1-2\tDuration: 12.30 ms\tBilled Duration: 13 ms\t"
RECORD = json.dumps({"type": "platform.report", "record": {"metrics": {"durationMs": 12.5}}})
GROUP = "/aws/lambda/quote"


@pytest.mark.parametrize(
    ("pattern", "message", "passes"),
    [
        ("", REPORT, True),
        ("REPORT", REPORT, True),
        ("report", REPORT, False),
        ("REPORT Duration", REPORT, True),
        ("REPORT Restore", REPORT, False),
        ("REPORT -Init", REPORT, True),
        ("REPORT -Billed", REPORT, False),
        ("?Init ?Billed", REPORT, True),
        ("?Init ?Restore", REPORT, False),
        ('"RequestId: 1-2"', REPORT, True),
        ('-"RequestId: 1-2"', REPORT, False),
        (PATTERN, REPORT, True),
        (PATTERN, RECORD, True),
        (PATTERN, "served", False),
    ],
)
def test_a_pattern_lets_through_what_cloudwatch_lets_through(pattern: str, message: str, passes: bool) -> None:
    """Terms are case-sensitive; what hooks send finds reports of both log formats."""
    assert matcher_of(pattern)(message) is passes


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("RequestId:", "'RequestId:'"),
        ("[a, b]", "'[a, b]'"),
        ("%a%", "'%a%'"),
        ('{ $.type = "platform.report" }', "the local cloud knows terms alone"),
        ('REPORT "', "is no term"),
    ],
)
def test_a_pattern_that_is_not_known_is_refused_by_name(pattern: str, named: str) -> None:
    """The part that is not understood is said, nothing is matched by guess."""
    with pytest.raises(PatternError) as refused:
        matcher_of(pattern)

    assert named in str(refused.value)


def stored(*events: tuple[int, str, str]) -> LogStore:
    """Return a store with events of timestamp, stream and message."""
    store = LogStore()
    for timestamp_ms, stream, message in events:
        store.put(GROUP, stream, [{"timestamp": timestamp_ms, "message": message}], now_ms=99)
    return store


def read(store: LogStore, scanned: int = 10_000, **asked: Any) -> list[str]:
    """Return the messages of all pages."""
    messages: list[str] = []
    token: str | None = ""
    while token is not None:
        page = {"nextToken": token} if token else {}
        found = filter_log_events(store, {"logGroupName": GROUP, **asked, **page}, scanned)
        messages += [event["message"] for event in found["events"]]
        token = found.get("nextToken")
    return messages


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["a", "b", "c", "d"]),
        ({"startTime": 2}, ["b", "c", "d"]),
        ({"endTime": 2}, ["a", "b", "c"]),
        ({"startTime": 3, "endTime": 3}, ["d"]),
        ({"logStreamNames": ["2026/[1]x"]}, ["a", "c"]),
        ({"logStreamNamePrefix": "2026/[2]"}, ["b", "d"]),
        ({"logStreamNamePrefix": "none"}, []),
        ({"filterPattern": "c"}, ["c"]),
    ],
)
def test_events_come_in_order_from_the_streams_asked_for(asked: dict[str, Any], expected: list[str]) -> None:
    """Both ends of the time are included, streams are interleaved, late events find their place."""
    store = stored(
        (3, "2026/[2]y", "d"), (1, "2026/[1]x", "a"), (2, "2026/[2]y", "b"), (2, "2026/[1]x", "c")
    )  # fmt: skip

    assert read(store, **asked) == expected


def test_an_event_shows_what_cloudwatch_shows() -> None:
    """Stream, both times and an id are there."""
    [event] = filter_log_events(stored((1, "s", "a")), {"logGroupName": GROUP}, 10)["events"]

    assert event.pop("eventId").isdigit()
    assert event == {"logStreamName": "s", "timestamp": 1, "message": "a", "ingestionTime": 99}


@given(
    times=st.lists(st.integers(0, 20), max_size=30), limit=st.integers(1, 7), scanned=st.integers(1, 7)
)  # fmt: skip
def test_pages_hold_every_event_once(times: list[int], limit: int, scanned: int) -> None:
    """However small the pages, together they are what one large page is."""
    store = stored(*((at, f"s{at % 3}", f"{at}" if number % 2 else "skipped") for number, at in enumerate(times)))
    wanted = "-skipped"

    assert read(store, scanned, limit=limit, filterPattern=wanted) == read(store, filterPattern=wanted)


def test_a_page_may_be_empty_although_more_follow() -> None:
    """A page that saw nothing that fits says where to go on."""
    found = filter_log_events(stored((1, "s", "a"), (2, "s", "b")), {"logGroupName": GROUP, "filterPattern": "b"}, 1)

    assert found["events"] == []
    assert found["nextToken"]


def test_an_event_that_comes_late_is_not_shown_on_a_later_page() -> None:
    """A page goes on after the last event seen; what arrives behind it is missed, as on AWS."""
    store, asked = stored((1, "s", "a"), (5, "s", "c")), {"logGroupName": GROUP, "limit": 1}
    token = filter_log_events(store, asked, 10)["nextToken"]
    store.put(GROUP, "s", [{"timestamp": 0, "message": "late"}, {"timestamp": 3, "message": "b"}], 99)

    found = filter_log_events(store, {**asked, "limit": 10, "nextToken": token}, 10)

    assert [event["message"] for event in found["events"]] == ["b", "c"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"logGroupIdentifier": "x"}, "InvalidParameterException"),
        ({"logStreamNames": ["s"], "logStreamNamePrefix": "s"}, "InvalidParameterException"),
        ({"logStreamNames": ["other"]}, "ResourceNotFoundException"),
        ({"filterPattern": "{"}, "InvalidParameterException"),
        ({"nextToken": "nonsense"}, "InvalidParameterException"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(asked: dict[str, Any], code: str) -> None:
    """The code is CloudWatch's."""
    with pytest.raises(LogsRefusal) as refused:
        filter_log_events(stored((1, "s", "a")), {"logGroupName": GROUP, **asked}, 10)

    assert refused.value.code == code


def test_a_token_belongs_to_its_request() -> None:
    """Going on with another pattern is refused."""
    store, asked = stored((1, "s", "a"), (2, "s", "b")), {"logGroupName": GROUP, "limit": 1}
    token = filter_log_events(store, asked, 10)["nextToken"]

    with pytest.raises(LogsRefusal, match="another request"):
        filter_log_events(store, {**asked, "filterPattern": "b", "nextToken": token}, 10)


def test_a_group_may_be_named_by_its_arn() -> None:
    """The identifier is a name or an ARN, with or without its asterisk."""
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*"

    assert len(filter_log_events(stored((1, "s", "a")), {"logGroupIdentifier": arn}, 10)["events"]) == 1


def test_a_quota_answers_so_many_calls_in_any_second() -> None:
    """The calls above it are refused and do not make the next ones wait longer."""
    quota = Quota()

    taken = [quota.take(2, at_s) for at_s in (0.0, 0.1, 0.2, 0.9, 1.05, 1.06, 1.2)]

    assert taken == [True, True, False, False, True, False, True]
    assert all(quota.take(None, 1.2) for _ in range(100))
