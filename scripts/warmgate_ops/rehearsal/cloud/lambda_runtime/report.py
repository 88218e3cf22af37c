"""Writes what Lambda's platform says of an invocation, in its text format or as JSON records. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from warmgate_ops.rehearsal.cloud.lambda_runtime.emulator_log import Init
from warmgate_ops.rehearsal.cloud.lambda_runtime.snapshots import Restore
from warmgate_ops.rehearsal.cloud.traces.documents import TraceIds

_LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2}
_RUNTIME = "python:rehearsal.v1"
_RUNTIME_ARN = "arn:aws:lambda:::runtime:rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One invocation as the platform saw it; status is success, error or timeout."""

    request_id: str
    version: str
    duration_ms: float
    memory_mb: int
    peak_mb: int
    init_ms: float | None = None
    failed_inits: tuple[Init, ...] = ()
    status: str = "success"
    error_type: str | None = None
    failed: bool = False
    """Whether the function failed, by an exception too, which leaves the platform's status at success."""
    lines: tuple[str, ...] = ()
    """What the application wrote during the call."""
    init_lines: tuple[str, ...] = ()
    again_lines: tuple[str, ...] = ()
    """What it wrote while it was initialised once more inside the call, after a failed init."""
    first: bool = False
    """Whether the environment was initialised for this call."""
    provisioned: bool = False
    restore: Restore | None = None
    """How the environment was restored from its snapshot for this call."""
    trace: TraceIds | None = None
    """Of a call that is sampled."""
    ended_s: float = 0.0

    @property
    def began_s(self) -> float:
        """Return when the call itself began."""
        return self.ended_s - self.duration_ms / 1000

    @property
    def init_began_s(self) -> float:
        """Return when the environment began to be initialised or restored for the call."""
        restored_ms = self.restore.duration_ms if self.restore else 0.0
        failed_ms = sum(init.duration_ms for init in self.failed_inits if init.phase == "init")
        return self.began_s - ((self.init_ms or failed_ms or restored_ms) / 1000 if self.first else 0.0)

    @property
    def billed_ms(self) -> int:
        """Return the billed time: init is billed since 2025-08, that of provisioned concurrency at its allocation.

        Of the hundredths that the line prints: 1.004 ms stand there as 1.00 ms and are billed as 1 ms.
        """
        init_ms = 0.0 if self.provisioned else self.init_ms or 0.0
        return math.ceil(round(round(self.duration_ms, 2) + round(init_ms, 2), 2))


@dataclass(frozen=True, slots=True)
class Logging:
    """A function's LoggingConfig."""

    json: bool = False
    system_level: str = "INFO"


def log_lines(ran: Ran, logging: Logging) -> tuple[str, ...]:
    """Return the log events of an invocation, in order."""
    return _json_lines(ran, logging) if logging.json else _text_lines(ran)


def times_s(ran: Ran, lines: tuple[str, ...]) -> tuple[float, ...]:
    """Return when each line was written: what initialised before its call began, the rest as it ended.

    When an application wrote a line of its call is not known; its end stands for it.
    """
    place = next((number for number, line in enumerate(lines) if _is_start(line, ran.request_id)), -1)
    before = [ran.began_s] * (place + 1)
    if place > 0 and ran.first:
        before[0] = ran.init_began_s
    return (*before, *[ran.ended_s] * (len(lines) - len(before)))


def _is_start(line: str, request_id: str) -> bool:
    return line.startswith(f"START RequestId: {request_id} ") or '"type":"platform.start"' in line


def allocation_lines(init: Init, init_lines: tuple[str, ...], logging: Logging, ended_s: float) -> tuple[str, ...]:
    """Return the log events of an environment that provisioned concurrency initialised ahead of any call."""
    if not logging.json:
        return (_text_start(), *init_lines, _text_init(init))
    return (
        *_kept(logging, "INFO", _start_record("provisioned-concurrency", ended_s)),
        *init_lines,
        *_kept(logging, "INFO" if init.status == "success" else "WARN", _init_record(init, True, ended_s)),
    )


def start_lines(init_lines: tuple[str, ...], logging: Logging, began_s: float) -> tuple[str, ...]:
    """Return the log events of an environment that was initialised ahead of any call without being provisioned."""
    if not logging.json:
        return _text_start(), *init_lines
    return *_kept(logging, "INFO", _start_record("on-demand", began_s)), *init_lines


def tail_of(lines: tuple[str, ...], limit: int = 4096) -> bytes:
    """Return the last 4 KB of a log, as Invoke's LogResult holds it."""
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")[-limit:]


def _text_lines(ran: Ran) -> tuple[str, ...]:
    report = (
        f"REPORT RequestId: {ran.request_id}\tDuration: {ran.duration_ms:.2f} ms\tBilled Duration: {ran.billed_ms} ms\t"
        f"Memory Size: {ran.memory_mb} MB\tMax Memory Used: {ran.peak_mb} MB\t"
    )
    if ran.init_ms is not None:
        report += f"Init Duration: {ran.init_ms:.2f} ms\t"
    if ran.restore is not None:
        billed_ms = math.ceil(ran.restore.duration_ms)
        report += f"Restore Duration: {ran.restore.duration_ms:.2f} ms\tBilled Restore Duration: {billed_ms} ms\t"
    if ran.status != "success":
        kind = f"\tError Type: {ran.error_type}" if ran.error_type and ran.status != "timeout" else ""
        report += f"Status: {ran.status}{kind}"
    if ran.trace is not None:
        report += f"\nXRAY TraceId: {ran.trace.trace_id}\tSegmentId: {ran.trace.function_id}\tSampled: true\t"
    return (
        *((_text_start(),) if ran.first else ()),
        *_text_restore(ran.restore),
        *ran.init_lines,
        *(_text_init(init) for init in ran.failed_inits[:1]),
        *ran.again_lines,
        *(_text_init(init) for init in ran.failed_inits[1:]),
        f"START RequestId: {ran.request_id} Version: {ran.version}",
        *ran.lines,
        f"END RequestId: {ran.request_id}",
        report,
    )


def _text_start() -> str:
    return f"INIT_START Runtime Version: {_RUNTIME}\tRuntime Version ARN: {_RUNTIME_ARN}"


def _text_restore(restore: Restore | None) -> tuple[str, ...]:
    if restore is None:
        return ()
    start = _text_start().replace("INIT_START", "RESTORE_START")
    return start, *restore.lines, f"RESTORE_REPORT Restore Duration: {restore.duration_ms:.2f} ms"


def _text_init(init: Init) -> str:
    kind = f"\tError Type: {init.error_type}" if init.error_type else ""
    outcome = f"\tStatus: {init.status}{kind}" if init.status != "success" else ""
    return f"INIT_REPORT Init Duration: {init.duration_ms:.2f} ms\tPhase: {init.phase}{outcome}"


def _json_lines(ran: Ran, logging: Logging) -> tuple[str, ...]:
    """Return the records that the system log level lets through; a report is WARN where the call did not succeed."""
    started: dict[str, object] = {"requestId": ran.request_id, "version": ran.version, **_tracing(ran)}
    start = _record("platform.start", started, ran.began_s)
    level = "INFO" if ran.status == "success" else "WARN"
    inits = [
        line for init in ran.failed_inits for line in _kept(logging, "WARN", _init_record(init, False, ran.began_s))
    ]
    return (
        *(_kept(logging, "INFO", _start_record("on-demand", ran.init_began_s)) if ran.first else ()),
        *_json_restore(ran, logging),
        *ran.init_lines,
        *inits[:1],
        *ran.again_lines,
        *inits[1:],
        *_kept(logging, "INFO", start),
        *ran.lines,
        *_kept(logging, level, _report_record(ran)),
    )


def _json_restore(ran: Ran, logging: Logging) -> tuple[str, ...]:
    if ran.restore is None:
        return ()
    report: dict[str, object] = {"status": "success", "metrics": {"durationMs": round(ran.restore.duration_ms, 3)}}
    return (
        *_kept(logging, "INFO", _record("platform.restoreStart", {"runtimeVersion": _RUNTIME}, ran.init_began_s)),
        *ran.restore.lines,
        *_kept(logging, "INFO", _record("platform.restoreReport", report, ran.began_s)),
    )


def _report_record(ran: Ran) -> str:
    metrics: dict[str, float] = {
        "durationMs": round(ran.duration_ms, 3),
        "billedDurationMs": ran.billed_ms,
        "memorySizeMB": ran.memory_mb,
        "maxMemoryUsedMB": ran.peak_mb,
    }
    if ran.init_ms is not None:
        metrics["initDurationMs"] = round(ran.init_ms, 3)
    if ran.restore is not None:
        metrics["restoreDurationMs"] = round(ran.restore.duration_ms, 3)
        metrics["billedRestoreDurationMs"] = math.ceil(ran.restore.duration_ms)
    record: dict[str, object] = {
        "requestId": ran.request_id,
        "status": ran.status,
        "metrics": metrics,
        **_tracing(ran),
    }
    if ran.error_type and ran.status == "error":
        record["errorType"] = ran.error_type
    return _record("platform.report", record, ran.ended_s)


def _tracing(ran: Ran) -> dict[str, object]:
    """Return the member that names the trace of a call (Lambda, Telemetry API, TraceContext)."""
    if ran.trace is None:
        return {}
    value = {"spanId": ran.trace.function_id, "type": "X-Amzn-Trace-Id", "value": ran.trace.header}
    return {"tracing": value}


def _start_record(kind: str, ended_s: float) -> str:
    record = {"initializationType": kind, "phase": "init", "runtimeVersion": _RUNTIME}
    return _record("platform.initStart", record, ended_s)


def _init_record(init: Init, provisioned: bool, ended_s: float) -> str:
    record: dict[str, object] = {
        "initializationType": "provisioned-concurrency" if provisioned else "on-demand",
        "phase": init.phase,
        "status": init.status,
        "metrics": {"durationMs": round(init.duration_ms, 3)},
    }
    if init.status != "success" and init.error_type:
        record["errorType"] = init.error_type
    return _record("platform.initReport", record, ended_s)


def _kept(logging: Logging, level: str, line: str) -> tuple[str, ...]:
    return (line,) if _LEVELS[level] >= _LEVELS.get(logging.system_level, 1) else ()


def _record(kind: str, record: dict[str, object] | dict[str, str], ended_s: float) -> str:
    at = datetime.fromtimestamp(ended_s, UTC)
    time = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    return json.dumps({"time": time, "type": kind, "record": record}, separators=(",", ":"))
