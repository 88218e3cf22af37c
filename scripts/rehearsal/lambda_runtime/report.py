"""Writes what Lambda's platform says of an invocation, in its text format or as JSON records. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One invocation as the platform saw it; status is success, error or timeout."""

    request_id: str
    version: str
    duration_ms: float
    memory_mb: int
    peak_mb: int
    init_ms: float | None = None
    status: str = "success"
    error_type: str | None = None
    lines: tuple[str, ...] = ()
    """What the application wrote, before and during the call."""
    init_lines: tuple[str, ...] = ()
    first: bool = False
    """Whether this is the first call of its environment."""

    @property
    def billed_ms(self) -> int:
        """Return the billed time: init is billed since 2025-08."""
        return math.ceil(self.duration_ms + (self.init_ms or 0.0))


@dataclass(frozen=True, slots=True)
class Logging:
    """A function's LoggingConfig."""

    json: bool = False
    system_level: str = "INFO"


def log_lines(ran: Ran, logging: Logging) -> tuple[str, ...]:
    """Return the log events of an invocation, in order."""
    return _json_lines(ran, logging) if logging.json else _text_lines(ran)


def _text_lines(ran: Ran) -> tuple[str, ...]:
    head = ("INIT_START Runtime Version: python:rehearsal.v1\tRuntime Version ARN: arn:aws:lambda:::runtime:rehearsal",)
    report = (
        f"REPORT RequestId: {ran.request_id}\tDuration: {ran.duration_ms:.2f} ms\tBilled Duration: {ran.billed_ms} ms\t"
        f"Memory Size: {ran.memory_mb} MB\tMax Memory Used: {ran.peak_mb} MB\t"
    )
    if ran.init_ms is not None:
        report += f"Init Duration: {ran.init_ms:.2f} ms\t"
    if ran.status != "success":
        report += f"Status: {ran.status}" + (f"\tError Type: {ran.error_type}" if ran.error_type else "")
    return (
        *(head if ran.first else ()),
        *ran.init_lines,
        f"START RequestId: {ran.request_id} Version: {ran.version}",
        *ran.lines,
        f"END RequestId: {ran.request_id}",
        report,
    )


def _json_lines(ran: Ran, logging: Logging) -> tuple[str, ...]:
    metrics: dict[str, float] = {
        "durationMs": round(ran.duration_ms, 3),
        "billedDurationMs": ran.billed_ms,
        "memorySizeMB": ran.memory_mb,
        "maxMemoryUsedMB": ran.peak_mb,
    }
    if ran.init_ms is not None:
        metrics["initDurationMs"] = round(ran.init_ms, 3)
    record: dict[str, object] = {"requestId": ran.request_id, "status": ran.status, "metrics": metrics}
    if ran.error_type and ran.status != "success":
        record["errorType"] = ran.error_type
    # A successful report is INFO, any other WARN; START is INFO always (Lambda, log levels).
    quiet = logging.system_level == "WARN"
    start = _record("platform.start", {"requestId": ran.request_id, "version": ran.version})
    lines = (*ran.init_lines, *(() if quiet else (start,)), *ran.lines)
    hidden = quiet and ran.status == "success"
    return lines if hidden else (*lines, _record("platform.report", record))


def _record(kind: str, record: dict[str, object]) -> str:
    return json.dumps({"time": "1970-01-01T00:00:00.000Z", "type": kind, "record": record}, separators=(",", ":"))


def tail_of(lines: tuple[str, ...], limit: int = 4096) -> bytes:
    """Return the last 4 KB of a log, as Invoke's LogResult holds it."""
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")[-limit:]
