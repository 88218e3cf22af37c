"""What is called and what came back, as values: invocations, answers, samples, evidence. Nothing here decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Arm(StrEnum):
    """Which of the two versions a call went to."""

    BASELINE = "baseline"
    CANDIDATE = "candidate"


class Start(StrEnum):
    """How the execution environment of a call came to be ready."""

    COLD = "cold"
    WARM = "warm"
    RESTORED = "restored"
    PROVISIONED = "provisioned"


class Phase(StrEnum):
    """What a call was made for: only measured calls count for latency, only prewarm calls for init."""

    PREWARM = "prewarm"
    WARMUP = "warmup"
    MEASURED = "measured"
    REPEATED = "repeated"
    """Calls of one probe, to tell whether its one failure was chance."""
    TRIAL = "trial"
    """Calls of one probe to the baseline, to tell whether it fits: the candidate fails every call of it."""


class CallOutcome(StrEnum):
    """How a call ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    UNEXPECTED_ANSWER = "unexpected_answer"
    THROTTLED = "throttled"
    """It got no concurrency, and never reached the code."""
    LOST = "lost"
    """It may have run, and no answer came: no data, and not the version's failure."""


UNSEEN = (CallOutcome.THROTTLED, CallOutcome.LOST)
"""The ends of calls that showed nothing of the version."""
HISTORY = "(log history)"
"""The probe of samples that are no call of ours: cold starts that the log remembers."""


class DurationSource(StrEnum):
    """Whose clock a duration was read from."""

    PLATFORM = "platform"
    CALLER = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is kept of an answer's payload once it has been read."""

    accepted: bool = True
    """Whether it is as the probe expects; says nothing of a function error."""
    why: str = ""
    """What is wrong with it, where it is not accepted."""
    error_type: str = ""
    """The errorType of a function error, empty where it names none."""
    message: str = ""
    """What a language says of an error that it raises itself, or the status of an answer that is not accepted."""
    timed_out: bool = False
    """Whether the message of a function error is that of a time-out."""
    excerpt: str = ""
    """Its beginning, where the policy keeps answers."""


def never() -> bool:
    """Return False."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call to make: who to call, with what, and how it may be recognised."""

    function: str
    version: str
    payload: bytes
    client_context: str
    timeout_s: float
    """The function's own timeout; the read timeout must stand above it."""
    tenant: str = ""
    """Whose environment is called, of a function with tenant isolation; empty for every other function."""
    read: Callable[[bytes, str | None], Reading] = lambda _payload, _error: Reading()
    """Reads a payload and the FunctionError beside it; the payload is dropped after that. Never raises."""
    read_whole: bool = False
    """Whether `read` needs more than the beginning of an answer that is no error."""
    may_repeat: Callable[[], bool] = never
    """Asked before a call that may have run is made again: whether the probe and the budget allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Lambda answered to one call, before anybody read its log tail."""

    payload: bytes
    """Its beginning, where it is long."""
    log_tail: str
    executed_version: str
    function_error: str | None
    status_code: int
    caller_ms: float
    """Wall time on the caller's clock until the answer began, the network included."""
    retries: int = 0
    """Attempts before this one: refused ones (throttles, SnapStart not ready ...), and lost ones that were repeated."""
    throttles: int = 0
    reading: Reading = Reading()
    """What the invocation's `read` made of the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one call showed."""

    arm: Arm
    round: int
    """Counted from 1 within the phase."""
    position: int
    """Place in dispatch order within the round."""
    probe: str
    phase: Phase
    outcome: CallOutcome
    start: Start | None = None
    """None where the platform's report was missing."""
    environment: str | None = None
    """The log stream of the call, when it is known."""
    duration_ms: float | None = None
    duration_source: DurationSource = DurationSource.PLATFORM
    init_ms: float | None = None
    init_failed: bool = False
    """Whether an init failed and was run again inside the call: `init_ms` is that one's, None where it is not told."""
    failed_init_ms: float | None = None
    """How long it took to fail, ahead of the call; None where it is not told."""
    restore_ms: float | None = None
    billed_ms: float | None = None
    memory_mb: float | None = None
    """Peak memory used."""
    memory_size_mb: float | None = None
    error_type: str | None = None
    detail: str = ""
    """One line on what was wrong, without the payload or the answer."""
    message: str = ""
    """What belongs to the error type, as far as it names no value: `'pathParameters'` of a KeyError."""
    advice: str = ""
    """What to do about a version that Lambda could not run."""
    answer: str = ""
    """Beginning of an answer that was wrong; kept only where the policy says `store_payloads`."""
    request_id: str | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """How many cold environments were asked for, how many were tried, and why fewer."""

    asked: int
    granted: int
    reason: str = ""
    at_once: int = 0
    """Calls of both arms together that may overlap, where the pool is too small for one of each; 0 is no bound."""


class Closed(StrEnum):
    """Why no more calls follow."""

    PLANNED = "planned"
    """Every call was made, or every check has decided."""
    STOPPED_EARLY = "stopped early"
    """A check has failed, and nothing can change that."""
    DEADLINE = "deadline"
    BUDGET = "budget"
    ERROR = "error"
    """A call could not be made at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a judgement rests on; `samples` is in dispatch order: by round, then by position."""

    samples: tuple[Sample, ...]
    burst: Burst
    closed: Closed | None = None
    """None while more rounds may follow."""
    seed: int = 0
    baseline: str = ""
    """The version that serves now, empty where there is none or it is not known."""
