"""Rules with a schedule and EventBridge Scheduler call functions in the cloud's own runtimes, and their APIs answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.fakes.lambda_calls import Install
from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud
from warmgate_ops.rehearsal.cloud.schedules import ScheduledCall

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]

QUIET = "def handler(event, context): return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
ROLE = "arn:aws:iam::123456789012:role/scheduling"
NOW = {"Mode": "OFF"}


@pytest.fixture(autouse=True)
def clean(local_cloud: LocalCloud) -> Iterator[None]:
    """Leave no schedule behind that would go on calling."""
    yield
    events, scheduler = local_cloud.client("events"), local_cloud.client("scheduler")
    for rule in events.list_rules(NamePrefix="timed-")["Rules"]:
        events.delete_rule(Name=rule["Name"])
    for each in scheduler.list_schedules(NamePrefix="timed-")["Schedules"]:
        scheduler.delete_schedule(Name=each["Name"], GroupName=each["GroupName"])


def calls(cloud: LocalCloud, function: str, wanted: int, patience_s: float = 10.0) -> list[ScheduledCall]:
    """Return the scheduled calls of a function once there are so many."""
    limit = time.monotonic() + patience_s
    while time.monotonic() < limit:
        found = [each for each in cloud.scheduled_calls if each.function == function]
        if len(found) >= wanted:
            break
        time.sleep(0.02)
    return [each for each in cloud.scheduled_calls if each.function == function]


def payload(cloud: LocalCloud, made: ScheduledCall) -> Any:
    """Return what a call was made with, once it has run."""
    limit = time.monotonic() + 10.0
    while time.monotonic() < limit:
        for each in cloud.async_invocations:
            if each.request_id == made.request_id:
                assert each.error is None
                return json.loads(each.payload)
        time.sleep(0.02)
    raise AssertionError(made)


def test_a_rules_rate_calls_again_and_again(local_cloud: LocalCloud, install: Install, conditions: Conditions) -> None:
    """Three minutes pass in a second and a half: three calls, a minute apart, each with a Scheduled Event."""
    conditions.schedule_scale = 120.0
    function, events = install(QUIET), local_cloud.client("events")
    events.put_rule(Name="timed-rate", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="timed-rate", Targets=[{"Id": "f", "Arn": f"{ARN}{function}"}])
    found = calls(local_cloud, function, 3)
    events.disable_rule(Name="timed-rate")
    time.sleep(0.2)
    stopped = len(calls(local_cloud, function, 0, 0.1))
    time.sleep(0.7)

    gaps_s = [round(later.due_s - earlier.due_s) for earlier, later in pairwise(found)]
    assert set(gaps_s) == {60}
    event = payload(local_cloud, found[0])
    assert (event["source"], event["resources"]) == (
        "aws.events",
        ["arn:aws:events:us-east-1:123456789012:rule/timed-rate"],
    )
    assert len(calls(local_cloud, function, 0, 0.1)) == stopped
    assert events.describe_rule(Name="timed-rate")["ScheduleExpression"] == "rate(1 minute)"
    assert events.list_rule_names_by_target(TargetArn=f"{ARN}{function}")["RuleNames"] == ["timed-rate"]


def test_a_schedules_cron_calls_what_an_alias_points_to(
    local_cloud: LocalCloud, install: Install, conditions: Conditions
) -> None:
    """A schedule in a group of its own is due by the clock of its zone, and sends its input."""
    conditions.schedule_scale = 120.0
    function, scheduler, client = install(QUIET), local_cloud.client("scheduler"), local_cloud.client("lambda")
    version = client.publish_version(FunctionName=function)["Version"]
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    scheduler.create_schedule_group(Name="nightly")
    scheduler.create_schedule(
        Name="timed-cron",
        GroupName="nightly",
        ScheduleExpression="cron(0/2 * * * ? *)",
        ScheduleExpressionTimezone="Asia/Kathmandu",
        FlexibleTimeWindow=NOW,
        Target={"Arn": f"{ARN}{function}:live", "RoleArn": ROLE, "Input": '{"job": "<aws.scheduler.schedule-arn>"}'},
    )
    first, second = calls(local_cloud, function, 2)[:2]

    assert (first.kind, first.name, first.qualifier) == ("schedule", "nightly/timed-cron", "live")
    assert second.due_s - first.due_s == 120.0
    # Kathmandu is a quarter off the hour: its even minutes are odd ones here.
    assert first.due_s // 60 % 2 == 1
    assert payload(local_cloud, first) == {
        "job": "arn:aws:scheduler:us-east-1:123456789012:schedule/nightly/timed-cron"
    }
    scheduler.update_schedule(
        Name="timed-cron",
        GroupName="nightly",
        ScheduleExpression="rate(1 day)",
        State="DISABLED",
        FlexibleTimeWindow=NOW,
        Target={"Arn": f"{ARN}{function}:live", "RoleArn": ROLE},
    )
    told = scheduler.get_schedule(Name="timed-cron", GroupName="nightly")
    listed = scheduler.list_schedules(GroupName="nightly")["Schedules"]
    assert (told["ScheduleExpression"], told["State"]) == ("rate(1 day)", "DISABLED")
    assert [each["Target"]["Arn"] for each in listed] == [f"{ARN}{function}:live"]


def test_one_time_schedules_and_rates_run_on_the_walls_clock(local_cloud: LocalCloud, install: Install) -> None:
    """By default a schedule's time is real: at() calls once, and is gone where it says so; a rate begins at once."""
    once, rate, scheduler = install(QUIET), install(QUIET), local_cloud.client("scheduler")
    at = datetime.now(UTC) + timedelta(seconds=1.5)
    scheduler.create_schedule(
        Name="timed-once",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=NOW,
        ActionAfterCompletion="DELETE",
        Target={"Arn": ARN + once, "RoleArn": ROLE},
    )
    scheduler.create_schedule(
        Name="timed-begin",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow=NOW,
        Target={"Arn": ARN + rate, "RoleArn": ROLE},
    )
    (called,), (began,) = calls(local_cloud, once, 1), calls(local_cloud, rate, 1)
    event = payload(local_cloud, called)

    assert called.due_s == int(at.timestamp())
    assert 0.0 <= called.called_s - called.due_s < 0.5
    assert (event["source"], event["detail"]) == ("aws.scheduler", "{}")
    assert began.kind == "schedule"
    time.sleep(0.2)
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.get_schedule(Name="timed-once")


def test_a_schedule_that_says_nothing_sensible_is_refused(local_cloud: LocalCloud) -> None:
    """The SDK raises ValidationException, as of AWS."""
    with pytest.raises(ClientError, match="ValidationException") as refused:
        local_cloud.client("scheduler").create_schedule(
            Name="timed-wrong",
            ScheduleExpression="rate(1 minutes)",
            FlexibleTimeWindow=NOW,
            Target={"Arn": f"{ARN}none", "RoleArn": ROLE},
        )
    assert "rate(1 minutes)" in str(refused.value)
