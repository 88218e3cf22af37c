"""What is said between two looks at a deployment, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from warmgate.model.release import AliasState, ReleaseOutcome
from warmgate.report.standing import RELEASE_EXIT_CODES
from warmgate_ops.release.following import Seen, lines_between, outcome_of, reason_of

HOME, AWAY, SHARED = AliasState(version="6"), AliasState(version="7"), AliasState(version="6", weights=(("7", 0.1),))
FOREIGN = AliasState(version="8")

REPORT: dict[str, Any] = {
    "outcome": "failed",
    "status": "Failed",
    "reason": "limits.errors.rate:\n 10 of 10",
    "findings": [],
}
SHIFTING = Seen(
    status="InProgress",
    events=(("BeforeAllowTraffic", "Succeeded"), ("AllowTraffic", "InProgress"), ("AfterAllowTraffic", "Pending")),
    alias=SHARED,
)


def test_every_change_is_a_line_and_nothing_else() -> None:
    """The first look tells all there is, the same look again nothing."""
    assert list(lines_between(Seen(), SHIFTING)) == [
        "deployment InProgress",
        "BeforeAllowTraffic Succeeded",
        "AllowTraffic InProgress",
        "alias serves version 6 with 10 % to 7",
    ]
    assert list(lines_between(SHIFTING, SHIFTING)) == []


def test_verdict_error_and_rollback_are_told() -> None:
    """In the order in which one asks for them."""
    stopped = replace(
        SHIFTING,
        status="Stopped",
        error="MANUAL_STOP: by request",
        rollback_id="d-2",
        rollback_status="InProgress",
        report=REPORT,
    )
    assert list(lines_between(SHIFTING, stopped)) == [
        "deployment Stopped: MANUAL_STOP: by request",
        "verdict failed: 0 of 0 checks passed",
        "rollback d-2 InProgress",
    ]


@pytest.mark.parametrize(
    ("seen", "outcome", "code"),
    [
        (Seen(status="Succeeded", alias=AWAY), ReleaseOutcome.RELEASED, 0),
        (
            Seen(status="Failed", alias=HOME, rollback_id="d-2", rollback_status="Succeeded"),
            ReleaseOutcome.ROLLED_BACK,
            1,
        ),
        (Seen(status="Failed", alias=HOME), ReleaseOutcome.ROLLED_BACK, 1),
        (Seen(status="Failed", alias=AWAY), ReleaseOutcome.NOT_ROLLED_BACK, 1),
        (Seen(status="Failed", alias=FOREIGN), ReleaseOutcome.SUPERSEDED, 1),
        (Seen(status="Succeeded", alias=FOREIGN), ReleaseOutcome.UNKNOWN, 3),
        (Seen(status="Stopped", alias=SHARED), ReleaseOutcome.NOT_ROLLED_BACK, 1),
        (Seen(status="Failed", alias=HOME, rollback_id="d-2", rollback_status="InProgress"), ReleaseOutcome.UNKNOWN, 3),
        (Seen(status="InProgress", alias=HOME), ReleaseOutcome.UNKNOWN, 3),
        (Seen(status="Succeeded", alias=HOME), ReleaseOutcome.UNKNOWN, 3),
        (Seen(), ReleaseOutcome.UNKNOWN, 3),
    ],
)
def test_the_outcome_is_where_the_alias_points(seen: Seen, outcome: ReleaseOutcome, code: int) -> None:
    """A deployment's word alone is not believed."""
    found = outcome_of(seen, "6", "7")
    assert (found, RELEASE_EXIT_CODES[found]) == (outcome, code)


def test_the_reason_is_that_of_the_verdict_that_refused() -> None:
    """The last one on live traffic, else the first one, else what CodeDeploy says."""
    later = {
        "by": "guard",
        "outcome": "failed",
        "status": "Failed",
        "reason": "live.errors.rate: 11 of 20",
        "findings": [],
    }
    passed = {
        **REPORT,
        "status": "Succeeded",
        "outcome": "passed",
        "reason": "2 checks",
        "release": {"verdicts": [later]},
    }
    assert reason_of(Seen(report=REPORT)) == "limits.errors.rate: 10 of 10"
    assert reason_of(Seen(report=passed)) == "live.errors.rate: 11 of 20"
    assert reason_of(Seen(error="ALARM_ACTIVE: rings")) == "ALARM_ACTIVE: rings"
    assert reason_of(Seen(report={**passed, "release": None})) == "2 checks"
    assert reason_of(Seen()) == "no verdict was read"
