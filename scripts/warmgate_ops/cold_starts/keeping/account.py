"""What keeping warm asks an account for, and all that it changes there: a function's tag, and schedules."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from warmgate.adapters.faults import code_of
from warmgate.adapters.invoker import LambdaInvoker
from warmgate.adapters.keeping import WARM_TAG
from warmgate.adapters.logs import CloudWatchLogs
from warmgate.adapters.port_errors import Unless, raised_as
from warmgate.adapters.sdk import Clients
from warmgate.adapters.waiting import SystemClock
from warmgate.errors import FunctionLookupError, LogLookupError, SettingsError
from warmgate.keeping.pings import ping_of
from warmgate.logs.calls import Window
from warmgate.model.calls import Answer
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.log_stream import FunctionLog
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.keeping.recorded import calls_of
from warmgate_ops.cold_starts.keeping.schedules import Schedule, prefix_of

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where an installation keeps warm: the group of its schedules, and what they call."""

    group: str
    target: dict[str, Any]
    """The keeper's ARN, the role, the dead-letter queue and the retries, as the stack's own schedule has them."""


class LoggedCalls:
    """Recorded calls in a function's log group."""

    def __init__(self, clients: Callable[[str], Any], log: FunctionLog) -> None:
        self._logs = CloudWatchLogs(clients, SystemClock())
        self._log = log

    def calls(self, target: Target, since_ms: float, until_ms: float) -> Sequence[Call]:
        """Return the calls of all versions, as far as they can be read in two minutes."""
        deadline = Deadline(time.monotonic() * 1000 + PATIENCE_S * 1000)
        return calls_of(self._logs.calls(self._log, Window(since_ms, until_ms), deadline).calls, target.function)


def keeping_of(clients: Callable[[str], Any], install: str) -> Keeping:
    """Return where an installation keeps warm, by its own schedule; raises SettingsError where it does not."""
    group, name, found = f"{install}-keep-warm", f"{install}-policies", None
    with _asked(f"schedule {name}", "scheduler:GetSchedule"), Unless("ResourceNotFoundException"):
        found = clients("scheduler").get_schedule(Name=name, GroupName=group)
    if found is None:
        raise SettingsError(
            f"schedule {name} of group {group}: there is none, expected Warmgate's stack with KeepWarm",
            hint="run `sam deploy --parameter-overrides KeepWarm=true`, or name the installation with --install-name",
        )
    target = {key: found["Target"][key] for key in ("Arn", "RoleArn", "DeadLetterConfig") if key in found["Target"]}
    return Keeping(group=group, target=target)


def ping(clients: Clients, target: Target, qualifier: str, payload: bytes | None = None) -> Answer:
    """Make one call; raises InvokeError."""
    invoker = LambdaInvoker(clients.invoking(1), SystemClock())
    return invoker.invoke(ping_of(target.function, qualifier, payload=payload), Deadline(time.monotonic() * 1000))


def tag(clients: Callable[[str], Any], target: Target, *, wanted: bool) -> None:
    """Set the tag that lets the keeper call a function, or take it away."""
    client = clients("lambda")
    with _asked(f"the tags of {target.function}", "lambda:TagResource and lambda:UntagResource"):
        arn = client.get_function_configuration(FunctionName=target.function)["FunctionArn"]
        if wanted:
            client.tag_resource(Resource=arn, Tags={WARM_TAG: "true"})
        else:
            client.untag_resource(Resource=arn, TagKeys=[WARM_TAG])


def schedules_in(clients: Callable[[str], Any], group: str, target: Target) -> tuple[str, ...]:
    """Return the names of an alias's schedules."""
    prefix = prefix_of(target)
    with _asked(f"the schedules of group {group}", "scheduler:ListSchedules"), Unless("ResourceNotFoundException"):
        pages = clients("scheduler").get_paginator("list_schedules").paginate(GroupName=group, NamePrefix=prefix)
        return tuple(sorted(each["Name"] for page in pages for each in page.get("Schedules", [])))
    return ()


def put(clients: Callable[[str], Any], keeping: Keeping, target: Target, schedules: Sequence[Schedule]) -> None:
    """Make an alias's schedules these and no others."""
    client, there = clients("scheduler"), set(schedules_in(clients, keeping.group, target))
    for schedule in schedules:
        change = client.update_schedule if schedule.name in there else client.create_schedule
        with _asked(f"schedule {schedule.name}", "scheduler:CreateSchedule, UpdateSchedule and iam:PassRole"):
            change(
                Name=schedule.name,
                GroupName=keeping.group,
                ScheduleExpression=schedule.expression,
                ScheduleExpressionTimezone=schedule.zone,
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={
                    **keeping.target,
                    "Input": json.dumps(schedule.input),
                    "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0},
                },
            )
    delete(clients, keeping.group, sorted(there - {schedule.name for schedule in schedules}))


def delete(clients: Callable[[str], Any], group: str, names: Sequence[str]) -> None:
    """Delete schedules; one that is gone already is no trouble."""
    for name in names:
        with _asked(f"schedule {name}", "scheduler:DeleteSchedule"), Unless("ResourceNotFoundException"):
            clients("scheduler").delete_schedule(Name=name, GroupName=group)


def runs_in(clients: Callable[[str], Any], install: str, target: Target, since_ms: float) -> tuple[dict[str, Any], ...]:
    """Return what the keeper's log says of an alias since an instant, oldest first; raises LogLookupError."""
    group = f"/aws/lambda/{install}-keep-warm"
    with raised_as(LogLookupError, f"{group} could not be read", "allow logs:FilterLogEvents on it"):
        try:
            pages = (
                clients("logs")
                .get_paginator("filter_log_events")
                .paginate(logGroupName=group, filterPattern='"keep-warm"', startTime=int(since_ms))
            )
            found = [run for page in pages for event in page.get("events", []) for run in _run(event)]
        except clients("logs").exceptions.ResourceNotFoundException as error:
            hint = "install Warmgate's stack with KeepWarm=true, or name the installation with --install-name"
            raise LogLookupError(f"{group}: {code_of(error)}", hint=hint) from error
    mine = [run for run in found if (run.get("function"), run.get("alias")) == (target.function, target.alias)]
    return tuple(sorted(mine, key=lambda run: float(run["at_ms"])))


def _run(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        said = json.loads(event.get("message", ""))
    except ValueError:
        return
    if isinstance(said, dict) and said.get("warmgate") == "keep-warm" and "warmed" in said:
        yield {**said, "at_ms": float(event.get("timestamp", 0))}


def _asked(what: str, actions: str) -> Any:
    return raised_as(FunctionLookupError, f"{what} could not be read or changed", f"allow {actions}")
