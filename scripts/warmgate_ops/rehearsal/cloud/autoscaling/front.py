"""The operations of Application Auto Scaling, which MiniStack does not have; target tracking has its two alarms."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

from warmgate_ops.rehearsal.cloud.autoscaling.book import Body, ScalingBook, ScalingRefusal

Answer = tuple[int, dict[str, Any]]
Clients = Callable[[str], Any]
_UTILIZATION = "LambdaProvisionedConcurrencyUtilization"
_OF_METRIC = ("MetricName", "Namespace", "Dimensions", "Statistic", "Unit")
_BELOW = 0.9
"""Of the target's value is where the alarm rings that scales in (seen of AWS's alarms, not documented)."""
_HIGH_PERIODS, _LOW_PERIODS = 3, 15


class AutoscalingFront:
    """Keeps what is registered; its alarms are CloudWatch's."""

    def __init__(self, book: ScalingBook, clients: Clients) -> None:
        self._book = book
        self._clients = clients

    async def answer(self, action: str, body: Body) -> Answer:
        """Return the answer of an operation."""
        try:
            return 200, await self._answer(action, body)
        except ScalingRefusal as refusal:
            return 400, {"__type": refusal.code, "message": str(refusal)}

    async def _answer(self, action: str, body: Body) -> Body:
        if action == "PutScalingPolicy":
            return await self._put_policy(body)
        if action == "DeregisterScalableTarget":
            return await self._without(self._book.deregister(body))
        if action == "DeleteScalingPolicy":
            names = self._book.alarms_of(body)
            self._book.delete_policy(body)
            return await self._without(names)
        operations: dict[str, Callable[[Body], Body]] = {
            "RegisterScalableTarget": lambda body: self._book.register(body, time.time()),
            "DescribeScalableTargets": self._book.targets,
            "DescribeScalingPolicies": self._book.policies,
            "PutScheduledAction": lambda body: self._book.put_action(body, time.time()),
            "DeleteScheduledAction": self._book.delete_action,
            "DescribeScheduledActions": self._book.actions,
            "DescribeScalingActivities": lambda _: {"ScalingActivities": []},
        }
        if action not in operations:
            raise ScalingRefusal("ValidationException", f"{action}: not known to the local cloud")
        return operations[action](body)

    async def _put_policy(self, body: Body) -> Body:
        names, tracks = self._book.alarms_of(body), body.get("PolicyType") == "TargetTrackingScaling"
        alarms = await asyncio.to_thread(self._alarms, body) if tracks else []
        answer = self._book.put_policy(body, alarms, time.time())
        await self._without(names)
        return answer

    async def _without(self, names: list[str]) -> Body:
        if names:
            await asyncio.to_thread(self._clients("cloudwatch").delete_alarms, AlarmNames=names)
        return {}

    def _alarms(self, body: Body) -> list[Body]:
        """Put the alarms of target tracking, whose names and periods are AWS's."""
        tracking = body.get("TargetTrackingScalingPolicyConfiguration") or {}
        metric = _metric_of(body, tracking)
        if metric is None:
            return []
        target, cloudwatch, made = float(tracking["TargetValue"]), self._clients("cloudwatch"), []
        for kind, comparison, threshold, periods in (
            ("AlarmHigh", "GreaterThanThreshold", target, _HIGH_PERIODS),
            ("AlarmLow", "LessThanThreshold", target * _BELOW, _LOW_PERIODS),
        ):
            name = f"TargetTracking-{body['ResourceId']}-{kind}-{uuid.uuid4()}"
            cloudwatch.put_metric_alarm(
                AlarmName=name,
                AlarmDescription="DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + body["PolicyName"],
                ComparisonOperator=comparison,
                Threshold=threshold,
                EvaluationPeriods=periods,
                Period=60,
                **metric,
            )
            (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
            made.append({"AlarmName": name, "AlarmARN": found["AlarmArn"]})
        return made


def _metric_of(body: Body, tracking: Body) -> Body | None:
    """Return what an alarm watches; None where it is nothing that is known here."""
    own = tracking.get("CustomizedMetricSpecification") or {}
    if own.get("MetricName"):
        return {name: own[name] for name in _OF_METRIC if name in own}
    predefined = (tracking.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    if predefined != _UTILIZATION:
        return None
    _, name, qualifier = body["ResourceId"].split(":")
    resource = {"Name": "Resource", "Value": f"{name}:{qualifier}"}
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": "ProvisionedConcurrencyUtilization",
        "Statistic": "Average",
        "Dimensions": [{"Name": "FunctionName", "Value": name}, resource],
    }
