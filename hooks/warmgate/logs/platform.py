"""The platform's own words in a Lambda log: one message or JSON record in, one typed event out.

It does not decide which invocation an event belongs to; `invocations` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from warmgate.logs.raised import Raised, raised_of_record, raised_of_text

PROVISIONED: Final = "provisioned-concurrency"
ON_DEMAND: Final = "on-demand"
TIMED_OUT: Final = "Sandbox.Timedout"


@dataclass(frozen=True, slots=True)
class Started:
    """An invocation began."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An invocation ended; its report follows."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The platform's report of one invocation; None where it says nothing, 0.0 where it says zero."""

    request_id: str | None
    duration_ms: float | None = None
    billed_ms: float | None = None
    memory_mb: float | None = None
    max_memory_mb: float | None = None
    init_ms: float | None = None
    restore_ms: float | None = None
    status: str | None = None
    error_type: str | None = None
    tenant: str | None = None
    """Whose environment it was; only JSON format says it (Lambda, monitoring functions with tenant isolation)."""
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class InitStarted:
    """An environment began to initialise; `kind` is its initialization type where stated."""

    kind: str | None
    phase: str | None = None
    runtime_version: str | None = None


@dataclass(frozen=True, slots=True)
class Initialised:
    """An environment's own report of its init."""

    duration_ms: float | None
    phase: str
    kind: str
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """An environment is being restored from a snapshot; the duration is None until it is."""

    duration_ms: float | None


@dataclass(frozen=True, slots=True)
class KindStated:
    """The function printed the initialization type of its environment."""

    kind: str


@dataclass(frozen=True, slots=True)
class ExtensionStarted:
    """An extension has registered with an environment."""

    name: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An invocation failed, said by a line other than its report."""

    request_id: str
    status: str
    error_type: str | None
    after_ms: float | None = None


Event = (
    Started | Ended | Reported | InitStarted | Initialised | Restored | KindStated | ExtensionStarted | Failed | Raised
)

# Real platform lines are below 1,000 characters; what a longer line may hold behind that is not the platform's.
_LONGEST = 2000
_REPORT = re.compile(r"REPORT RequestId:\s*(\S+)(.*)", re.DOTALL)
_ENDS = re.compile(r"(START|END) RequestId:\s*(\S+)")
# Log lines pasted into one line keep their order; an END straight before a REPORT is what the platform prints.
_JOINED = re.compile(r"(?:START RequestId: \S+ Version: \S+\s+)?END RequestId: \S+\s+(?=REPORT RequestId:)")
_TIMEOUT = re.compile(r"(?:RequestId: )?(\S+) (?:Error: )?Task timed out after ([0-9]+(?:\.[0-9]+)?) seconds")
_CRASH = re.compile(r"RequestId: (\S+) (?:Error: \S|(Process exited before completing request))")
_EXIT = re.compile(r"Error: (?:Runtime exited|exit (?:status|code))")
_ERROR_TYPE = re.compile(r"(?:^|\s)([A-Z][A-Za-z]*\.[A-Z][A-Za-z]*)$")
_NUMBER = re.compile(r"(?<![A-Za-z.])([A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*){0,3}): *([0-9]+(?:\.[0-9]+)?) *(?:ms|MB)\b")
_WORD = re.compile(r"\b(Status|Error Type|Phase): *([^\s]+)")
_FIELD_LINE = re.compile(
    r"(?:(?:Billed |Init |Restore |Billed Restore )?Duration|Memory Size|(?:Max )?Memory Used|Status|Error Type"
    r"|XRAY TraceId): *\S"
)
_TRACE = re.compile(r"XRAY TraceId: *([\w-]+)")
_ROOT = re.compile(r"Root=([\w-]+)")
_RUNTIME = re.compile(r"Runtime Version: *(\S+)(?:\s+Runtime Version ARN: *(\S+))?")
_EXTENSION = re.compile(r"EXTENSION\s+Name: *(\S+)\s+State: *\S+")
_KIND = re.compile(r"AWS_LAMBDA_INITIALIZATION_TYPE[\"'\\]*\s*[=:]+\s*[\"'\\]*([a-z-]+)")
_STATUSES = frozenset({"success", "failure", "error", "timeout"})


def continues(head: str, text: str) -> bool:
    """Say whether `text` is the rest of the message that began with `head`: a report's fields, a crash's type."""
    if len(head) > _LONGEST:
        return False
    if head.startswith("REPORT RequestId:"):
        return _FIELD_LINE.match(text) is not None
    return len(text) < 100 and _CRASH.match(head) is not None and _ERROR_TYPE.fullmatch(text.strip()) is not None


def event_of_text(text: str) -> Event | None:
    """Return the event that a text message states, None for an application's own output."""
    text = text[:_LONGEST]
    joined = _JOINED.match(text)
    if joined:
        text = text[joined.end() :]
    if text.startswith("REPORT "):
        return _reported(text)
    if text.startswith(("START ", "END ")):
        return _boundary(text)
    if text.startswith(("INIT_", "RESTORE_")):
        return _environment(text)
    if text.startswith("EXTENSION"):
        extension = _EXTENSION.match(text)
        return ExtensionStarted(extension[1]) if extension else None
    return _failure(text) or raised_of_text(text) or _kind(text)


def event_of_record(message: dict[str, Any]) -> Event | None:
    """Return the event that a `platform.*` record or a runtime's error record states, None where it is of no use."""
    if "type" not in message:
        return raised_of_record(message)
    record = message.get("record")
    kind = str(message.get("type"))
    if kind == "platform.fault" and isinstance(record, str):
        return event_of_text(record)
    if not isinstance(record, dict):
        return Reported(request_id=None) if kind == "platform.report" else None
    read = _RECORDS.get(kind)
    return read(record) if read else None


def _boundary(text: str) -> Started | Ended | None:
    found = _ENDS.match(text)
    if not found:
        return None
    return Started(found[2]) if found[1] == "START" else Ended(found[2])


def _reported(text: str) -> Reported | None:
    found = _REPORT.match(text)
    if not found:
        return None
    numbers, words = _fields(found[2])
    if not numbers:
        return None
    trace = _TRACE.search(found[2]) if "XRAY" in found[2] else None
    return Reported(
        request_id=found[1],
        duration_ms=numbers.get("Duration"),
        billed_ms=numbers.get("Billed Duration"),
        memory_mb=numbers.get("Memory Size"),
        max_memory_mb=numbers.get("Max Memory Used", numbers.get("Memory Used")),
        init_ms=numbers.get("Init Duration"),
        restore_ms=numbers.get("Restore Duration"),
        status=_status(words.get("Status")),
        error_type=words.get("Error Type"),
        trace_id=trace[1] if trace else None,
    )


def _environment(text: str) -> InitStarted | Initialised | Restored | None:
    numbers, words = _fields(text.partition(" ")[2])
    if text.startswith("INIT_START "):
        runtime = _RUNTIME.search(text)
        return InitStarted(None, None, (runtime[2] or runtime[1]) if runtime else None)
    if text.startswith(("RESTORE_START ", "RESTORE_REPORT ")):
        return Restored(numbers.get("Restore Duration"))
    if not text.startswith("INIT_REPORT ") or "Init Duration" not in numbers:
        return None
    # In text format an init that went well is only reported for SnapStart and provisioned concurrency.
    status = _status(words.get("Status"))
    kind = PROVISIONED if status in {None, "success"} else ON_DEMAND
    return Initialised(numbers["Init Duration"], words.get("Phase", "init"), kind, status)


def _failure(text: str) -> Failed | None:
    timeout = _TIMEOUT.match(text)
    if timeout:
        return Failed(timeout[1], "timeout", TIMED_OUT, float(timeout[2]) * 1000)
    crash = _CRASH.match(text)
    if not crash:
        return None
    stated = _ERROR_TYPE.search(text.rstrip())
    if stated:
        return Failed(crash[1], "error", stated[1])
    return Failed(crash[1], "error", "Runtime.ExitError") if crash[2] or _EXIT.search(text) else None


def _kind(text: str) -> KindStated | None:
    found = _KIND.search(text) if "AWS_LAMBDA_INIT" in text else None
    return KindStated(found[1]) if found else None


def _fields(text: str) -> tuple[dict[str, float], dict[str, str]]:
    """Read `Name: number unit` and the worded fields by name; the first of a name counts."""
    text = text.partition("XRAY TraceId:")[0]
    if "\t" not in text:
        text = text.replace("\\t", "\t")
    numbers: dict[str, float] = {}
    for name, number in _NUMBER.findall(text):
        value = _number(number)
        if value is not None:
            numbers.setdefault(name, value)
    words: dict[str, str] = {}
    for name, word in _WORD.findall(text):
        words.setdefault(name, word)
    return numbers, words


def _status(word: object) -> str | None:
    """Return one of the four documented words; an undocumented one is an error, for it is not the success we know."""
    if not isinstance(word, str) or not word:
        return None
    word = word.lower()
    return word if word in _STATUSES else "error"


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < float("inf") else None


def _word(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) and value else None


def _metric(record: dict[str, Any], key: str) -> float | None:
    metrics = record.get("metrics")
    return _number(metrics.get(key)) if isinstance(metrics, dict) else None


def _trace(record: dict[str, Any]) -> str | None:
    tracing = record.get("tracing")
    root = _ROOT.search(_word(tracing, "value") or "") if isinstance(tracing, dict) else None
    return root[1] if root else None


def _extension_record(record: dict[str, Any]) -> ExtensionStarted | None:
    name = _word(record, "name")
    return ExtensionStarted(name) if name else None


def _init_start_record(record: dict[str, Any]) -> InitStarted:
    runtime_version = _word(record, "runtimeVersionArn") or _word(record, "runtimeVersion")
    return InitStarted(_word(record, "initializationType"), _word(record, "phase"), runtime_version)


def _report_record(record: dict[str, Any]) -> Reported:
    return Reported(
        request_id=_word(record, "requestId"),
        duration_ms=_metric(record, "durationMs"),
        billed_ms=_metric(record, "billedDurationMs"),
        memory_mb=_metric(record, "memorySizeMB"),
        max_memory_mb=_metric(record, "maxMemoryUsedMB"),
        init_ms=_metric(record, "initDurationMs"),
        restore_ms=_metric(record, "restoreDurationMs"),
        status=_status(record.get("status")),
        error_type=_word(record, "errorType"),
        tenant=_word(record, "tenantId"),
        trace_id=_trace(record),
    )


def _done_record(record: dict[str, Any]) -> Failed | None:
    request_id, status = _word(record, "requestId"), _status(record.get("status"))
    if request_id is None or status in {None, "success"}:
        return None
    return Failed(request_id, status or "error", _word(record, "errorType"))


def _start_record(record: dict[str, Any]) -> Started | None:
    request_id = _word(record, "requestId")
    return Started(request_id) if request_id else None


def _init_record(record: dict[str, Any]) -> Initialised:
    kind = _word(record, "initializationType") or ""
    phase, status = _word(record, "phase") or "init", _status(record.get("status"))
    return Initialised(_metric(record, "durationMs"), phase, kind, status)


_RECORDS: dict[str, Callable[[dict[str, Any]], Event | None]] = {
    "platform.start": _start_record,
    "platform.report": _report_record,
    "platform.runtimeDone": _done_record,
    "platform.initStart": _init_start_record,
    "platform.extension": _extension_record,
    "platform.initReport": _init_record,
    "platform.restoreStart": lambda _: Restored(None),
    "platform.restoreRuntimeDone": lambda _: Restored(None),
    "platform.restoreReport": lambda record: Restored(_metric(record, "durationMs")),
}
