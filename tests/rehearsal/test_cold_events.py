"""Readers of what happened to a function, each against the local cloud over HTTP."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from support.cold_worlds.stories import OTHER, Story, begun
from support.fakes.lambda_calls import Install, update
from warmgate_ops.cold_starts.causes.happened import Happening
from warmgate_ops.cold_starts.events.deployments import deployments_of
from warmgate_ops.cold_starts.events.timers import rules_of, schedules_of
from warmgate_ops.cold_starts.events.trail_files import records_in_files
from warmgate_ops.cold_starts.events.versions import versions_of
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = [pytest.mark.local_cloud, pytest.mark.timeout(120)]
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
ROLE = "arn:aws:iam::123456789012:role/scheduling"
RULES = {"explained-daily": "cron(0 2 * * ? *)", "explained-off": "rate(7 days)", "explained-odd": "cron(0 2 LW * ? *)"}


@pytest.fixture(scope="module")
def story(local_cloud: LocalCloud, install: Install) -> Iterator[Story]:
    """Give a function with two versions that nobody calls."""
    made = begun(local_cloud, install)
    update(local_cloud, made.function, OTHER)
    yield made
    events, scheduler = local_cloud.client("events"), local_cloud.client("scheduler")
    for name in RULES:
        events.remove_targets(Rule=name, Ids=["1"])
        events.delete_rule(Name=name)
    scheduler.delete_schedule(Name="explained-yearly")


def test_rules_and_schedules_of_a_function_are_found(local_cloud: LocalCloud, story: Story) -> None:
    """By the alias that they call; a rule that is off is none, an odd expression is said, other functions' are left."""
    events, arn = local_cloud.client("events"), f"{ARN}{story.function}"
    for name, text in RULES.items():
        events.put_rule(Name=name, ScheduleExpression=text, State="DISABLED" if name.endswith("off") else "ENABLED")
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"{arn}:live"}])
    local_cloud.client("scheduler").create_schedule(
        Name="explained-yearly",
        ScheduleExpression="cron(0 2 1 1 ? *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        Target={"Arn": arn, "RoleArn": ROLE},
    )

    rules = rules_of(local_cloud.client, arn, ["live", "1"])
    schedules = schedules_of(local_cloud.client, story.function, arn)

    assert [(each.name, each.qualifier) for each in rules.schedules] == [("explained-daily", "live")]
    assert len(rules.notes) == 1
    assert rules.notes[0].startswith("EventBridge rule explained-odd: day of month: found")
    (yearly,) = schedules.schedules
    assert (yearly.zone, yearly.window_ms, yearly.qualifier) == ("Europe/Berlin", 900_000.0, "")
    assert schedules_of(local_cloud.client, "another", f"{ARN}another").schedules == ()


def test_versions_tell_what_differs(local_cloud: LocalCloud, story: Story) -> None:
    """Digests of the code, and where the alias stands."""
    found = versions_of(local_cloud.client, story.function)

    assert found.arn == f"{ARN}{story.function}"
    assert found.aliases == {"live": "1"}
    assert found.difference("1", "2").startswith("CodeSha256 differs, layers same, environment variables same")
    assert [(event.kind, event.version) for event in found.publishes()] == [
        (Happening.PUBLISH, "1"),
        (Happening.PUBLISH, "2"),
    ]


def test_deployments_of_an_application_alone(local_cloud: LocalCloud, story: Story) -> None:
    """The same one is found in the whole account and by its application; another function has none."""
    since_ms = time.time() * 1000
    made = story.deploy("2", "CodeDeployDefault.LambdaAllAtOnce")
    story.ended(made)
    window = (since_ms - 1000, time.time() * 1000 + 60_000)

    by_application = deployments_of(local_cloud.client, story.function, *window, application=story.function)

    assert [(event.name, event.version) for event in by_application] == [(made, "2")]
    assert deployments_of(local_cloud.client, story.function, *window) == by_application
    assert deployments_of(local_cloud.client, "another", *window, application=story.function) == ()


def test_files_of_a_trail_are_read(local_cloud: LocalCloud) -> None:
    """Of the days of a window, packed; a broken one is counted, and a wrong place is said."""
    s3, now = local_cloud.client("s3"), datetime.now(UTC)
    prefix = "AWSLogs/123456789012/CloudTrail/us-east-1"
    record = {"eventSource": "lambda.amazonaws.com", "eventName": "UpdateAlias20150331"}
    s3.create_bucket(Bucket="trails-of-explained")
    for name, body in {
        "a.json.gz": gzip.compress(json.dumps({"Records": [record]}).encode()),
        "b.json.gz": b"broken",
        "digest.txt": b"no file of records",
    }.items():
        s3.put_object(Bucket="trails-of-explained", Key=f"{prefix}/{now:%Y/%m/%d}/{name}", Body=body)
    at_ms = now.timestamp() * 1000

    looked = records_in_files(local_cloud.client, ("trails-of-explained", prefix), at_ms - 60_000, at_ms)
    nowhere = records_in_files(local_cloud.client, ("trails-of-explained", "CloudTrail/eu-west-1"), at_ms, at_ms)

    assert looked.records == (record,)
    assert looked.note == "1 of 2 files of CloudTrail could not be read"
    assert nowhere.note.startswith("no file of CloudTrail under s3://trails-of-explained/CloudTrail/eu-west-1")
