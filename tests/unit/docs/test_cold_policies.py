"""The permissions that the pages on cold starts offer name operations that there are, and change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import botocore.session
import pytest

POLICY = Path(__file__).parents[3] / "docs" / "reference" / "cold-start-policy.json"
ACTIONS = [action for each in json.loads(POLICY.read_text())["Statement"] for action in each["Action"]]
READS = ("Get", "List", "Describe", "BatchGet", "Lookup", "Filter", "Start", "Stop")
"""StartQuery, StopQuery and StartTraceRetrieval begin and end a reading."""


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_an_operation_that_reads(action: str) -> None:
    """IAM's name of the service and the operation are those of the SDK's model."""
    service, _, operation = action.partition(":")
    model = botocore.session.get_session().get_service_model(service)

    assert operation in model.operation_names
    assert operation.startswith(READS)


def test_no_action_is_named_twice() -> None:
    """A second one would hide where it is needed."""
    assert len(ACTIONS) == len(set(ACTIONS))
