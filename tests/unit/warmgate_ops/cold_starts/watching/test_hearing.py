"""What EventBridge delivers becomes an event of one function, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from warmgate.model.deployment import Deployment, Target
from warmgate_ops.cold_starts.causes.happened import Happening
from warmgate_ops.cold_starts.watching.hearing import heard

DEPLOYED = Deployment(
    deployment_id="d-8K2MZ4QLD",
    target=Target("arn:aws:lambda:eu-central-1:123456789012:function:checkout-api", "live"),
    baseline="6",
    candidate="7",
    status="Succeeded",
    created_s=1000.0,
    completed_s=1600.0,
    shift_began_ms=1_100_000.0,
    shift_ended_ms=1_500_000.0,
)
ENDED = {"source": "aws.codedeploy", "detail": {"deploymentId": "d-8K2MZ4QLD", "state": "SUCCESS"}}


def call(name: str, **more: Any) -> dict[str, Any]:
    """Return an event of CloudTrail as EventBridge delivers it."""
    detail = {
        "eventID": "3f1c",
        "eventSource": "lambda.amazonaws.com",
        "eventName": name,
        "eventTime": "2026-11-26T14:02:00Z",
        "requestParameters": {"functionName": "checkout-api"},
        "userIdentity": {"sessionContext": {"sessionIssuer": {"userName": "ops"}}},
        **more,
    }
    return {"source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail", "detail": detail}


MOVED = {"functionName": "checkout-api", "name": "live", "functionVersion": "8"}


def never(deployment_id: str) -> Deployment:
    """Fail where nothing is to be looked up."""
    raise AssertionError(deployment_id)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, Happening.DEPLOYMENT),
        ({"rollback_of": "d-1"}, Happening.ROLLBACK),
        ({"creator": "codeDeployRollback"}, Happening.ROLLBACK),
        ({"is_rollback": True}, Happening.ROLLBACK),
    ],
)
def test_a_deployment_is_told_with_its_shift(more: dict[str, Any], kind: Happening) -> None:
    """From when it was made to the end of the shift."""
    (found,) = heard(ENDED, lambda _: replace(DEPLOYED, **more))

    assert (found.function, found.event_id, found.event.kind) == ("checkout-api", "d-8K2MZ4QLD", kind)
    assert (found.event.at_ms, found.event.until_ms) == (1_000_000.0, 1_500_000.0)
    assert (found.event.before, found.event.version, found.event.alias) == ("6", "7", "live")


@pytest.mark.parametrize(
    ("name", "more", "kind", "version"),
    [
        ("UpdateFunctionCode20150331v2", {}, Happening.CODE, "$LATEST"),
        ("UpdateFunctionConfiguration20150331v2", {}, Happening.CONFIGURATION, "$LATEST"),
        ("PublishVersion20150331", {"responseElements": {"version": "8"}}, Happening.PUBLISH, "8"),
        ("UpdateAlias20150331", {"requestParameters": MOVED}, Happening.ALIAS, "8"),
        ("PutFunctionConcurrency20171031", {}, Happening.RESERVED, ""),
        ("DeleteProvisionedConcurrencyConfig", {}, Happening.PROVISIONED, ""),
    ],
)
def test_names_count_without_the_date_of_an_api(name: str, more: dict[str, Any], kind: Happening, version: str) -> None:
    """CloudTrail writes the date of the API's version behind the name."""
    (found,) = heard(call(name, **more), never)

    assert (found.event.kind, found.event.version, found.event.by) == (kind, version, "role/ops")
    assert found.event.at_ms == 1_795_701_720_000.0


@pytest.mark.parametrize(
    "notification",
    [
        {},
        {"source": "aws.codedeploy", "detail": {}},
        call("GetFunction20150331v2"),
        call("UpdateAlias20150331", errorCode="AccessDenied"),
        call("UpdateAlias20150331", userIdentity={"invokedBy": "codedeploy.amazonaws.com"}),
        call("UpdateAlias20150331", eventTime="yesterday"),
        call("UpdateAlias20150331", requestParameters={}),
        call("UpdateAlias20150331", requestParameters=None),
    ],
)
def test_the_rest_says_nothing(notification: dict[str, Any]) -> None:
    """What failed, what only reads, and what a deployment tells by itself."""
    assert heard(notification, never) == ()


def test_a_deployment_of_no_function_is_none() -> None:
    """CodeDeploy's events name no compute platform: those of servers come too."""
    assert heard(ENDED, lambda _: Deployment(deployment_id="d-1", created_s=1.0)) == ()
