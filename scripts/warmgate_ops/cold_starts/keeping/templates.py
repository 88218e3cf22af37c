"""What a plan writes for `sam deploy`: the schedules that call the keeper, or provisioned concurrency by the hour."""

from __future__ import annotations

import json
from typing import Any

from warmgate.errors import SettingsError
from warmgate.model.deployment import Target
from warmgate.model.release import AliasState
from warmgate_ops.cold_starts.keeping.lines import Keep
from warmgate_ops.cold_starts.keeping.schedules import Schedule

USE = 0.7
"""Target tracking's usual aim: enough left for a rise while it adds environments."""
_KEEPER = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${InstallName}-keep-warm"
_HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'


def schedules_template(target: Target, schedules: tuple[Schedule, ...], keep: Keep) -> str:
    """Return a template of schedules beside a stack installed with KeepWarm; the function needs its tag besides."""
    resources = {f"Keep{number}": _schedule(each) for number, each in enumerate(schedules, 1)}
    head = (
        f"# {target.function}:{target.alias} keep {keep}\n"
        "# Needs Warmgate's stack with KeepWarm, and the tag warmgate:warm = true on the function.\n"
    )
    parameters = {"InstallName": {"Type": "String", "Default": "warmgate"}, "SchedulerRoleArn": {"Type": "String"}}
    return head + _HEAD + _yaml({"Parameters": parameters, "Resources": resources or {"Nothing": _NOTHING}})


_NOTHING = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "Name": schedule.name,
            "GroupName": {"Fn::Sub": "${InstallName}-keep-warm"},
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.zone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": {"Fn::Sub": _KEEPER},
                "RoleArn": {"Ref": "SchedulerRoleArn"},
                "Input": json.dumps(schedule.input),
                "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0},
            },
        },
    }


def scaling_template(target: Target, keep: Keep, state: AliasState | None = None) -> str:
    """Return a template of provisioned concurrency that goes up and down by the clock and with use.

    Raises:
        SettingsError: the alias has weights, on which Lambda allows no provisioned concurrency; or no hours are named.
    """
    if state is not None and state.weights:
        raise SettingsError(
            f"{target.function}:{target.alias} serves {state}, expected one version",
            hint="provisioned concurrency belongs to the version while traffic shifts: wait for the deployment's end",
        )
    if not keep.most:
        raise SettingsError(f"--keep: found {keep}, expected environments to provision", hint="write --keep 5")
    scalable = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "ServiceNamespace": "lambda",
            "ScalableDimension": "lambda:function:ProvisionedConcurrency",
            "ResourceId": f"function:{target.function}:{target.alias}",
            "MinCapacity": keep.otherwise,
            "MaxCapacity": keep.most,
            "ScheduledActions": _actions(keep),
        },
    }
    head = (
        f"# {target.function}:{target.alias} provisioned concurrency {keep}\n"
        "# Each action up has one down: target tracking alone does not scale in where no call comes.\n"
    )
    return head + _HEAD + _yaml({"Resources": {"Concurrency": scalable, "ByUse": _by_use()}})


def _actions(keep: Keep) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    for number, line in enumerate(keep.lines, 1):
        days = ",".join(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")[day] for day in sorted(line.hours.days))
        ends = line.hours.days
        if line.hours.until_minute <= line.hours.from_minute or line.hours.until_minute == 1440:
            ends = frozenset((day + 1) % 7 for day in ends)
        down = ",".join(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")[day] for day in sorted(ends))
        actions += [
            _action(f"up-{number}", line.hours.from_minute, days, line.hours.zone, line.environments, keep.most),
            _action(f"down-{number}", line.hours.until_minute % 1440, down, line.hours.zone, keep.otherwise, None),
        ]
    # Without hours of its own the night has one: a peak that target tracking has followed must end without calls too.
    return actions or [_action("down", 0, "*", "UTC", keep.otherwise, None)]


def _action(name: str, minute: int, days: str, zone: str, least: int, most: int | None) -> dict[str, Any]:
    clock = f"cron({minute % 60} {minute // 60} ? * {days} *)"
    limits = {"MinCapacity": least, "MaxCapacity": max(least, most if most is not None else least)}
    return {"ScheduledActionName": name, "Schedule": clock, "Timezone": zone, "ScalableTargetAction": limits}


def _by_use() -> dict[str, Any]:
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "by-use",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": {"Ref": "Concurrency"},
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": USE,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization",
                },
            },
        },
    }


def _yaml(document: dict[str, Any]) -> str:
    import yaml

    text: str = yaml.safe_dump(document, sort_keys=False, width=100)
    return text
