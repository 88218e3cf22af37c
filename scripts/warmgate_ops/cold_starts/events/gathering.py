"""Asks every source for what happened to a function; none of them is needed, and each that is missing is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.happened import Event, Happening
from warmgate_ops.cold_starts.causes.schedules import Schedule
from warmgate_ops.cold_starts.causes.wording import DAY, MINUTE
from warmgate_ops.cold_starts.events.asking import Clients, NotAsked, asked
from warmgate_ops.cold_starts.events.deployments import deployments_of
from warmgate_ops.cold_starts.events.timers import Timers, rules_of, schedules_of
from warmgate_ops.cold_starts.events.traces import Traced, Traces
from warmgate_ops.cold_starts.events.trail import KEPT_MS, EventHistory, Looked
from warmgate_ops.cold_starts.events.trail_files import records_in_files
from warmgate_ops.cold_starts.events.trail_records import events_in
from warmgate_ops.cold_starts.events.versions import Versions, versions_of

T = TypeVar("T")
LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked; times are milliseconds since the epoch."""

    function: str
    """The name alone."""
    since_ms: float
    until_ms: float
    qualifiers: tuple[str, ...] = ()
    """Versions that served, beside the aliases that are listed."""
    application: str = ""
    trail: tuple[str, str] | None = None
    """Bucket and prefix of CloudTrail's files; None asks the event history."""
    who: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the sources gave."""

    events: tuple[Event, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    versions: Versions | None = None
    not_asked: tuple[NotAsked, ...] = ()
    notes: tuple[str, ...] = ()
    """What is missing of an answer that came."""


def gather(clients: Clients, clock: Clock, question: Question) -> Gathered:
    """Return what happened to a function in a window."""
    missing: list[NotAsked] = []
    function, since, until = question.function, question.since_ms, question.until_ms
    versions = _kept(asked("lambda", lambda: versions_of(clients, function)), missing)
    arn = versions.arn if versions is not None else _arn(clients, function)
    deployed = _kept(
        asked("codedeploy", lambda: deployments_of(clients, function, since, until, question.application)), missing
    )
    service = "s3" if question.trail else "cloudtrail"
    looked = _kept(asked(service, lambda: _trail(clients, clock, question, arn)), missing)
    qualifiers = sorted({*question.qualifiers, *(versions.aliases if versions else ())} - {LATEST})
    timers = _timers(clients, question, (arn, qualifiers), missing)
    recorded = events_in(looked.records if looked else (), function, who=question.who)
    return Gathered(
        events=together(deployed, recorded, versions.publishes() if versions else ()),
        schedules=tuple(schedule for each in timers for schedule in each.schedules),
        versions=versions,
        not_asked=tuple(missing),
        notes=tuple(note for each in timers for note in each.notes)
        + ((looked.note,) if looked and looked.note else ()),
    )


def _arn(clients: Clients, function: str) -> str:
    """Return the function's ARN where its versions may not be listed; empty where nothing tells it."""
    told = asked("lambda", lambda: clients("lambda").get_function_configuration(FunctionName=function)["FunctionArn"])
    return "" if isinstance(told, NotAsked) else str(told)


def _timers(
    clients: Clients, question: Question, named: tuple[str, Sequence[str]], missing: list[NotAsked]
) -> list[Timers]:
    arn, qualifiers = named
    if not arn:
        missing.append(NotAsked(source="events and scheduler", reason="need the function's ARN, which is not known"))
        return []
    answers = (
        asked("events", lambda: rules_of(clients, arn, qualifiers)),
        asked("scheduler", lambda: schedules_of(clients, question.function, arn)),
    )
    return [kept for answer in answers if (kept := _kept(answer, missing)) is not None]


def slowest_traces(clients: Clients, clock: Clock, cold: Sequence[Call]) -> Traced | NotAsked | None:
    """Return the traces of the slowest cold starts; None where no report names one."""
    if not any(call.trace_id for call in cold):
        return None
    return asked("xray", lambda: Traces(clients, clock).slowest(cold))


def together(
    deployed: Sequence[Event] | None, recorded: Sequence[Event], published: Sequence[Event]
) -> tuple[Event, ...]:
    """Return the events of all sources, each once, by time.

    Args:
        deployed: CodeDeploy's; where it tells nothing of a move, what CloudTrail recorded of it stands.
        recorded: CloudTrail's.
        published: Lambda's own list of versions, which does not say who published them.
    """
    kept = [event for event in recorded if not _is_told(event, deployed or ())]
    named = {event.version for event in kept if event.kind is Happening.PUBLISH}
    kept += [event for event in published if event.version not in named]
    return tuple(sorted([*(deployed or ()), *kept], key=lambda event: event.at_ms))


def _is_told(event: Event, deployed: Sequence[Event]) -> bool:
    """Return whether a move that CloudTrail recorded of CodeDeploy is one of its deployments."""
    return event.kind is Happening.DEPLOYMENT and any(
        each.version == event.version and each.at_ms - MINUTE <= event.at_ms <= each.over_ms + MINUTE
        for each in deployed
    )


def _trail(clients: Clients, clock: Clock, question: Question, arn: str) -> Looked:
    # What was set before tells how much a change took away.
    since, until = question.since_ms - DAY, question.until_ms
    if question.trail is not None:
        return records_in_files(clients, question.trail, since, until)
    since = max(since, min(question.since_ms, clock.epoch_ms() - KEPT_MS + MINUTE))
    return EventHistory(clients, clock).records(question.function, arn, since, until)


def _kept(answer: T | NotAsked, missing: list[NotAsked]) -> T | None:
    if isinstance(answer, NotAsked):
        missing.append(answer)
        return None
    return answer
