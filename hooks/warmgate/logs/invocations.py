"""Reads the platform's reports of invocations out of a Lambda log: a call's log tail, or a whole log file.

Only what the platform says counts. An exception that the application logged (`[ERROR] ValueError ...`,
`ERROR Invoke Error {...}`) leaves the status at success in text format: the runtime answered, and whether that answer
was an error is said by Invoke, not by these lines. Whatever the text holds, nothing here raises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from warmgate.logs.platform import (
    ON_DEMAND,
    PROVISIONED,
    Ended,
    Event,
    Failed,
    Initialised,
    InitStarted,
    KindStated,
    Reported,
    Restored,
    Started,
    continues,
    event_of_record,
    event_of_text,
)
from warmgate.logs.wrappings import Message, read_messages
from warmgate.model.calls import Start

# A line on how an invocation failed may follow its report, with reports of other invocations in between.
_HELD = 64
_REMEMBERED = 1000
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationRecord:
    """What the platform reported of one invocation; None where it said nothing."""

    request_id: str | None
    duration_ms: float | None = None
    billed_ms: float | None = None
    memory_mb: float | None = None
    max_memory_mb: float | None = None
    """Peak memory used."""
    init_ms: float | None = None
    """Init before the duration began; an init inside the duration is in `suppressed_init_ms`."""
    restore_ms: float | None = None
    start: Start | None = None
    """None only where there is no report."""
    status: str | None = None
    """success, error, timeout or failure."""
    error_type: str | None = None
    suppressed_init_ms: float | None = None
    """An init that was run again inside the invocation: `duration_ms` contains it."""
    log_stream: str | None = None
    absence: str = ""
    """Why there are no values; empty where there is a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Environment:
    """What was said of an environment since its last report: it belongs to its next one."""

    fresh: bool = False
    kind: str = ""
    init_ms: float | None = None
    suppressed_ms: float | None = None
    suppressed: bool = False
    restored: bool = False
    restore_ms: float | None = None


def parse_invocations(text: str) -> tuple[InvocationRecord, ...]:
    """Return every invocation that a log reports, in order."""
    return tuple(iter_invocations(text.split("\n")))


def iter_invocations(lines: Iterable[str]) -> Iterator[InvocationRecord]:
    """Yield every invocation that a log reports, in order, in time and memory that a log of any size allows."""
    assembly = _Assembly()
    for message, event in _events(read_messages(lines)):
        yield from assembly.take(message, event)
    yield from assembly.rest()


def record_of(text: str, request_id: str | None) -> InvocationRecord:
    """Return the record of one call from its log tail: the one with the request id, else the last one.

    Where the tail holds no report, the record has no values but a failure that another line reports, and an `absence`.
    """
    assembly = _Assembly()
    records: list[InvocationRecord] = []
    for message, event in _events(read_messages(text.split("\n"))):
        records += assembly.take(message, event)
    records += assembly.rest()
    own = [record for record in records if request_id is not None and record.request_id == request_id]
    others = records if assembly.certain or request_id is None else []
    for record in reversed(own or others):
        return record
    failure = assembly.failure_of(request_id)
    return InvocationRecord(
        request_id=request_id,
        status=failure.status if failure else None,
        error_type=failure.error_type if failure else None,
        absence="no platform report in the log tail" if text.strip() else "the log tail is empty",
    )


def _events(messages: Iterable[Message]) -> Iterator[tuple[Message, Event]]:
    """Read messages into events, joining a message that viewers broke into several lines."""
    head: Message | None = None
    for message in messages:
        if head and message.record is None and continues(head.text, message.text):
            head = replace(head, text=f"{head.text}\t{message.text.strip()}")
            continue
        yield from _event(head)
        head = message
    yield from _event(head)


def _event(message: Message | None) -> Iterator[tuple[Message, Event]]:
    if message is None:
        return
    event = event_of_text(message.text) if message.record is None else event_of_record(message.record)
    if event:
        yield message, event


class _Assembly:
    """Gathers events into records; holds the last few records back, for a failure may be reported after REPORT."""

    def __init__(self) -> None:
        self._held: deque[InvocationRecord] = deque()
        self._environments: dict[str, _Environment] = {}
        self._failures: dict[str, Failed] = {}
        self._running: dict[str, str] = {}
        """Invocations begun and not ended, by request id, with the carrier of their START line."""
        self._inside: dict[str, InvocationRecord] = {}
        """Reports found behind other text, of invocations that have no better one yet."""
        self.certain = False
        """Whether the platform itself was heard."""

    def take(self, message: Message, event: Event) -> Iterator[InvocationRecord]:
        """Take one event; yield the records that are certain by now."""
        match event:
            case Started():
                self.certain = True
                self._inside.pop(event.request_id, None)
                _remember(self._running, event.request_id, message.carrier)
            case Ended():
                self._running.pop(event.request_id, None)
            case Failed():
                self._fail(event)
            case Reported() if message.inside:
                self._report_inside(message, event)
            case Reported():
                self._report(message, event)
            case InitStarted() | Initialised() | Restored() | KindStated():
                environment = self._environments.get(message.stream, _Environment())
                _remember(self._environments, message.stream, _said(environment, event))
        while len(self._held) > _HELD:
            yield self._held.popleft()

    def rest(self) -> Iterator[InvocationRecord]:
        """Yield what is held back."""
        yield from self._held if self.certain else self._inside.values()
        self._held.clear()

    def failure_of(self, request_id: str | None) -> Failed | None:
        """Return the failure reported of an invocation without a report; of the last one when the id is not known."""
        if request_id is not None:
            return self._failures.get(request_id)
        return next(reversed(self._failures.values()), None)

    def _report_inside(self, message: Message, report: Reported) -> None:
        """Take a report that follows other text: for certain only where its invocation is running and gets no other."""
        request_id = report.request_id or ""
        running = request_id in self._running
        environment = self._environments.pop(message.stream, None) if running else None
        record = _record(report, environment or _Environment(), message.stream or None)
        if running:
            self._held.append(record)
        _remember(self._inside, request_id, record)

    def _report(self, message: Message, report: Reported) -> None:
        carriers = self._running.values()
        if carriers and message.carrier not in carriers:
            return  # an application quotes a log: its own invocation is still running, and logs in another way
        environment = None
        if message.stream or len(self._running) < 2:  # else the log mixes environments and does not name them
            environment = self._environments.pop(message.stream, None)
        request_id = report.request_id or ""
        self._running.pop(request_id, None)
        self.certain = True
        if self._inside.get(request_id) in self._held:
            self._held.remove(self._inside.pop(request_id))
        record = _record(report, environment or _Environment(), message.stream or None)
        failure = self._failures.get(request_id)
        if failure and _explains(failure, record):
            del self._failures[request_id]
            record = _failed(record, failure)
        self._held.append(record)

    def _fail(self, failure: Failed) -> None:
        """Join a failure to the report it follows, else keep it for the report to come."""
        own = [place for place, record in enumerate(self._held) if record.request_id == failure.request_id]
        if own and failure.request_id not in self._running and _explains(failure, self._held[own[-1]]):
            self._held[own[-1]] = _failed(self._held[own[-1]], failure)
        else:
            _remember(self._failures, failure.request_id, failure)


def _remember(known: dict[str, _Value], key: str, value: _Value) -> None:
    known[key] = value
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]


def _said(environment: _Environment, event: InitStarted | Initialised | Restored | KindStated) -> _Environment:
    """Add what an event says of an environment."""
    match event:
        case InitStarted():
            suppressed = environment.suppressed or event.phase == "invoke"
            return replace(environment, fresh=True, kind=event.kind or environment.kind, suppressed=suppressed)
        case Initialised() if event.phase == "invoke":
            return replace(environment, suppressed=True, suppressed_ms=event.duration_ms)
        case Initialised():
            kind = event.kind or environment.kind or ON_DEMAND
            # Other kinds initialise ahead of any call: their init is not part of a call's start.
            return replace(environment, kind=kind, init_ms=event.duration_ms if kind == ON_DEMAND else None)
        case Restored():
            return replace(environment, restored=True, restore_ms=event.duration_ms or environment.restore_ms)
        case KindStated():
            return replace(environment, kind=event.kind)


def _record(report: Reported, environment: _Environment, stream: str | None) -> InvocationRecord:
    return InvocationRecord(
        request_id=report.request_id,
        duration_ms=report.duration_ms,
        billed_ms=report.billed_ms,
        memory_mb=report.memory_mb,
        max_memory_mb=report.max_memory_mb,
        init_ms=report.init_ms or environment.init_ms or None,
        restore_ms=report.restore_ms or environment.restore_ms or None,
        start=_start(report, environment),
        status=report.status or "success",
        error_type=report.error_type,
        suppressed_init_ms=environment.suppressed_ms,
        log_stream=stream,
    )


def _start(report: Reported, environment: _Environment) -> Start:
    if report.restore_ms or environment.restored:
        return Start.RESTORED
    # The first call of a provisioned environment prints the Init Duration of its allocation, and is no cold start.
    if environment.kind == PROVISIONED:
        return Start.PROVISIONED
    first = environment.fresh and environment.kind in {"", ON_DEMAND} and report.init_ms is None
    return Start.COLD if report.init_ms or environment.init_ms or environment.suppressed or first else Start.WARM


def _explains(failure: Failed, record: InvocationRecord) -> bool:
    """Say whether a failure is that of a record: it may be of another attempt with the same request id."""
    if record.error_type is not None or record.status not in {"success", failure.status}:
        return False
    return failure.after_ms is None or record.duration_ms is None or record.duration_ms >= failure.after_ms - 10


def _failed(record: InvocationRecord, failure: Failed) -> InvocationRecord:
    return replace(record, status=failure.status, error_type=failure.error_type)
