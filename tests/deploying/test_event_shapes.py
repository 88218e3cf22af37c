"""Rendered events beside those that the SAM CLI generates: the same keys, but for what is named here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploying.sam_cli import BIN, NEEDS_SAM
from warmgate.policy.events import render_event
from warmgate.policy.values import Event
from warmgate.policy.values import EventKind as K

pytestmark = NEEDS_SAM
DEEP = 3
CASES: dict[str, tuple[Event, set[str], set[str]]] = {
    "apigateway/HttpApi.json": (
        Event(kind=K.HTTP_API, fields={"path": "/a/1", "route": "/a/{id}", "query": {"a": "1"}, "body": "x"}),
        # A request that is authenticated, has cookies, and is made in a stage with variables.
        {"cookies", "stageVariables", "requestContext.authentication", "requestContext.authorizer"},
        set(),
    ),
    "apigateway/AwsProxy.json": (
        Event(kind=K.REST_API, fields={"body": "x"}),
        set(),
        # Documented, and missing in this sample.
        {f"requestContext.{key}" for key in ("domainName", "domainPrefix", "extendedRequestId")},
    ),
    "alb/ALBRequest.json": (Event(kind=K.ALB, fields={"body": "x"}), set(), set()),
    "sqs/Sqs.json": (Event(kind=K.SQS), set(), set()),
    "sns/Sns.json": (Event(kind=K.SNS), set(), set()),
    "s3/S3Put.json": (Event(kind=K.S3), set(), set()),
    "s3/S3Delete.json": (Event(kind=K.S3, fields={"action": "ObjectRemoved:Delete"}), set(), set()),
    "cloudwatch/ScheduledEvent.json": (Event(kind=K.SCHEDULE), set(), {"version"}),
    "dynamodb/DynamoDBUpdate.json": (Event(kind=K.DYNAMODB_STREAM, fields={"action": "MODIFY"}), set(), set()),
    "kinesis/Kinesis.json": (Event(kind=K.KINESIS), set(), set()),
    "appsync/AppSyncDirectResolver.json": (
        Event(kind=K.APPSYNC, fields={"arguments": {"id": "1"}}),
        set(),
        {"request.domainName"},
    ),
}
"""By SAM's sample: the event, what the sample has beside it, and what it has beside the sample."""
OPEN = {
    *("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters"),
    *("identity", "Keys", "NewImage", "OldImage", "MessageAttributes", "stageVariables"),
}
"""Objects whose keys are a request's or an item's own."""


def keys_of(value: Any, above: str = "", depth: int = DEEP) -> Iterator[str]:
    """Yield the paths of an object's keys; lists count as what stands in them, keys of one's own are left out."""
    for entry in value if isinstance(value, list) else ():
        yield from keys_of(entry, above, depth)
    for key, below in value.items() if isinstance(value, dict) else ():
        yield f"{above}{key}"
        if (
            key not in {*OPEN, "identity", "Keys", "NewImage", "OldImage", "MessageAttributes", "stageVariables"}
            and depth
        ):
            yield from keys_of(below, f"{above}{key}.", depth - 1)


@pytest.mark.parametrize("sample", CASES)
def test_an_event_has_the_keys_of_sams_sample(sample: str) -> None:
    """What Amazon's own tool generates for the same source."""
    event, beside, more = CASES[sample]
    folder = next(Path(BIN).parent.glob("lib/*/site-packages/samcli/lib/generated_sample_events/events"))
    theirs, ours = set(keys_of(json.loads((folder / sample).read_text()))), set(keys_of(render_event(event)))

    lacking = {key for key in theirs - ours if not any(f"{key}.".startswith(f"{each}.") for each in beside)}
    assert lacking == set()
    assert ours - theirs == more
