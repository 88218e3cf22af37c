"""What came of one call: the emulator's answer and words turned into what Lambda would say. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init, Said

# What awslambdaric answers for an exception; a function that returns just errorType and errorMessage did not fail.
_EXCEPTION_KEYS = {"errorMessage", "errorType", "requestId", "stackTrace"}
# What our loop for Node.js answers; Lambda's own has no requestId, which tells here that it is no result.
_NODE_KEYS = {"errorMessage", "errorType", "requestId", "trace"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one call; status is the platform's: success, error or timeout."""

    payload: bytes
    failed: bool
    """Whether Invoke says FunctionError."""
    duration_ms: float
    init_ms: float | None
    failed_inits: tuple[Init, ...]
    peak_mb: int
    status: str
    error_type: str | None
    lines: tuple[str, ...]
    init_lines: tuple[str, ...]
    again_lines: tuple[str, ...] = ()
    """What was written while the function was initialised once more, after a failed init."""
    restarts: int = 0
    """How often it was initialised inside the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The emulator's answer to one call and what was seen of it from outside."""

    request_id: str
    body: bytes
    code: int
    waited_ms: float
    timeout_s: int
    memory_mb: int
    peak_mb: int
    ended: str = ""
    """Why the runtime was ended from outside: memory, time (the call's limit) or init (that of an init)."""

    @property
    def out_of_memory(self) -> bool:
        """Return whether the function took more memory than it has."""
        return self.ended == "memory"


def outcome_of(answered: Answered, said: Said) -> Outcome:
    """Return what Lambda would make of an answer."""
    timed_out = _is_time_out(answered)
    status, error_type, payload = _status_reported(answered, said, timed_out=timed_out)
    init_ms = next((init.duration_ms for init in said.inits if init.phase == "init" and init.status == "success"), None)
    return Outcome(
        payload=_without_mark(payload, answered.request_id),
        failed=status != "success" or _is_exception(payload, answered.request_id),
        duration_ms=answered.timeout_s * 1000.0 if timed_out else _duration_ms(answered, said, init_ms),
        init_ms=init_ms,
        failed_inits=tuple(init for init in said.inits if init.status != "success"),
        peak_mb=answered.memory_mb if answered.out_of_memory else min(max(1, answered.peak_mb), answered.memory_mb),
        status=status,
        error_type=error_type,
        lines=said.lines,
        init_lines=said.init_lines,
        again_lines=said.again_lines,
        restarts=sum(init.phase == "invoke" for init in said.inits),
    )


def init_is_repeated(answered: Answered, said: Said) -> bool:
    """Return whether Lambda would initialise once more inside the call: the first init failed by itself."""
    failed = any(init.phase == "init" and init.status != "success" for init in said.inits)
    return failed and not answered.out_of_memory and not _is_time_out(answered)


def named(said: Said, answered: Answered) -> Said:
    """Return what was said with failed inits named as Lambda does: timeout, or what the runtime calls its error."""
    status = "timeout" if answered.ended in {"time", "init"} else "error"
    kind = str(_parsed(answered.body).get("errorType", ""))
    inits = (init if init.status == "success" else _named(init, status, kind) for init in said.inits)
    return replace(said, inits=tuple(inits))


def _named(init: Init, status: str, kind: str) -> Init:
    if status == "timeout":
        return replace(init, status=status, error_type="")
    return replace(init, error_type=kind) if kind.startswith("Runtime.") else init


def _is_time_out(answered: Answered) -> bool:
    return answered.ended == "time"


def _duration_ms(answered: Answered, said: Said, init_ms: float | None) -> float:
    if said.duration_ms is None:
        return max(0.0, answered.waited_ms - (init_ms or 0.0))
    # An init that follows a crash or a time-out runs inside the call, and its time counts as the call's.
    suppressed = sum(init.duration_ms for init in said.inits if init.phase == "invoke")
    return said.duration_ms + suppressed


def _status_reported(answered: Answered, said: Said, *, timed_out: bool) -> tuple[str, str | None, bytes]:
    """Return the platform's status, its error type and the payload that Invoke answers."""
    if answered.out_of_memory:
        return _crash(answered, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
    if timed_out:
        text = f"Task timed out after {answered.timeout_s:.2f} seconds"
        _, _, payload = _crash(answered, "Sandbox.Timedout", text)
        return "timeout", None, payload
    if answered.code == 200:
        return "success", None, answered.body
    said_so = _parsed(answered.body)
    if "errorType" in said_so:
        # An exception at import comes as an answer of its own; what the platform sees is the exit.
        kind = str(said_so["errorType"])
        return "error", "Runtime.ExitError" if said.exited and not kind.startswith("Runtime.") else kind, answered.body
    if said.exited:
        return _crash(answered, "Runtime.ExitError", f"Runtime exited with error: {said.exited}")
    return _crash(answered, "Runtime.Unknown", "Unknown application error occurred")


def _crash(answered: Answered, kind: str, text: str) -> tuple[str, str | None, bytes]:
    body = {"errorType": kind, "errorMessage": f"RequestId: {answered.request_id} Error: {text}"}
    return "error", kind, json.dumps(body).encode()


def _is_exception(payload: bytes, request_id: str) -> bool:
    found = _parsed(payload)
    return found.keys() in (_EXCEPTION_KEYS, _NODE_KEYS) and found["requestId"] in {request_id, ""}


def _without_mark(payload: bytes, request_id: str) -> bytes:
    """Return the payload of a Node.js error as Lambda answers it."""
    found = _parsed(payload)
    if found.keys() != _NODE_KEYS or found.pop("requestId") not in {request_id, ""}:
        return payload
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
