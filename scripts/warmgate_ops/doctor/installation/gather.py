"""Gathers the facts of an installation; each look-up is of its own, so that a denied one ends no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from warmgate_ops.doctor.facts import Denied, Fact, Missing
from warmgate_ops.doctor.gathering.looking import Clients, look, pages
from warmgate_ops.doctor.gathering.roles import read_permissions
from warmgate_ops.doctor.installation.seen import (
    STATES,
    Installation,
    OwnAlarm,
    OwnFunction,
    Rule,
    Settings,
    Store,
)

VERSION_TAG = "warmgate-version"
LOGICAL = {
    "before": "BeforeAllowTraffic",
    "after": "AfterAllowTraffic",
    "guard": "TrafficGuard",
    "controller": "RollbackController",
}
DEFAULT_NAMES = {
    "before": "CodeDeployHook_warmgate-before",
    "after": "CodeDeployHook_warmgate-after",
    "guard": "warmgate-traffic-guard",
    "controller": "warmgate-rollback-controller",
}
"""Where no stack is named."""
_OBJECTS = {"before": "", "after": "after/", "guard": "guard/", "controller": ""}


def gather_installation(clients: Clients, stack: str, expected: str) -> Installation | Denied | Missing:
    """Return what is seen of an installation; what the stack's own list says where it cannot be read."""
    names: Any = look(f"cloudformation:{stack}", "cloudformation:ListStackResources", lambda: _names(clients, stack))
    if not isinstance(names, dict):
        return Missing(place=f"cloudformation:{stack}") if names is None else names
    functions = tuple(_function(clients, role, names[role]) for role in LOGICAL)
    shared: dict[str, str] = {}
    for each in functions:
        if isinstance(each.settings, Settings):
            shared |= each.settings.variables
    return Installation(
        expected=expected,
        functions=functions,
        stores=_stores(clients, shared),
        own_alarms=_alarms(clients, shared.get("WARMGATE_TOPIC_ARN", "")),
    )


def _names(clients: Clients, stack: str) -> dict[str, str]:
    if not stack:
        return DEFAULT_NAMES
    listed = pages(clients("cloudformation"), "list_stack_resources", "StackResourceSummaries", StackName=stack)
    physical = {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in listed}
    return {role: physical.get(logical) or f"{stack}/{logical}" for role, logical in LOGICAL.items()}


def _function(clients: Clients, role: str, name: str) -> OwnFunction:
    place = f"lambda:{name}"
    settings = look(place, "lambda:GetFunctionConfiguration", lambda: _settings(clients, name))
    if not isinstance(settings, Settings):
        return OwnFunction(role=role, name=name, settings=settings)
    return OwnFunction(
        role=role,
        name=name,
        settings=settings,
        version=look(place, "lambda:ListTags", lambda: _version(clients, settings.arn)),
        retention_days=look(
            f"logs:{settings.log_group}", "logs:DescribeLogGroups", lambda: _retention(clients, settings.log_group)
        ),
        rules=look(place, "events:ListRuleNamesByTarget", lambda: _rules(clients, settings.arn))
        if role in STATES
        else None,
        permissions=_permissions(clients, role, settings),
    )


def _settings(clients: Clients, name: str) -> Settings:
    found = clients("lambda").get_function_configuration(FunctionName=name)
    return Settings(
        arn=found["FunctionArn"],
        role_arn=found.get("Role") or "",
        timeout_s=found.get("Timeout") or 3,
        memory_mb=found.get("MemorySize") or 128,
        log_group=(found.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
        variables=(found.get("Environment") or {}).get("Variables") or {},
    )


def _version(clients: Clients, arn: str) -> str:
    return str(clients("lambda").list_tags(Resource=arn).get("Tags", {}).get(VERSION_TAG, ""))


def _retention(clients: Clients, group: str) -> int:
    found = pages(clients("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=group)
    return next((int(each.get("retentionInDays") or 0) for each in found if each["logGroupName"] == group), 0)


def _rules(clients: Clients, arn: str) -> tuple[Rule, ...]:
    client = clients("events")
    names = list(pages(client, "list_rule_names_by_target", "RuleNames", TargetArn=arn))
    return tuple(_rule(client.describe_rule(Name=name)) for name in names)


def _rule(found: Mapping[str, Any]) -> Rule:
    detail = json.loads(found.get("EventPattern") or "{}").get("detail", {})
    return Rule(name=found["Name"], enabled=found.get("State") == "ENABLED", states=frozenset(detail.get("state", ())))


def _permissions(clients: Clients, role: str, settings: Settings) -> Fact[Any]:
    partition, _, region, account = settings.arn.split(":")[1:5]
    bucket, table = (settings.variables.get(name, "") for name in ("WARMGATE_REPORT_BUCKET", "WARMGATE_TABLE"))
    folder = f"{settings.variables.get('WARMGATE_REPORT_PREFIX', '')}d-EXAMPLE/{_OBJECTS[role]}"
    asked = {"*": ("codedeploy:ListDeploymentTargets",)}
    if bucket:
        asked[f"arn:{partition}:s3:::{bucket}/{folder}report.json"] = ("s3:PutObject",)
    if table:
        asked[f"arn:{partition}:dynamodb:{region}:{account}:table/{table}"] = ("dynamodb:UpdateItem",)
    return read_permissions(clients, settings.role_arn, asked)


def _stores(clients: Clients, variables: Mapping[str, str]) -> tuple[Store, ...]:
    bucket, table, topic = (variables.get(f"WARMGATE_{name}", "") for name in ("REPORT_BUCKET", "TABLE", "TOPIC_ARN"))
    machine = variables.get("WARMGATE_BAKES", "")
    asked = {
        f"s3:{bucket}": ("s3:GetBucketLocation", lambda: clients("s3").get_bucket_location(Bucket=bucket)),
        f"dynamodb:{table}": ("dynamodb:DescribeTable", lambda: clients("dynamodb").describe_table(TableName=table)),
        f"sns:{topic}": ("sns:GetTopicAttributes", lambda: clients("sns").get_topic_attributes(TopicArn=topic)),
        f"states:{machine}": (
            "states:DescribeStateMachine",
            lambda: clients("stepfunctions").describe_state_machine(stateMachineArn=machine),
        ),
    }
    found = []
    for place, (action, read) in asked.items():
        if not place.endswith(":"):
            seen: Any = look(place, action, read)
            found.append(Store(place=place, exists=seen if isinstance(seen, Denied | Missing) else True))
    return tuple(found)


def _alarms(clients: Clients, topic: str) -> Fact[tuple[OwnAlarm, ...]]:
    if not topic:
        return None

    def read() -> tuple[OwnAlarm, ...]:
        found = pages(clients("cloudwatch"), "describe_alarms", "MetricAlarms", ActionPrefix=topic)
        return tuple(OwnAlarm(name=each["AlarmName"], acts=bool(each.get("ActionsEnabled", True))) for each in found)

    return look(f"sns:{topic}", "cloudwatch:DescribeAlarms", read)
