"""Schedule expressions are read as AWS documents them, and due times come once, on whatever clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.ministack_site.schedules import install
from warmgate_ops.rehearsal.cloud.schedules.definitions import Definition, payload_of
from warmgate_ops.rehearsal.cloud.schedules.expressions import parse
from warmgate_ops.rehearsal.cloud.schedules.front import SchedulerFront
from warmgate_ops.rehearsal.cloud.schedules.watch import ScheduleClock


def seconds(text: str) -> float:
    """Return a time of UTC as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def due(text: str, after: str, until: str, zone: str = "UTC", begun: str = "2026-01-01T00:00:00") -> list[str]:
    """Return the times of an expression between two others, in UTC."""
    found = parse(text, zone).between(seconds(after), seconds(until), seconds(begun))
    return [f"{datetime.fromtimestamp(each, UTC):%Y-%m-%dT%H:%M}" for each in found]


@pytest.mark.parametrize(
    ("text", "after", "until", "times"),
    [
        ("cron(0 2 * * ? *)", "2026-11-01", "2026-11-03", ["2026-11-01T02:00", "2026-11-02T02:00"]),
        ("cron(0/20 9 ? * MON-FRI *)", "2026-11-28", "2026-11-30T09:30", ["2026-11-30T09:00", "2026-11-30T09:20"]),
        ("cron(15 10 ? * 6#3 *)", "2026-11-01", "2026-12-01", ["2026-11-20T10:15"]),
        ("cron(0 0 ? * 2L *)", "2026-11-01", "2026-12-01", ["2026-11-30T00:00"]),
        ("cron(0 8 L * ? *)", "2026-02-01", "2026-03-01", ["2026-02-28T08:00"]),
        ("cron(0 8 1W * ? *)", "2026-08-01", "2026-09-01", ["2026-08-03T08:00"]),
        ("cron(0 8 LW FEB ? 2026)", "2026-02-01", "2026-03-01", ["2026-02-27T08:00"]),
        ("cron(0 6 ? * SAT,SUN *)", "2026-11-27", "2026-11-30", ["2026-11-28T06:00", "2026-11-29T06:00"]),
        ("rate(1 day)", "2026-01-01", "2026-01-03", ["2026-01-02T00:00", "2026-01-03T00:00"]),
        ("rate(5 minutes)", "2025-12-31", "2026-01-01T00:05:00", ["2026-01-01T00:00", "2026-01-01T00:05"]),
        ("at(2026-03-01T12:30:00)", "2026-02-01", "2026-04-01", ["2026-03-01T12:30"]),
        ("at(2026-03-01T12:30:00)", "2026-03-01T12:30:00", "2026-04-01", []),
    ],
)
def test_expressions_name_their_times(text: str, after: str, until: str, times: list[str]) -> None:
    """Fields, names, ranges, steps, L, W and # as AWS has them; a beginning is not included, an end is."""
    assert due(text, after, until) == times


@pytest.mark.parametrize(
    ("day", "times"),
    [
        ("2026-03-28", ["2026-03-28T01:30"]),
        ("2026-03-29", []),
        ("2026-10-25", ["2026-10-25T00:30"]),
        ("2026-10-26", ["2026-10-26T01:30"]),
    ],
)
def test_local_times_follow_the_clocks(day: str, times: list[str]) -> None:
    """Half past two in Berlin is skipped where clocks jump over it, and comes once where they are set back."""
    assert due("cron(30 2 * * ? *)", f"{day}T00:00:00", f"{day}T23:00:00", "Europe/Berlin") == times


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("rate(1 minutes)", "UTC"),
        ("rate(0 minutes)", "UTC"),
        ("rate(5 minute)", "UTC"),
        ("rate(5 seconds)", "UTC"),
        ("cron(0 2 * * *)", "UTC"),
        ("cron(0 2 * * * *)", "UTC"),
        ("cron(0 2 ? * ? *)", "UTC"),
        ("cron(60 2 * * ? *)", "UTC"),
        ("cron(0 2 X * ? *)", "UTC"),
        ("at(2026-03-01)", "UTC"),
        ("every day", "UTC"),
        ("rate(1 day)", "Mars/Olympus"),
    ],
)
def test_what_aws_refuses_is_no_expression(text: str, zone: str) -> None:
    """Units that do not fit their number, five fields, two days, numbers out of range, unknown zones."""
    with pytest.raises(ValueError, match=r"."):
        parse(text, zone)


def definition(kind: str, **target: Any) -> Definition:
    """Return a rule or a schedule of one function."""
    text = "rate(1 minute)"
    arn = {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:shop"}
    return Definition(kind=kind, name="n", arn="arn:of:it", text=text, expression=parse(text), target={**arn, **target})


@pytest.mark.parametrize(
    ("kind", "target", "source", "detail"),
    [("rule", {}, "aws.events", {}), ("schedule", {}, "aws.scheduler", "{}")],
)
def test_without_an_input_a_function_gets_a_scheduled_event(
    kind: str, target: Mapping[str, str], source: str, detail: object
) -> None:
    """The event names who sent it and when it was due."""
    found = json.loads(payload_of(definition(kind, **target), seconds("2026-01-01T02:00:00"), "1", "us-east-1"))

    assert (found["source"], found["detail-type"], found["detail"]) == (source, "Scheduled Event", detail)
    assert (found["time"], found["resources"]) == ("2026-01-01T02:00:00Z", ["arn:of:it"])


def test_an_input_is_sent_as_it_is_with_schedulers_words_replaced() -> None:
    """A rule's input is a constant; Scheduler's may hold what it knows of the call."""
    given = '{"at": "<aws.scheduler.scheduled-time>", "try": <aws.scheduler.attempt-number>}'
    at_s = seconds("2026-01-01T02:00:00")

    assert payload_of(definition("rule", Input='{"a": 1}'), at_s, "1", "us-east-1") == b'{"a": 1}'
    assert json.loads(payload_of(definition("schedule", Input=given), at_s, "1", "us-east-1")) == {
        "at": "2026-01-01T02:00:00Z",
        "try": 1,
    }


def test_a_scaled_clock_goes_on_from_the_walls() -> None:
    """At one it is the wall's; from when the scale is another it passes so many times as fast."""
    wall = iter([100.0, 101.0, 102.0, 104.0, 105.0])
    clock = ScheduleClock(lambda: next(wall))

    assert [clock.tick(scale) for scale in (1.0, 1.0, 60.0, 60.0, 1.0)] == [100.0, 101.0, 161.0, 281.0, 105.0]


def ask(front: SchedulerFront, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Any:
    """Return what a front answers."""
    return asyncio.run(front.answer(method, path, query, body))


def test_schedules_are_listed_in_pages() -> None:
    """Every schedule is on one page, in order, whatever MiniStack would cut off."""
    listed = [{"GroupName": "default", "Name": f"s-{number:03}"} for number in reversed(range(120))]

    async def upstream(_path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        assert query == {"NamePrefix": "s", "MaxResults": "1000000"}
        return 200, {"Schedules": listed}

    front, found, query = SchedulerFront(upstream), [], {"NamePrefix": "s"}
    while True:
        _, page = ask(front, "GET", "/schedules", query, {})
        found.append(page["Schedules"])
        if "NextToken" not in page:
            break
        query = {"NamePrefix": "s", "NextToken": page["NextToken"]}

    assert [len(each) for each in found] == [100, 20]
    assert [each["Name"] for page in found for each in page] == [f"s-{number:03}" for number in range(120)]


@pytest.mark.parametrize(
    "body",
    [
        {"ScheduleExpression": "rate(1 minutes)"},
        {"ScheduleExpression": "rate(1 minute)", "ScheduleExpressionTimezone": "Nowhere"},
        {"ScheduleExpression": "rate(1 minute)", "FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"ScheduleExpression": "rate(1 minute)", "Target": {"Arn": "arn:aws:lambda:x:1:function:f", "Input": "no"}},
    ],
)
def test_a_schedule_that_cannot_be_is_refused(body: dict[str, Any]) -> None:
    """Its expression, zone, window or input is named in a ValidationException."""

    async def upstream(_path: str, _query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        raise AssertionError

    status, found = ask(SchedulerFront(upstream), "POST", "/schedules/s", {}, body)

    assert (status, found["__type"]) == (400, "ValidationException")


def test_ministack_calls_no_function_by_a_schedule() -> None:
    """Other targets and other events are its own affair."""
    called: list[tuple[str, str]] = []
    module: dict[str, Any] = {"_invoke_target": lambda target, event: called.append((target["Arn"], event["Source"]))}
    install(module)
    targets: Iterable[str] = ("arn:aws:lambda:x:1:function:f", "arn:aws:sqs:x:1:q")
    for arn in targets:
        for source in ("aws.scheduler", "aws.events", "shop"):
            module["_invoke_target"]({"Arn": arn}, {"Source": source})

    assert called == [
        ("arn:aws:lambda:x:1:function:f", "shop"),
        ("arn:aws:sqs:x:1:q", "aws.scheduler"),
        ("arn:aws:sqs:x:1:q", "aws.events"),
        ("arn:aws:sqs:x:1:q", "shop"),
    ]
