"""Reads the platform's reports of invocations out of a Lambda log: a call's log tail, or a whole log file.

Only what the platform says counts, and what a runtime says of an exception that left the handler (`raised`): such a
call is an error although the platform's report says success. Where an environment is known, by the name of its stream
or because all of the log is its, a call is open from its START to its REPORT, and what is printed between is no report.
Whatever the text holds, nothing here raises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from warmgate.logs.environments import Environment, said, start_of
from warmgate.logs.platform import (
    Ended,
    Event,
    ExtensionStarted,
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
from warmgate.logs.raised import Raised
from warmgate.logs.records import InvocationRecord
from warmgate.logs.wrappings import Message, read_messages

# A line on how an invocation failed may follow its report, with reports of other invocations in between.
_HELD = 64
_REMEMBERED = 1000
_Value = TypeVar("_Value")


def parse_invocations(text: str) -> tuple[InvocationRecord, ...]:
    """Return every invocation that a log reports, in order."""
    return tuple(iter_invocations(text.split("\n")))


def iter_invocations(lines: Iterable[str]) -> Iterator[InvocationRecord]:
    """Yield every invocation that a log reports, in order, in time and memory that a log of any size allows."""
    assembly = Assembly()
    for message, event in events_of(read_messages(lines)):
        yield from assembly.take(message, event)
    yield from assembly.rest()


def record_of(text: str, request_id: str | None) -> InvocationRecord:
    """Return the record of one call from its log tail: the one with the request id, else the last one.

    Where the tail holds no report, the record has no values but a failure that another line reports, and an `absence`.
    """
    assembly = Assembly()
    records: list[InvocationRecord] = []
    for message, event in events_of(read_messages(text.split("\n"))):
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


def events_of(messages: Iterable[Message]) -> Iterator[tuple[Message, Event]]:
    """Yield what messages say, joining a message that viewers broke into several lines."""
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


@dataclass(slots=True)
class _Open:
    """The invocation that runs in an environment, and what was printed meanwhile as if it were another's."""

    request_id: str
    at_ms: float | None
    begun: set[str] = field(default_factory=set)
    reported: list[InvocationRecord] = field(default_factory=list)


class Assembly:
    """Gathers events into records; holds the last few records back, for a failure may be told after the report.

    Args:
        alone: whether all messages are of one environment, in order and with every beginning since the first one told:
            an invocation that has not ended is still running, and a report before the first beginning may be printed.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self._alone = alone
        self._open: dict[str, _Open] = {}
        """By stream."""
        self._early: list[InvocationRecord] | None = [] if alone else None
        """Reports before the first beginning; None once that was seen."""
        self._raised: dict[str, str] = {}
        self._raised_here: dict[str, str] = {}
        """Types of exceptions by request id, and by stream where none was told."""
        self._ended: dict[str, bool] = {}
        """Request ids whose end was told, and whether their reports are still to come."""
        self._held: deque[InvocationRecord] = deque()
        self._environments: dict[str, Environment] = {}
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
                # Where the newest stand first, a beginning follows its report.
                if self._ended.get(event.request_id) is not False:
                    _remember(self._running, event.request_id, message.carrier)
                    yield from self._begin(message, event.request_id)
            case Ended():
                self._running.pop(event.request_id, None)
                _remember(self._ended, event.request_id, True)
            case Raised():
                self._raise(message, event)
            case Failed():
                self._fail(event)
            case Reported() if message.inside:
                self._report_inside(message, event)
            case Reported():
                self._report(message, event)
            case InitStarted() | Initialised() | Restored() | KindStated() | ExtensionStarted():
                environment = self._environments.get(message.stream, Environment())
                _remember(
                    self._environments,
                    message.stream,
                    replace(said(environment, event, message.at_ms), time=message.time),
                )
        while len(self._held) > _HELD:
            yield self._held.popleft()

    def rest(self) -> Iterator[InvocationRecord]:
        """Yield what is held back; what a running invocation printed only where its report may be missing."""
        yield from self._early or ()
        yield from self._held if self.certain else self._inside.values()
        if not self._alone:
            yield from (record for each in self._open.values() for record in each.reported)
        self._early = None
        self._held.clear()

    @property
    def running(self) -> str | None:
        """The invocation of the one environment that has not ended."""
        return next((each.request_id for each in self._open.values()), None)

    def is_idle(self, stream: str) -> bool:
        """Return whether nothing is known of a stream by which its next report would be read otherwise than alone."""
        if stream in self._open or stream in self._environments or stream in self._raised_here:
            return False
        return bool(stream) or not self._running

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
        record = _record(report, environment or Environment(), message)
        if running:
            self._held.append(record)
        _remember(self._inside, request_id, record)

    def _begin(self, message: Message, request_id: str) -> Iterator[InvocationRecord]:
        stream = message.stream
        if not stream and not self._alone:
            return
        if self._early is not None:
            yield from self._early[-1:]
            self._early = None
        running = self._open.get(stream)
        if running is None or running.request_id == request_id:
            _remember(self._open, stream, _Open(request_id, message.at_ms))
        else:
            running.begun.add(request_id)

    def _raise(self, message: Message, raised: Raised) -> None:
        if raised.request_id is not None:
            _remember(self._raised, raised.request_id, raised.error_type)
        elif message.stream or self._alone:
            _remember(self._raised_here, message.stream, raised.error_type)

    def _is_printed(self, message: Message, report: Reported) -> bool:
        """Say whether a report is an application's own output: while an invocation runs, only its report is not."""
        request_id = report.request_id or ""
        running = self._open.get(message.stream)
        if running is None:
            # Several environments in one log, and whose call runs is not known: END stands before each report in text.
            unnamed = not message.stream and not self._alone and message.record is None
            known = request_id in self._running or request_id in self._ended
            return unnamed and bool(self._running) and not known
        if request_id == running.request_id:
            del self._open[message.stream]
            return False
        if request_id in running.begun and report.memory_mb is None:
            running.begun.discard(request_id)  # managed instances serve several at a time, and report no memory
            return False
        running.reported.append(_record(report, Environment(), message))
        if len(running.reported) > _HELD:
            del running.reported[0]
        return True

    def _report(self, message: Message, report: Reported) -> None:
        carriers = self._running.values()
        if carriers and message.carrier not in carriers:
            return  # an application quotes a log: its own invocation is still running, and logs in another way
        opened = self._open.get(message.stream)
        if self._is_printed(message, report):
            return
        environment = None
        if message.stream or len(self._running) < 2:  # else the log mixes environments and does not name them
            environment = self._environments.pop(message.stream, None)
        if environment and len(environment.time) == len(message.time) and environment.time > message.time:
            environment = None
        request_id = report.request_id or ""
        self._running.pop(request_id, None)
        _remember(self._ended, request_id, False)
        self.certain = True
        if self._inside.get(request_id) in self._held:
            self._held.remove(self._inside.pop(request_id))
        begun_ms = opened.at_ms if opened and opened.request_id == report.request_id else None
        record = _record(report, environment or Environment(), message)
        record = replace(record, begun=opened is not None or not self._alone, begun_ms=begun_ms)
        failure = self._failures.get(request_id)
        if failure and _explains(failure, record):
            del self._failures[request_id]
            record = _failed(record, failure)
        raised = self._raised.pop(request_id, None) or self._raised_here.pop(message.stream, None)
        if raised is not None and record.status == "success":
            record = replace(record, status="error", error_type=raised)
        if self._early is not None:
            self._early.append(record)
        else:
            self._held.append(record)

    def _fail(self, failure: Failed) -> None:
        """Join a failure to the report it follows, else keep it for the report to come."""
        held = self._held if self._early is None else self._early
        own = [place for place, record in enumerate(held) if record.request_id == failure.request_id]
        if own and failure.request_id not in self._running and _explains(failure, held[own[-1]]):
            held[own[-1]] = _failed(held[own[-1]], failure)
        else:
            _remember(self._failures, failure.request_id, failure)


def _remember(known: dict[str, _Value], key: str, value: _Value) -> None:
    known[key] = value
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]


def _record(report: Reported, environment: Environment, message: Message) -> InvocationRecord:
    return InvocationRecord(
        request_id=report.request_id,
        duration_ms=report.duration_ms,
        billed_ms=report.billed_ms,
        memory_mb=report.memory_mb,
        max_memory_mb=report.max_memory_mb,
        init_ms=None if environment.failed else report.init_ms or environment.init_ms or None,
        restore_ms=report.restore_ms or environment.restore_ms or None,
        start=start_of(report, environment),
        status=report.status or "success",
        error_type=report.error_type,
        tenant=report.tenant,
        suppressed_init_ms=environment.suppressed_ms,
        init_failed=environment.failed,
        failed_init_ms=environment.failed_ms,
        log_stream=message.stream or None,
        at_ms=message.at_ms,
        trace_id=report.trace_id,
        init_started_ms=environment.started_ms,
        runtime_version=environment.runtime_version,
        extensions=environment.extensions,
    )


def _explains(failure: Failed, record: InvocationRecord) -> bool:
    """Say whether a failure is that of a record: it may be of another attempt with the same request id."""
    if record.error_type is not None or record.status not in {"success", failure.status}:
        return False
    return failure.after_ms is None or record.duration_ms is None or record.duration_ms >= failure.after_ms - 10


def _failed(record: InvocationRecord, failure: Failed) -> InvocationRecord:
    return replace(record, status=failure.status, error_type=failure.error_type)
