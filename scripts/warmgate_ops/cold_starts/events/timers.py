"""What calls a function at times: rules of EventBridge and schedules of EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warmgate.errors import UnfitError
from warmgate.model.function_name import read_function_name
from warmgate_ops.cold_starts.causes.schedules import Schedule, read_expression
from warmgate_ops.cold_starts.causes.wording import MINUTE
from warmgate_ops.cold_starts.events.asking import Clients

INVOKE = ("aws-sdk:lambda:invoke", "aws-sdk:lambda:invokeAsync")
"""How the ARN of a universal target ends that calls a function which its input names."""


@dataclass(frozen=True, slots=True)
class Timers:
    """Schedules, and those whose expression was not understood."""

    schedules: tuple[Schedule, ...]
    notes: tuple[str, ...] = ()


def rules_of(clients: Clients, arn: str, qualifiers: Sequence[str]) -> Timers:
    """Return the rules of the default bus that call a function on a schedule.

    Args:
        clients: gives the client of a service.
        arn: the function's, without a qualifier.
        qualifiers: the aliases and versions that rules may call.
    """
    client, found, notes = clients("events"), [], []
    for qualifier in ("", *qualifiers):
        for name in _rule_names(client, f"{arn}:{qualifier}" if qualifier else arn):
            rule = client.describe_rule(Name=name)
            text = rule.get("ScheduleExpression")
            if not text or rule.get("State") == "DISABLED":
                continue
            try:
                expression = read_expression(text)
            except UnfitError as error:
                notes.append(f"EventBridge rule {name}: {error}: not looked at")
                continue
            found.append(
                Schedule(name=name, source="EventBridge rule", text=text, expression=expression, qualifier=qualifier)
            )
    return Timers(tuple(found), tuple(notes))


def _rule_names(client: Any, target: str) -> Iterator[str]:
    token: dict[str, str] = {}
    while True:
        page = client.list_rule_names_by_target(TargetArn=target, **token)
        yield from page.get("RuleNames", [])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def schedules_of(clients: Clients, function: str, arn: str) -> Timers:
    """Return the schedules of EventBridge Scheduler that call a function; they are listed for the whole account."""
    client, found, notes = clients("scheduler"), [], []
    for page in client.get_paginator("list_schedules").paginate(State="ENABLED"):
        for about in page.get("Schedules", []):
            target = str(about.get("Target", {}).get("Arn") or "")
            if not (target == arn or target.startswith(f"{arn}:") or target.endswith(INVOKE)):
                continue
            schedule = client.get_schedule(Name=about["Name"], GroupName=about.get("GroupName", "default"))
            try:
                made = schedule_of(schedule, function)
            except UnfitError as error:
                notes.append(f"schedule {about['Name']}: {error}: not looked at")
                continue
            if made is not None:
                found.append(made)
    return Timers(tuple(found), tuple(notes))


def schedule_of(about: Mapping[str, Any], function: str) -> Schedule | None:
    """Return a schedule as GetSchedule describes it, None of another function; raises UnfitError."""
    qualifier = _qualifier(about.get("Target", {}), function)
    if qualifier is None:
        return None
    zone = str(about.get("ScheduleExpressionTimezone") or "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnfitError(f"found time zone {zone}, which is not known here") from error
    window = about.get("FlexibleTimeWindow") or {}
    since, until = about.get("StartDate") or about.get("CreationDate"), about.get("EndDate")
    return Schedule(
        name=str(about["Name"]),
        source="schedule",
        text=str(about["ScheduleExpression"]),
        expression=read_expression(str(about["ScheduleExpression"])),
        qualifier=qualifier,
        zone=zone,
        window_ms=MINUTE * int(window.get("MaximumWindowInMinutes") or 0) if window.get("Mode") == "FLEXIBLE" else 0.0,
        since_ms=since.timestamp() * 1000 if since else None,
        until_ms=until.timestamp() * 1000 if until else None,
    )


def _qualifier(target: Mapping[str, Any], function: str) -> str | None:
    """Return which alias or version of a function a target calls, empty for $LATEST; None of another function."""
    named, qualifier = str(target.get("Arn") or ""), ""
    if named.endswith(INVOKE):
        try:
            asked = json.loads(target.get("Input") or "")
        except ValueError:
            return None
        if not isinstance(asked, dict):
            return None
        named, qualifier = str(asked.get("FunctionName") or ""), str(asked.get("Qualifier") or "")
    found = read_function_name(named)
    return (found.qualifier or qualifier) if found is not None and found.name == function else None
