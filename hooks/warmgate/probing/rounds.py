"""Makes the overlapping calls of a round and reads each answer into a sample. Judges nothing."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from warmgate.errors import InvokeError
from warmgate.model.calls import Answer, Arm, CallOutcome, DurationSource, Invocation, Reading, Sample, Start, never
from warmgate.model.deadline import Deadline
from warmgate.planning import Call, Round
from warmgate.policy.values import Expect, Probe
from warmgate.ports.functions import Invoker
from warmgate.ports.time import Overlap
from warmgate.probing.answers import read_payload

if TYPE_CHECKING:
    from warmgate.logs.records import InvocationRecord

Reader = Callable[[bytes, str | None], Reading]
SMOKE_MARKER = {"custom": {"warmgate": "smoke"}}
"""ClientContext of every probe: a function can recognise it and leave side effects out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmVersion:
    """The version that an arm's calls go to, with what is needed to read its answers."""

    function: str
    version: str
    timeout_s: float
    hides_report: bool = False
    provisioned: bool = False
    """Whether the version has provisioned concurrency: an init it prints is then no cold start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """The samples of a round in dispatch order; `complete` is False when the deadline cut it."""

    samples: tuple[Sample, ...]
    complete: bool
    throttles: int
    retries: int
    attempts: int
    """Calls that may have run: repeated, lost and cut ones too."""
    fault: InvokeError | None = None
    """Why calls could not be made or trusted, where that is not the version's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One call of a round."""

    sample: Sample | None = None
    throttles: int = 0
    ran: bool = True
    """Whether it may have run."""
    fault: InvokeError | None = None


class Repeats:
    """How often calls that may have run may be made again, for all threads of a round together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counting = threading.Lock()
        self.taken = 0

    def take(self) -> bool:
        """Return whether one more may be made, and count it."""
        with self._counting:
            allowed = self.taken < self._most
            self.taken += allowed
            return allowed


class VersionMismatchError(InvokeError):
    """Another version answered than the one that was called."""


class Prober:
    """Runs rounds of overlapping calls against the versions of both arms."""

    def __init__(
        self, invoker: Invoker, overlap: Overlap, versions: dict[Arm, ArmVersion], *, keeps_answers: bool = False
    ) -> None:
        self._invoker = invoker
        self._keeps_answers = keeps_answers
        self._overlap = overlap
        self._versions = versions
        self._marker = base64.b64encode(json.dumps(SMOKE_MARKER).encode()).decode()
        self._payloads: dict[str, bytes] = {}
        self._readers: dict[str, Reader] = {}

    def run(self, planned: Round, deadline: Deadline, *, at_once: int = 0, spare: int = 0) -> RoundResult:
        """Make the calls of a round.

        Args:
            planned: the calls.
            deadline: cuts the round.
            at_once: how many of them may overlap; 0 lets all of them.
            spare: how many calls that may have run the budget lets be made again, where their probe does.
        """
        repeats = Repeats(spare)
        tasks = [
            partial(self._made, planned, position, call, deadline, repeats)
            for position, call in enumerate(planned.calls)
        ]
        made, started = self._overlapped(tasks, deadline, at_once or len(tasks))
        cut = started - len(made)
        return RoundResult(
            samples=tuple(call.sample for call in made if call.sample is not None),
            complete=len(made) == len(tasks),
            throttles=sum(call.throttles for call in made),
            retries=sum(call.sample.retries for call in made if call.sample is not None),
            attempts=sum(call.ran for call in made) + cut + repeats.taken,
            fault=next((call.fault for call in made if call.fault is not None), None),
        )

    def _overlapped(
        self, tasks: Sequence[Callable[[], _Made]], deadline: Deadline, width: int
    ) -> tuple[list[_Made], int]:
        """Return the calls that ended, and how many were started; none is after one that the deadline cut."""
        made: list[_Made] = []
        for first in range(0, len(tasks), width):
            some = self._overlap.run(tasks[first : first + width], deadline)
            made += [call for call in some if call is not None]
            if len(made) < first + len(some):
                return made, first + len(some)
        return made, len(tasks)

    def _made(self, planned: Round, position: int, call: Call, deadline: Deadline, repeats: Repeats) -> _Made:
        version = self._versions[call.arm]
        sample = Sample(
            arm=call.arm,
            round=planned.number,
            position=position,
            probe=call.probe.name,
            phase=planned.phase,
            outcome=CallOutcome.OK,
        )
        try:
            answer = self._invoker.invoke(self._invocation(call.probe, version, repeats), deadline)
        except InvokeError as error:
            return _refused(sample, error)
        if answer.executed_version != version.version:
            text = f"{version.function}: called version {version.version}, version {answer.executed_version} answered"
            return _Made(fault=VersionMismatchError(text, code="VersionMismatch"))
        return _Made(sample=read_answer(sample, answer, version, call.probe.expect), throttles=answer.throttles)

    def _invocation(self, probe: Probe, version: ArmVersion, repeats: Repeats) -> Invocation:
        return Invocation(
            function=version.function,
            version=version.version,
            payload=self._payload(probe),
            client_context=self._marker,
            timeout_s=version.timeout_s,
            tenant=probe.tenant or "",
            read=self._reader(probe),
            read_whole=probe.expect.jmespath is not None,
            may_repeat=repeats.take if probe.repeatable else never,
        )

    def _payload(self, probe: Probe) -> bytes:
        if probe.name not in self._payloads:
            self._payloads[probe.name] = json.dumps(probe.payload, separators=(",", ":")).encode()
        return self._payloads[probe.name]

    def _reader(self, probe: Probe) -> Reader:
        if probe.name not in self._readers:
            self._readers[probe.name] = partial(read_payload, probe.expect, keeps_answers=self._keeps_answers)
        return self._readers[probe.name]


def _refused(sample: Sample, error: InvokeError) -> _Made:
    """Return a call without an answer: a sample where that says something of the call, else a fault."""
    if error.throttled:
        outcome = CallOutcome.THROTTLED
    elif error.lost:
        outcome = CallOutcome.LOST
    elif error.lasting:
        outcome = CallOutcome.ERROR
    else:
        return _Made(ran=False, fault=error)
    ended = replace(sample, outcome=outcome, error_type=error.code, detail=error.message)
    if error.lasting:
        ended = replace(ended, advice=error.hint)
    return _Made(sample=ended, throttles=int(error.throttled), ran=error.lost)


def read_answer(sample: Sample, answer: Answer, version: ArmVersion, expect: Expect) -> Sample:
    """Return the sample completed by what an answer and its log tail show."""
    # Imported with the first answer: the first probe does not wait for the parser.
    from warmgate.logs.invocations import record_of

    record = record_of(answer.log_tail, None)
    outcome, error_type, detail = _outcome(answer, record, expect)
    start, init_ms, init_failed = record.start, record.start_up_ms, record.init_failed
    if version.provisioned and start in {Start.COLD, Start.WARM}:
        # AWS documents that the first call of a provisioned environment prints an Init Duration without a cold start.
        start, init_ms, init_failed = Start.PROVISIONED, None, False
    duration_ms, source = record.duration_ms, DurationSource.PLATFORM
    if duration_ms is None and version.hides_report:
        duration_ms, source = answer.caller_ms, DurationSource.CALLER
    return replace(
        sample,
        outcome=outcome,
        start=start,
        environment=record.log_stream,
        duration_ms=duration_ms,
        duration_source=source,
        init_ms=init_ms,
        init_failed=init_failed,
        failed_init_ms=record.failed_init_ms if init_failed else None,
        restore_ms=record.restore_ms,
        billed_ms=record.billed_ms,
        memory_mb=record.max_memory_mb,
        memory_size_mb=record.memory_mb,
        error_type=error_type,
        detail=detail,
        message="" if outcome is CallOutcome.OK else answer.reading.message,
        request_id=record.request_id,
        retries=answer.retries,
        answer="" if outcome is CallOutcome.OK else answer.reading.excerpt,
    )


def _outcome(answer: Answer, record: InvocationRecord, expect: Expect) -> tuple[CallOutcome, str | None, str]:
    if answer.function_error is not None:
        return _function_error(answer.reading, record, expect)
    if expect.error_type is not None:
        return CallOutcome.UNEXPECTED_ANSWER, None, f"no error, expected error_type {expect.error_type}"
    if not answer.reading.accepted:
        return CallOutcome.UNEXPECTED_ANSWER, None, answer.reading.why
    return CallOutcome.OK, None, ""


def _function_error(reading: Reading, record: InvocationRecord, expect: Expect) -> tuple[CallOutcome, str | None, str]:
    error_type = reading.error_type or record.error_type or "Unhandled"
    if (record.status == "timeout" or reading.timed_out) and error_type in {"Unhandled", "Sandbox.Timedout"}:
        return CallOutcome.TIMEOUT, "Sandbox.Timedout", "the function's timeout ended the call"
    if expect.error_type is not None and expect.error_type == error_type:
        return CallOutcome.OK, None, ""
    return CallOutcome.ERROR, error_type, f"the function raised {error_type}"
