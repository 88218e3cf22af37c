"""Application Auto Scaling keeps what is registered, and refuses by the codes of its model."""

from __future__ import annotations

import asyncio
from typing import Any

import botocore.session
import pytest

from support.fakes.codedeploy import unmodelled
from warmgate_ops.rehearsal.cloud.autoscaling import AutoscalingFront
from warmgate_ops.rehearsal.cloud.autoscaling.book import ScalingBook

MODEL = botocore.session.get_session().get_service_model("application-autoscaling")
LIVE = {
    "ServiceNamespace": "lambda",
    "ResourceId": "function:shop:live",
    "ScalableDimension": "lambda:function:ProvisionedConcurrency",
}
ANY = {"MinCapacity": 0, "MaxCapacity": 1}
TRACKING = {
    "TargetValue": 0.7,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
}


class Alarms:
    """As much of CloudWatch as target tracking uses."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    def put_metric_alarm(self, **alarm: Any) -> None:
        """Keep an alarm."""
        self.kept[alarm["AlarmName"]] = alarm

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        """Return the ARNs of alarms."""
        return {"MetricAlarms": [{"AlarmArn": f"arn:{name}"} for name in AlarmNames]}

    def delete_alarms(self, AlarmNames: list[str]) -> None:  # noqa: N803 - as boto3 has it
        """Forget alarms."""
        for name in AlarmNames:
            del self.kept[name]


class Scaling:
    """A front, and answers of which each must be modelled."""

    def __init__(self) -> None:
        self.alarms = Alarms()
        self.front = AutoscalingFront(ScalingBook("123456789012", "us-east-1"), lambda _service: self.alarms)

    def ask(self, operation: str, **body: Any) -> dict[str, Any]:
        """Return the answer to an operation that must be accepted."""
        status, found = asyncio.run(self.front.answer(operation, body))
        assert status == 200, found
        assert not unmodelled(found, MODEL.operation_model(operation).output_shape)
        return found

    def refused(self, operation: str, **body: Any) -> str:
        """Return the code of a refusal, which the SDK knows."""
        status, found = asyncio.run(self.front.answer(operation, body))
        assert status == 400, found
        assert found["__type"] in {each.name for each in MODEL.operation_model(operation).error_shapes}
        return str(found["__type"])


@pytest.fixture
def scaling() -> Scaling:
    """Give an alias that is a scalable target."""
    made = Scaling()
    made.ask("RegisterScalableTarget", **LIVE, MinCapacity=1, MaxCapacity=10)
    return made


def test_a_target_is_described_as_it_was_registered_last(scaling: Scaling) -> None:
    """What a later registration leaves out stays as it was."""
    (before,) = scaling.ask("DescribeScalableTargets", ServiceNamespace="lambda")["ScalableTargets"]
    scaling.ask("RegisterScalableTarget", **LIVE, MaxCapacity=20, SuspendedState={"ScheduledScalingSuspended": True})
    (after,) = scaling.ask("DescribeScalableTargets", ServiceNamespace="lambda", ResourceIds=["function:shop:live"])[
        "ScalableTargets"
    ]

    assert (before["MinCapacity"], before["MaxCapacity"]) == (1, 10)
    assert (after["MinCapacity"], after["MaxCapacity"]) == (1, 20)
    assert after["SuspendedState"]["ScheduledScalingSuspended"]
    assert not before["SuspendedState"]["ScheduledScalingSuspended"]
    assert after["ScalableTargetARN"] == before["ScalableTargetARN"]
    assert scaling.ask("DescribeScalableTargets", ServiceNamespace="ecs")["ScalableTargets"] == []


def test_target_tracking_watches_two_alarms_that_go_with_it(scaling: Scaling) -> None:
    """One above the target's value, one below nine tenths of it, on the alias's utilisation; a change makes others."""
    policy = {**LIVE, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}
    scaling.ask("PutScalingPolicy", **policy, TargetTrackingScalingPolicyConfiguration=TRACKING)
    first = set(scaling.alarms.kept)
    scaling.ask("PutScalingPolicy", **policy, TargetTrackingScalingPolicyConfiguration={**TRACKING, "TargetValue": 0.5})
    (found,) = scaling.ask("DescribeScalingPolicies", ServiceNamespace="lambda")["ScalingPolicies"]
    alarms = sorted(scaling.alarms.kept.values(), key=lambda each: each["AlarmName"])

    assert not first & set(scaling.alarms.kept)
    assert [each["AlarmName"] for each in found["Alarms"]] == [each["AlarmName"] for each in alarms]
    assert [(each["ComparisonOperator"], each["Threshold"], each["EvaluationPeriods"]) for each in alarms] == [
        ("GreaterThanThreshold", 0.5, 3),
        ("LessThanThreshold", 0.45, 15),
    ]
    assert alarms[0]["Dimensions"][1] == {"Name": "Resource", "Value": "shop:live"}
    scaling.ask("DeregisterScalableTarget", **LIVE)
    assert scaling.alarms.kept == {}
    assert scaling.ask("DescribeScalingPolicies", ServiceNamespace="lambda")["ScalingPolicies"] == []


def test_scheduled_actions_are_put_changed_and_deleted(scaling: Scaling) -> None:
    """What a change leaves out stays; an action names its target."""
    action = {**LIVE, "ScheduledActionName": "evening"}
    scaling.ask("PutScheduledAction", **action, Schedule="cron(0 19 * * ? *)", Timezone="Europe/Berlin")
    scaling.ask("PutScheduledAction", **action, ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 1})
    (found,) = scaling.ask("DescribeScheduledActions", ServiceNamespace="lambda")["ScheduledActions"]

    assert (found["Schedule"], found["Timezone"]) == ("cron(0 19 * * ? *)", "Europe/Berlin")
    assert found["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 1}
    scaling.ask("DeleteScheduledAction", **action)
    assert scaling.ask("DescribeScheduledActions", ServiceNamespace="lambda")["ScheduledActions"] == []


def test_descriptions_have_pages(scaling: Scaling) -> None:
    """Fifty on a page at most."""
    for number in range(60):
        target = {**LIVE, "ResourceId": f"function:shop:v{number:02}"}
        scaling.ask("RegisterScalableTarget", **target, MinCapacity=0, MaxCapacity=1)
    first = scaling.ask("DescribeScalableTargets", ServiceNamespace="lambda")
    second = scaling.ask("DescribeScalableTargets", ServiceNamespace="lambda", NextToken=first["NextToken"])

    assert [len(page["ScalableTargets"]) for page in (first, second)] == [50, 11]
    assert "NextToken" not in second


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("RegisterScalableTarget", {"ResourceId": "function:other:live"}, "Validation"),
        ("RegisterScalableTarget", {"MinCapacity": 5, "MaxCapacity": 1}, "Validation"),
        (
            "RegisterScalableTarget",
            {**ANY, "ResourceId": "function:shop:$LATEST"},
            "Validation",
        ),
        ("PutScalingPolicy", {"ResourceId": "function:other:live", "PolicyName": "p"}, "ObjectNotFound"),
        ("PutScheduledAction", {"ScheduledActionName": "a", "Schedule": "rate(1 minutes)"}, "Validation"),
        ("PutScheduledAction", {"ScheduledActionName": "a"}, "Validation"),
        ("DeleteScalingPolicy", {"PolicyName": "none"}, "ObjectNotFound"),
        ("DeleteScheduledAction", {"ScheduledActionName": "none"}, "ObjectNotFound"),
        ("DescribeScalingPolicies", {"NextToken": "x"}, "InvalidNextToken"),
    ],
)
def test_what_cannot_be_is_refused(scaling: Scaling, operation: str, body: dict[str, Any], code: str) -> None:
    """Without a target, a capacity, a schedule; by a code that the operation has."""
    assert scaling.refused(operation, **{**LIVE, **body}) == f"{code}Exception"
