"""Makes the overlapping calls of a round and reads each answer into a sample. Judges nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from warmgate.deadline import Deadline
from warmgate.errors import InvokeError
from warmgate.model import Answer, Arm, CallOutcome, DurationSource, Invocation, Reading, Sample, Start
from warmgate.planning import Call, Round
from warmgate.policy.values import Expect, Probe
from warmgate.ports import Invoker, Overlap
from warmgate.reading import read_payload

if TYPE_CHECKING:
    from warmgate.invocation_log import InvocationRecord

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


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The samples of a round in dispatch order; `complete` is False when the deadline cut it."""

    samples: tuple[Sample, ...]
    complete: bool
    throttles: int
    retries: int


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

    def run(self, planned: Round, deadline: Deadline) -> RoundResult:
        """Make the calls of a round; raises InvokeError where the fault is not the version's own."""
        tasks = [
            partial(self._sample, planned, position, call, deadline) for position, call in enumerate(planned.calls)
        ]
        finished = [result for result in self._overlap.run(tasks, deadline) if result is not None]
        return RoundResult(
            samples=tuple(sample for sample, _ in finished),
            complete=len(finished) == len(tasks),
            throttles=sum(throttles for _, throttles in finished),
            retries=sum(sample.retries for sample, _ in finished),
        )

    def _sample(self, planned: Round, position: int, call: Call, deadline: Deadline) -> tuple[Sample, int]:
        version = self._versions[call.arm]
        sample = Sample(
            arm=call.arm,
            round=planned.number,
            position=position,
            probe=call.probe.name,
            phase=planned.phase,
            outcome=CallOutcome.OK,
        )
        invocation = Invocation(
            function=version.function,
            version=version.version,
            payload=self._payload(call.probe),
            client_context=self._marker,
            timeout_s=version.timeout_s,
            read=self._reader(call.probe),
            read_whole=call.probe.expect.jmespath is not None,
        )
        try:
            answer = self._invoker.invoke(invocation, deadline)
        except InvokeError as error:
            return _refused(sample, error), 1 if error.throttled else 0
        if answer.executed_version != version.version:
            raise VersionMismatchError(
                f"{version.function}: called version {version.version}, version {answer.executed_version} answered",
                code="VersionMismatch",
            )
        return read_answer(sample, answer, version, call.probe.expect), answer.throttles

    def _payload(self, probe: Probe) -> bytes:
        if probe.name not in self._payloads:
            self._payloads[probe.name] = json.dumps(probe.payload, separators=(",", ":")).encode()
        return self._payloads[probe.name]

    def _reader(self, probe: Probe) -> Reader:
        if probe.name not in self._readers:
            self._readers[probe.name] = partial(read_payload, probe.expect, keeps_answers=self._keeps_answers)
        return self._readers[probe.name]


def _refused(sample: Sample, error: InvokeError) -> Sample:
    """Return the sample of a call without an answer; raises the error where the version is not at fault."""
    if error.throttled:
        return replace(sample, outcome=CallOutcome.THROTTLED, error_type=error.code, detail=error.message)
    if error.lost:
        return replace(sample, outcome=CallOutcome.LOST, error_type=error.code, detail=error.message)
    if error.lasting:
        return replace(sample, outcome=CallOutcome.ERROR, error_type=error.code, detail=error.message)
    raise error


def read_answer(sample: Sample, answer: Answer, version: ArmVersion, expect: Expect) -> Sample:
    """Return the sample completed by what an answer and its log tail show."""
    # Imported with the first answer: the first probe does not wait for the parser.
    from warmgate.invocation_log import record_of

    record = record_of(answer.log_tail, None)
    outcome, error_type, detail = _outcome(answer, record, expect)
    start, init_ms = record.start, record.init_ms
    if version.provisioned and start in {Start.COLD, Start.WARM}:
        # AWS documents that the first call of a provisioned environment prints an Init Duration without a cold start.
        start, init_ms = Start.PROVISIONED, None
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
        restore_ms=record.restore_ms,
        billed_ms=record.billed_ms,
        memory_mb=record.max_memory_mb,
        memory_size_mb=record.memory_mb,
        error_type=error_type,
        detail=detail,
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
