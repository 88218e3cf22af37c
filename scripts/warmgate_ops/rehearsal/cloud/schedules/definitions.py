"""What calls whom by which expression, read through the public API, and what a target is called with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.rehearsal.cloud.events.envelope import payload_for
from warmgate_ops.rehearsal.cloud.schedules.expressions import Expression, parse

Clients = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One target that is a function, and when it is called."""

    kind: str
    """rule, or schedule."""
    name: str
    """Of the rule, or GROUP/NAME of the schedule."""
    arn: str
    """Of the rule or schedule."""
    text: str
    expression: Expression
    target: Mapping[str, Any]
    start_s: float | None = None
    end_s: float | None = None
    window_s: float = 0.0
    """The flexible time window."""
    once: bool = False
    """Whether it is deleted after its last call."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what makes it another one, from whose beginning a rate counts."""
        return self.kind, self.name, self.text, str(self.target["Arn"])


def definitions(clients: Clients) -> list[Definition]:
    """Return every enabled one with a function for a target; what cannot be understood is left out."""
    return [*_rules(clients("events")), *_schedules(clients("scheduler"))]


def payload_of(found: Definition, due_s: float, account: str, region: str) -> bytes:
    """Return what a function is called with."""
    at = f"{datetime.fromtimestamp(due_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
    ident = str(uuid.uuid4())
    if found.kind == "schedule" and found.target.get("Input"):
        words = {"schedule-arn": found.arn, "scheduled-time": at, "execution-id": ident, "attempt-number": "1"}
        text = str(found.target["Input"])
        for name, word in words.items():
            text = text.replace(f"<aws.scheduler.{name}>", word)
        return text.encode()
    event = {
        "version": "0",
        "id": ident,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler" if found.kind == "schedule" else "aws.events",
        "account": account,
        "time": at,
        "region": region,
        "resources": [found.arn],
        # Scheduler was seen to send a text here.
        "detail": "{}" if found.kind == "schedule" else {},
    }
    return json.dumps(event).encode() if found.kind == "schedule" else payload_for(found.target, event)


def _rules(events: Any) -> Iterator[Definition]:
    """Yield those of the default bus, the only one whose rules may have a schedule."""
    for page in events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            expression = _parsed(rule.get("ScheduleExpression"), "UTC")
            if rule.get("State") != "ENABLED" or expression is None:
                continue
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                if _is_function(target):
                    yield Definition(
                        kind="rule",
                        name=rule["Name"],
                        arn=rule["Arn"],
                        text=rule["ScheduleExpression"],
                        expression=expression,
                        target=target,
                    )


def _schedules(scheduler: Any) -> Iterator[Definition]:
    for page in scheduler.get_paginator("list_schedules").paginate():
        for listed in page["Schedules"]:
            if listed["State"] != "ENABLED" or not _is_function(listed["Target"]):
                continue
            found = scheduler.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
            zone = found.get("ScheduleExpressionTimezone") or "UTC"
            expression = _parsed(found["ScheduleExpression"], zone)
            if expression is None:
                continue
            window = found["FlexibleTimeWindow"]
            yield Definition(
                kind="schedule",
                name=f"{found['GroupName']}/{found['Name']}",
                arn=found["Arn"],
                text=f"{found['ScheduleExpression']} {zone}",
                expression=expression,
                target=found["Target"],
                start_s=_seconds(found.get("StartDate")),
                end_s=_seconds(found.get("EndDate")),
                window_s=60.0 * window.get("MaximumWindowInMinutes", 0) if window["Mode"] == "FLEXIBLE" else 0.0,
                once=found.get("ActionAfterCompletion") == "DELETE",
            )


def _parsed(text: str | None, zone: str) -> Expression | None:
    try:
        return parse(text or "", zone)
    except ValueError:
        return None


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _is_function(target: Mapping[str, Any]) -> bool:
    return str(target.get("Arn", "")).split(":")[2:3] == ["lambda"]
