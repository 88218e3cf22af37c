"""The log of the version that serves, as recorded durations."""

from __future__ import annotations

from typing import Any

from warmgate.logs.calls import LoggedCall
from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Arm, Start
from warmgate_ops.drafting.log import recorded_in_log


def call(version: str = "3", **record: Any) -> LoggedCall:
    """Return a call of a log."""
    made = InvocationRecord(request_id="r", **{"duration_ms": 10.0, "start": Start.WARM, **record})
    return LoggedCall(record=made, at_ms=0.0, environment="e", version=version)


def test_good_calls_of_the_version_are_counted_by_their_start() -> None:
    """Other versions, failures and calls without a report are not."""
    calls = [
        call(),
        call(start=Start.COLD, init_ms=200.0),
        call(start=Start.RESTORED, restore_ms=300.0),
        call("2"),
        call(status="timeout"),
        call(error_type="ValueError"),
        call(duration_ms=None),
    ]
    found = recorded_in_log(calls, "3")

    assert found.inits[Arm.CANDIDATE].count == found.fewest_inits == 2
    assert found.durations[Arm.CANDIDATE].count == 1
    assert found.calls == 5


def test_an_empty_log_shows_nothing() -> None:
    """And no run with cold starts."""
    assert recorded_in_log([], "3").fewest_inits == 0
