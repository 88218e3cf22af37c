"""What PutEvents takes, and what a function behind a rule is called with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warmgate_ops.rehearsal.cloud.events.envelope import envelope_of, payload_for, refusal_of

ENTRY = {"Source": "shop", "DetailType": "sold", "Detail": '{"pieces": 3, "by": {"name": "x"}}'}


def test_an_entry_becomes_a_whole_event() -> None:
    """Every key of EventBridge's envelope is there, with the entry's own time where it has one."""
    event = envelope_of({**ENTRY, "Time": 1767225600}, "e-1", account="1", region="us-east-1", now_s=0.0)

    assert event == {
        "version": "0",
        "id": "e-1",
        "detail-type": "sold",
        "source": "shop",
        "account": "1",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"pieces": 3, "by": {"name": "x"}},
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"Source": "aws.codedeploy"}, "NotAuthorizedForSourceException"),
        ({"Source": ""}, "InvalidArgument"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": "{"}, "MalformedDetail"),
    ],
)
def test_an_entry_is_taken_or_refused(changed: dict[str, str], code: str | None) -> None:
    """AWS's sources, missing parts and a detail that is no object are refused with EventBridge's code."""
    refusal = refusal_of({**ENTRY, **changed})

    assert (refusal[0] if refusal else None) == code


@pytest.mark.parametrize(
    ("target", "payload"),
    [
        ({}, None),
        ({"InputPath": "$.detail"}, {"pieces": 3, "by": {"name": "x"}}),
        ({"InputPath": "$.detail.by.name"}, "x"),
        ({"InputPath": "$.detail.nothing"}, None),
        ({"Input": '{"constant": true}'}, {"constant": True}),
    ],
)
def test_a_target_chooses_what_it_gets(target: dict[str, Any], payload: Any) -> None:
    """A constant, a part, or the whole event where nothing is chosen or the part is not there."""
    event = envelope_of(ENTRY, "e-1", account="1", region="us-east-1", now_s=0.0)

    assert json.loads(payload_for(target, event)) == (event if payload is None else payload)
