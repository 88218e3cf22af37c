"""Deployments of CodeDeploy as events: rollbacks told apart, other functions left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warmgate_ops.cold_starts.causes.happened import Happening
from warmgate_ops.cold_starts.events.deployments import event_of

MADE = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def about(**more: object) -> dict[str, Any]:
    """Return what BatchGetDeployments says of one."""
    return {
        "deploymentId": "d-H8Q5OLDVM",
        "deploymentConfigName": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
        "status": "Succeeded",
        "creator": "user",
        "createTime": MADE,
        "completeTime": MADE + timedelta(minutes=15),
        **more,
    }


def target(function: str = "checkout-api", **more: object) -> dict[str, Any]:
    """Return the LambdaTarget of one, whose shift lasts from minute 2 to minute 12."""
    shift = {
        "lifecycleEventName": "AllowTraffic",
        "startTime": MADE + timedelta(minutes=2),
        "endTime": MADE + timedelta(minutes=12),
    }
    info = {"functionName": function, "functionAlias": "live", "currentVersion": "6", "targetVersion": "7"}
    return {"lambdaFunctionInfo": info, "lifecycleEvents": [shift, {"lifecycleEventName": "End"}], **more}


def test_a_shift_lasts_until_all_traffic_has_moved() -> None:
    """From its making to the end of AllowTraffic, in words that name configuration and versions."""
    event = event_of(about(), target(), "checkout-api")

    assert event is not None
    assert event.kind is Happening.DEPLOYMENT
    assert event.over_ms - event.at_ms == 12 * 60_000
    assert event.in_words() == "d-H8Q5OLDVM 6 -> 7 (Linear10PercentEvery1Minute)"
    assert [phase.name for phase in event.phases] == ["AllowTraffic"]


@pytest.mark.parametrize(
    "more",
    [
        {"creator": "codeDeployRollback"},
        {"rollbackInfo": {"rollbackTriggeringDeploymentId": "d-X"}},
        {"creator": "CloudFormationRollback"},
        {"description": "[warmgate rollback of d-X] version 7 to 6"},
    ],
)
def test_rollbacks_are_told_apart(more: dict[str, object]) -> None:
    """By creator, by CodeDeploy's own fields, by the mark that Warmgate writes."""
    event = event_of(about(**more), target(), "checkout-api")

    assert event is not None
    assert event.kind is Happening.ROLLBACK


def test_a_deployment_that_was_rolled_back_is_none_itself() -> None:
    """It names the rollback that followed it, and what became of it."""
    event = event_of(about(status="Stopped", rollbackInfo={"rollbackDeploymentId": "d-Y"}), target(), "checkout-api")

    assert event is not None
    assert (event.kind, event.detail) == (Happening.DEPLOYMENT, "Linear10PercentEvery1Minute, Stopped")


@pytest.mark.parametrize("seen", [target("checkout"), {}, {"lambdaFunctionInfo": {}}])
def test_other_functions_are_left_out(seen: dict[str, Any]) -> None:
    """Neither the name of another one nor no name at all is this function."""
    assert event_of(about(), seen, "checkout-api") is None


def test_one_that_has_not_shifted_yet() -> None:
    """Without lifecycle events and without an end it took no time."""
    event = event_of(about(completeTime=None), target(lifecycleEvents=None), "checkout-api")

    assert event is not None
    assert event.over_ms == event.at_ms


def test_one_that_is_under_way_lasts_until_now() -> None:
    """AllowTraffic has begun and not ended."""
    shift = {"lifecycleEventName": "AllowTraffic", "startTime": MADE}
    now_ms = MADE.timestamp() * 1000 + 60_000

    event = event_of(about(completeTime=None), target(lifecycleEvents=[shift]), "checkout-api", now_ms)

    assert event is not None
    assert event.over_ms == now_ms
