"""Schedules of EventBridge Scheduler: which call the function, in which zone and window."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from warmgate.errors import UnfitError
from warmgate_ops.cold_starts.events.timers import schedule_of

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:checkout-api"
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:lambda:invoke"


def about(arn: str = f"{ARN}:live", **more: object) -> dict[str, Any]:
    """Return what GetSchedule says of one."""
    return {
        "Name": "nightly",
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "CreationDate": datetime(2026, 1, 1, tzinfo=UTC),
        "Target": {"Arn": arn},
        **more,
    }


def test_a_schedule_is_read_whole() -> None:
    """Zone, window, qualifier and the time from which it counts."""
    found = schedule_of(about(FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}), "checkout-api")

    assert found is not None
    assert (found.zone, found.window_ms, found.qualifier) == ("Europe/Berlin", 900_000.0, "live")
    assert found.since_ms == datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000


def test_a_start_date_counts_before_the_creation() -> None:
    """A rate begins at its start date."""
    found = schedule_of(about(StartDate=datetime(2026, 2, 1, tzinfo=UTC)), "checkout-api")

    assert found is not None
    assert found.since_ms == datetime(2026, 2, 1, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("target", "qualifier"),
    [
        ({"Arn": ARN}, ""),
        ({"Arn": f"{ARN}:7"}, "7"),
        ({"Arn": UNIVERSAL, "Input": json.dumps({"FunctionName": "checkout-api", "Qualifier": "live"})}, "live"),
        ({"Arn": UNIVERSAL, "Input": json.dumps({"FunctionName": f"{ARN}:live"})}, "live"),
        ({"Arn": f"{ARN}-old"}, None),
        ({"Arn": UNIVERSAL, "Input": json.dumps({"FunctionName": "other"})}, None),
        ({"Arn": UNIVERSAL, "Input": "no JSON"}, None),
        ({"Arn": UNIVERSAL, "Input": "[]"}, None),
        ({"Arn": "arn:aws:sqs:eu-central-1:123456789012:checkout-api"}, None),
    ],
)
def test_what_a_target_calls(target: dict[str, str], qualifier: str | None) -> None:
    """A function's ARN, or the SDK's Invoke with the function in its input."""
    found = schedule_of(about(Target=target), "checkout-api")

    assert (None if found is None else found.qualifier) == qualifier


@pytest.mark.parametrize("more", [{"ScheduleExpressionTimezone": "Mars/Olympus"}, {"ScheduleExpression": "cron(1 2)"}])
def test_what_is_not_understood_is_said(more: dict[str, str]) -> None:
    """A zone or an expression that is not known raises, and is not taken for another."""
    with pytest.raises(UnfitError, match="found"):
        schedule_of(about(**more), "checkout-api")
