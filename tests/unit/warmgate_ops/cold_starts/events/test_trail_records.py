"""Records of CloudTrail: operations by the letters before the API's date, and no name or value that is not meant."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.events.trail_records import events_in

ROLE = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::123456789012:assumed-role/ops/jo.doe",
    "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "ops"}},
}
USER = {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/jo.doe", "userName": "jo.doe"}
TENTH = {"additionalVersionWeights": {"7": 0.1}}
ROOT = {"type": "Root", "arn": "arn:aws:iam::123456789012:root"}
SERVICE = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}
CODEDEPLOY = {"type": "AssumedRole", "invokedBy": "codedeploy.amazonaws.com"}


def record(operation: str, second: int = 0, identity: dict[str, Any] = ROLE, /, **asked: object) -> dict[str, Any]:
    """Return a record of Lambda."""
    answered = asked.pop("answered", None)
    return {
        "eventSource": "lambda.amazonaws.com",
        "eventName": operation,
        "eventTime": f"2026-11-20T14:02:{second:02d}Z",
        "userIdentity": identity,
        "userAgent": "aws-cli/2.9",
        "requestParameters": {"functionName": "checkout-api", **asked},
        "responseElements": answered,
    }


def read(*records: dict[str, Any], who: bool = False) -> tuple[Event, ...]:
    """Return the events of checkout-api."""
    return events_in(records, "checkout-api", who=who)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("UpdateFunctionCode20150331v2", Happening.CODE),
        ("UpdateFunctionConfiguration20150331v2", Happening.CONFIGURATION),
        ("UpdateFunctionConfiguration", Happening.CONFIGURATION),
        ("PutFunctionConcurrency20171031", Happening.RESERVED),
        ("DeleteFunctionConcurrency20171031", Happening.RESERVED),
    ],
)
def test_api_dates_are_left_aside(name: str, kind: Happening) -> None:
    """The same operation by whatever date it carries, or none."""
    (event,) = read(record(name))

    assert (event.kind, event.by) == (kind, "role/ops")


def test_what_is_of_no_use_is_no_event() -> None:
    """Other functions, refused calls, calls that only read, other services, broken records."""
    other = record("UpdateFunctionCode20150331v2")
    other["requestParameters"]["functionName"] = "checkout"
    refused = {**record("UpdateFunctionCode20150331v2"), "errorCode": "AccessDenied"}
    elsewhere = {**record("UpdateFunctionCode20150331v2"), "eventSource": "s3.amazonaws.com"}
    timeless = {**record("UpdateFunctionCode20150331v2"), "eventTime": "soon"}
    nothing = {**record("UpdateFunctionCode20150331v2"), "requestParameters": None}

    assert read(other, refused, elsewhere, timeless, nothing, {}, record("GetFunction20150331v2")) == ()


@pytest.mark.parametrize(
    "name",
    ["arn:aws:lambda:eu-central-1:123456789012:function:checkout-api", "123456789012:function:checkout-api:live"],
)
def test_a_function_may_be_named_by_its_arn(name: str) -> None:
    """In whatever form the caller named it."""
    found = record("UpdateFunctionCode20150331v2")
    found["requestParameters"]["functionName"] = name

    assert len(read(found)) == 1


def test_an_alias_that_is_moved_by_hand() -> None:
    """From where it stood to where it goes; what leaves its version as it is moves nothing."""
    events = read(
        record("UpdateAlias20150331", 1, name="live", functionVersion="6"),
        record("UpdateAlias20150331", 2, name="live", description="the one"),
        record("UpdateAlias20150331", 3, name="live", functionVersion="7"),
        record("UpdateAlias20150331", 4, name="beta", functionVersion="8"),
    )

    assert [(e.kind, e.alias, e.before, e.version) for e in events] == [
        (Happening.ALIAS, "live", "", "6"),
        (Happening.ALIAS, "live", "6", "7"),
        (Happening.ALIAS, "beta", "", "8"),
    ]


def test_a_shift_of_codedeploy_is_one_event_of_no_sure_kind() -> None:
    """It begins with the first weight and ends with all of the traffic; forward or back, nobody says."""
    (event,) = read(
        record(
            "UpdateAlias20150331",
            5,
            CODEDEPLOY,
            name="live",
            functionVersion="6",
            routingConfig={"additionalVersionWeights": {"7": 0.1}},
        ),
        record("UpdateAlias20150331", 50, CODEDEPLOY, name="live", functionVersion="7", routingConfig={}),
    )

    assert (event.kind, event.sure, event.version, event.before) == (Happening.DEPLOYMENT, False, "7", "6")
    assert event.over_ms - event.at_ms == 45_000
    assert event.detail == "10 % of the traffic"


def test_publishes() -> None:
    """By PublishVersion and by an update that publishes; without a number in the answer there is none."""
    events = read(
        record("PublishVersion20150331", 1, answered={"version": "7"}),
        record("UpdateFunctionCode20150331v2", 2, publish=True, answered={"version": "8"}),
        record("PublishVersion20150331", 3),
    )

    assert [(e.kind, e.version) for e in events] == [
        (Happening.PUBLISH, "7"),
        (Happening.CODE, "$LATEST"),
        (Happening.PUBLISH, "8"),
    ]


def test_values_of_the_environment_are_never_told() -> None:
    """What was changed is named; what it was changed to may be secret."""
    (event,) = read(
        record("UpdateFunctionConfiguration20150331v2", memorySize=512, environment={"variables": {"KEY": "s3cret"}})
    )

    assert event.detail == "memorySize, environment"
    assert "s3cret" not in repr(event)


def test_provisioned_concurrency_tells_what_it_took_away() -> None:
    """On the alias or version it was set on, against what was set there before."""
    events = read(
        record("PutProvisionedConcurrencyConfig20190930", 1, qualifier="live", provisionedConcurrentExecutions=10),
        record("PutProvisionedConcurrencyConfig20190930", 2, qualifier="7", provisionedConcurrentExecutions=3),
        record("DeleteProvisionedConcurrencyConfig20190930", 3, qualifier="live"),
    )

    assert [(e.version, e.detail, e.environments) for e in events] == [
        ("", "? -> 10 on alias live", None),
        ("7", "? -> 3 on version 7", None),
        ("", "10 -> 0 on alias live", 10),
    ]


@pytest.mark.parametrize(
    ("identity", "shown", "with_who"),
    [
        (ROLE, "role/ops", "arn:aws:sts::123456789012:assumed-role/ops/jo.doe (aws-cli/2.9)"),
        (USER, "a user", "arn:aws:iam::123456789012:user/jo.doe (aws-cli/2.9)"),
        (ROOT, "the root user", "arn:aws:iam::123456789012:root (aws-cli/2.9)"),
        (SERVICE, "cloudformation.amazonaws.com", "cloudformation.amazonaws.com (aws-cli/2.9)"),
        ({}, "", "(aws-cli/2.9)"),
    ],
)
def test_people_are_named_only_where_that_is_asked_for(identity: dict[str, Any], shown: str, with_who: str) -> None:
    """A role's name is the default; a session or user name needs --who."""
    made = record("UpdateFunctionCode20150331v2", 0, identity)

    assert read(made)[0].by == shown
    assert read(made, who=True)[0].by == with_who
