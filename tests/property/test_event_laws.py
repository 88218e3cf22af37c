"""Laws of rendered events: JSON, of the kind's shape, and with every override in it."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.parser import models
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from property.event_strategies import JSON, OBJECTS, events
from warmgate.policy.events import merged, render_event
from warmgate.policy.values import Event
from warmgate.policy.values import EventKind as K

SHAPES: dict[K, type[BaseModel]] = {
    K.HTTP_API: models.APIGatewayProxyEventV2Model,
    K.REST_API: models.APIGatewayProxyEventModel,
    K.FUNCTION_URL: models.LambdaFunctionUrlModel,
    K.ALB: models.AlbModel,
    K.SQS: models.SqsModel,
    K.SNS: models.SnsModel,
    K.S3: models.S3Model,
    K.EVENTBRIDGE: models.EventBridgeModel,
    K.SCHEDULE: models.EventBridgeModel,
    K.DYNAMODB_STREAM: models.DynamoDBStreamModel,
    K.KINESIS: models.KinesisDataStreamModel,
    K.COGNITO: models.CognitoPreSignupTriggerModel,
    K.APPSYNC: models.AppSyncResolverEventModel,
}
"""Powertools for AWS Lambda's own idea of each event."""


def plain(event: Event) -> Event:
    """Return an event that Powertools has a model for."""
    known = {"trigger": "PreSignUp_SignUp", "action": "INSERT"} if event.kind is not K.S3 else {}
    return Event(kind=event.kind, fields={**event.fields, **{k: v for k, v in known.items() if k in event.fields}})


@given(events())
def test_every_event_is_json(event: Event) -> None:
    """It can be sent as it is, and is the same each time."""
    rendered = render_event(event)
    assert json.loads(json.dumps(rendered, allow_nan=False)) == rendered == render_event(event)


@given(events(overrides=False))
def test_every_event_is_of_its_kinds_shape(event: Event) -> None:
    """Powertools' parser, which many functions begin with, takes it."""
    SHAPES[event.kind].model_validate(render_event(plain(event)))


@given(events(), OBJECTS)
def test_what_is_written_under_with_is_in_the_event(event: Event, override: dict[str, Any]) -> None:
    """Each key of the override has its value, and no key of the skeleton is lost."""
    bare = Event(kind=event.kind, fields={name: value for name, value in event.fields.items() if name != "with"})
    rendered = render_event(Event(kind=event.kind, fields={**event.fields, "with": override}))
    assert render_event(bare).keys() | override.keys() == rendered.keys()
    assert all(rendered[key] == value for key, value in override.items() if not isinstance(value, dict | list))


@given(JSON, JSON)
def test_merging_twice_is_merging_once(into: Any, more: Any) -> None:
    """An override that has been merged changes nothing more."""
    once = merged(into, more)
    assert merged(once, more) == once


@given(JSON)
def test_nothing_merged_changes_nothing(value: dict[str, Any]) -> None:
    """An empty override leaves every key."""
    assert merged({"a": value}, {}) == {"a": value}
    assert merged({}, {"a": value}) == {"a": value}


@given(events(), st.data())
def test_a_nested_override_keeps_what_stands_beside_it(event: Event, data: st.DataObject) -> None:
    """An object's other keys stay."""
    bare = render_event(Event(kind=event.kind, fields={k: v for k, v in event.fields.items() if k != "with"}))
    nested = [key for key, value in bare.items() if isinstance(value, dict)]
    if not nested:
        return
    key = data.draw(st.sampled_from(nested))
    rendered = render_event(Event(kind=event.kind, fields={**event.fields, "with": {key: {"own": 1}}}))
    assert rendered[key] == {**bare[key], "own": 1}
