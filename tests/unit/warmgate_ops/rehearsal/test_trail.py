"""The event history names calls, callers and resources as CloudTrail does, and pages through them as it does."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from support.fakes.codedeploy import unmodelled
from warmgate_ops.rehearsal.cloud.trail.entries import Asked, event_name, event_of
from warmgate_ops.rehearsal.cloud.trail.history import MOST_READS, History, TrailRefusal

ACCOUNT, REGION, NOW_S = "123456789012", "us-east-1", 1_800_000_000.0
MODEL = botocore.session.get_session().get_service_model("cloudtrail").operation_model("LookupEvents")


def asked(operation: str = "UpdateAlias", **about: Any) -> Asked:
    """Return a call of Lambda by the account's operator."""
    given: dict[str, Any] = {
        "service": "lambda",
        "operation": operation,
        "parameters": {"FunctionName": "shop", "Name": "live", "FunctionVersion": "7"},
        "answer": {"Name": "live", "FunctionVersion": "7"},
        "status": 200,
        "access_key": ACCOUNT,
        "agent": "Boto3/1.43",
        "at_s": NOW_S,
    }
    return Asked(**{**given, **about})


def recorded(call: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an event and the record within it."""
    event = event_of(call, ACCOUNT, REGION)
    return event, json.loads(event["CloudTrailEvent"])


@pytest.mark.parametrize(
    ("service", "operation", "name"),
    [
        ("lambda", "UpdateFunctionCode", "UpdateFunctionCode20150331v2"),
        ("lambda", "UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2"),
        ("lambda", "PublishVersion", "PublishVersion20150331"),
        ("lambda", "UpdateAlias", "UpdateAlias20150331"),
        ("lambda", "CreateAlias", "CreateAlias20150331"),
        ("lambda", "PutFunctionConcurrency", "PutFunctionConcurrency20171031"),
        ("lambda", "PutProvisionedConcurrencyConfig", "PutProvisionedConcurrencyConfig"),
        ("codedeploy", "CreateDeployment", "CreateDeployment"),
    ],
)
def test_events_have_the_names_of_lambdas_own_model(service: str, operation: str, name: str) -> None:
    """Most of Lambda's carry a date, later ones and other services none."""
    assert event_name(service, operation) == name


def test_a_call_names_who_what_and_which_function() -> None:
    """Members begin with a small letter, the resource is what the caller named, the user a role and a session."""
    event, record = recorded(asked())

    assert (event["EventName"], event["EventSource"]) == ("UpdateAlias20150331", "lambda.amazonaws.com")
    assert event["Resources"] == [{"ResourceType": "AWS::Lambda::Function", "ResourceName": "shop"}]
    assert (event["Username"], event["ReadOnly"]) == ("rehearsal", "false")
    assert record["requestParameters"] == {"functionName": "shop", "name": "live", "functionVersion": "7"}
    assert record["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/rehearsal"
    assert "errorCode" not in record


def test_a_service_that_acts_for_the_account_says_so() -> None:
    """What CodeDeploy does to an alias is invoked by it, from its address, by its agent."""
    _, record = recorded(asked(agent="codedeploy.amazonaws.com"))

    assert record["userIdentity"]["invokedBy"] == "codedeploy.amazonaws.com"
    assert (record["sourceIPAddress"], record["userAgent"]) == ("codedeploy.amazonaws.com",) * 2


def test_a_function_calls_by_its_role() -> None:
    """The session has the function's name."""
    event, record = recorded(asked(access_key="shop-tool", role="arn:aws:iam::123456789012:role/service/tools"))

    assert record["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/tools/shop-tool"
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"].endswith(":role/service/tools")
    assert event["Username"] == "shop-tool"


def test_secrets_code_and_answers_to_readers_are_left_out() -> None:
    """Neither variables nor code are recorded, and no answer of a call that reads or fails; a failure has its code."""
    _, made = recorded(
        asked(
            "CreateFunction",
            parameters={
                "FunctionName": "shop",
                "Code": {"ZipFile": "x"},
                "Environment": {"Variables": {"KEY": "secret"}},
            },
            answer={"FunctionName": "shop", "Environment": {"Variables": {"KEY": "secret"}}},
        )
    )
    _, read = recorded(asked("GetAlias"))
    _, failed = recorded(asked(status=404, error_code="ResourceNotFoundException", answer={"message": "no alias"}))

    assert "secret" not in json.dumps(made)
    assert made["requestParameters"] == {"functionName": "shop"}
    assert (read["readOnly"], read["responseElements"]) == (True, None)
    assert (failed["errorCode"], failed["errorMessage"]) == ("ResourceNotFoundException", "no alias")
    assert failed["responseElements"] is None


def history(count: int = 3) -> History:
    """Return a history of calls, a second apart, on two functions in turn."""
    found = History()
    for number in range(count):
        about = {"FunctionName": ("shop", "cart")[number % 2], "Name": "live", "FunctionVersion": str(number)}
        at_s = NOW_S - count + number
        found.add(event_of(asked(parameters=about, at_s=at_s), ACCOUNT, REGION), at_s)
    return found


def looked_up(found: History, delay_s: float = 0.0, **body: Any) -> dict[str, Any]:
    """Return a page, which must be what the SDK's model knows."""
    page = found.lookup(body, NOW_S, delay_s)
    assert not unmodelled(page, MODEL.output_shape)
    return page


def versions(page: dict[str, Any]) -> list[str]:
    """Return which calls a page holds."""
    return [json.loads(each["CloudTrailEvent"])["requestParameters"]["functionVersion"] for each in page["Events"]]


def test_pages_go_back_in_time_whatever_is_recorded_meanwhile() -> None:
    """Fifty at most, newest first; a token goes on behind the last one, and only with the same question."""
    found = history(120)
    first = looked_up(found)
    found.add(event_of(asked(), ACCOUNT, REGION), NOW_S)
    second = looked_up(found, NextToken=first["NextToken"])
    third = looked_up(found, NextToken=second["NextToken"])

    assert [len(page["Events"]) for page in (first, second, third)] == [50, 50, 20]
    assert [*versions(first), *versions(second), *versions(third)] == [str(number) for number in reversed(range(120))]
    assert "NextToken" not in third
    with pytest.raises(TrailRefusal) as refused:
        found.lookup({"NextToken": first["NextToken"], "StartTime": 1.0}, NOW_S, 0.0)
    assert refused.value.code == "InvalidNextTokenException"


def test_attributes_times_and_delay_choose_events() -> None:
    """One attribute at most is matched whole; times are included; what is too fresh is not found yet."""
    found = history(6)
    by_name = [{"AttributeKey": "ResourceName", "AttributeValue": "cart"}]

    assert versions(looked_up(found, LookupAttributes=by_name)) == ["5", "3", "1"]
    assert looked_up(found, LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "UpdateAlias"}]) == {
        "Events": []
    }
    assert versions(looked_up(found, StartTime=NOW_S - 3, EndTime=NOW_S - 2)) == ["4", "3"]
    assert versions(looked_up(found, delay_s=5.0)) == ["1", "0"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2}, "InvalidLookupAttributes"),
        ({"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]}, "InvalidLookupAttributes"),
        ({"StartTime": 2.0, "EndTime": 1.0}, "InvalidTimeRange"),
        ({"MaxResults": 51}, "InvalidMaxResults"),
        ({"NextToken": "x"}, "InvalidNextToken"),
        ({"EventCategory": "data"}, "InvalidEventCategory"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_a_modelled_code(body: dict[str, Any], code: str) -> None:
    """Each refusal is one that the SDK knows."""
    with pytest.raises(TrailRefusal) as refused:
        history().lookup(body, NOW_S, 0.0)

    assert refused.value.code == f"{code}Exception"
    assert refused.value.code in {each.name for each in MODEL.error_shapes}


def test_who_polls_does_not_push_out_what_was_changed() -> None:
    """After thousands of reads a change of before is found."""
    found = history(1)
    read = event_of(asked("GetAlias"), ACCOUNT, REGION)
    for _ in range(MOST_READS + 10):
        found.add(read, NOW_S)

    changes = looked_up(found, LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}])
    assert versions(changes) == ["0"]
