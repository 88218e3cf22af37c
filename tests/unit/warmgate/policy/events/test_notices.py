"""Single happenings: objects, events of a bus, schedules, user pools, GraphQL fields."""

from __future__ import annotations

from typing import Any

import pytest

from warmgate.policy.events import render_event
from warmgate.policy.values import Event, EventKind


def rendered(kind: str, **fields: Any) -> dict[str, Any]:
    """Return the event of a kind."""
    return render_event(Event(kind=EventKind(kind), fields=fields))


def test_an_objects_key_is_url_encoded() -> None:
    """As S3 sends it: a space is a plus, slashes stay."""
    (record,) = rendered("s3", bucket="scans", key="in/red flower.jpg")["Records"]

    assert record["s3"]["object"]["key"] == "in/red+flower.jpg"
    assert record["s3"]["bucket"] | {"ownerIdentity": {}} == {
        "name": "scans",
        "ownerIdentity": {},
        "arn": "arn:aws:s3:::scans",
    }


def test_a_removed_object_has_no_size() -> None:
    """Nor an ETag."""
    (record,) = rendered("s3", action="ObjectRemoved:Delete")["Records"]

    assert record["eventName"] == "ObjectRemoved:Delete"
    assert not {"size", "eTag"} & record["s3"]["object"].keys()


def test_a_bus_sends_what_is_written() -> None:
    """Source, detail-type and detail."""
    event = rendered("eventbridge", source="shop", **{"detail-type": "Paid", "detail": {"order": 7}})

    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "Paid", {"order": 7})


def test_a_schedule_is_an_event_of_eventbridge() -> None:
    """With the rule as its resource."""
    event = rendered("schedule")

    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert "rule/" in event["resources"][0]


@pytest.mark.parametrize(
    ("trigger", "request_key", "response_key"),
    [
        ("PreSignUp_AdminCreateUser", "validationData", "autoConfirmUser"),
        ("TokenGeneration_Authentication", "groupConfiguration", "claimsOverrideDetails"),
        ("CustomMessage_SignUp", "codeParameter", "smsMessage"),
        ("CreateAuthChallenge_Authentication", "challengeName", "challengeMetadata"),
    ],
)
def test_a_user_pools_trigger_has_its_own_request_and_response(
    trigger: str, request_key: str, response_key: str
) -> None:
    """Beside the user's attributes."""
    event = rendered("cognito", trigger=trigger, user="ada", attributes={"email": "ada@example.com"})

    assert (event["triggerSource"], event["userName"]) == (trigger, "ada")
    assert event["request"]["userAttributes"] == {"email": "ada@example.com"}
    assert request_key in event["request"]
    assert response_key in event["response"]


def test_a_resolver_gets_the_field_and_its_arguments() -> None:
    """In the context of a direct Lambda resolver."""
    event = rendered("appsync", field="order", type="Mutation", arguments={"id": 7})

    assert event["arguments"] == {"id": 7}
    assert (event["info"]["fieldName"], event["info"]["parentTypeName"]) == ("order", "Mutation")
