"""Records of a log become calls, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from warmgate.logs.records import InvocationRecord
from warmgate.model.calls import Start
from warmgate.model.log_stream import LogStream
from warmgate_ops.cold_starts.calls import Beginning, Call

AHEAD_AFTER_MS = 1000.0
"""A call that begins so long after the end of its environment's init did not wait for it; not verified on AWS."""
_OTHERS = {
    Start.WARM: Beginning.WARM,
    Start.RESTORED: Beginning.RESTORED,
    Start.PROVISIONED: Beginning.PROVISIONED,
    None: Beginning.WARM,
}


def calls_of(
    records: Iterable[InvocationRecord],
    *,
    function: str = "",
    version: str = "",
    ahead_after_ms: float = AHEAD_AFTER_MS,
) -> Iterator[Call]:
    """Yield a call for each record with a report; the given names count where its stream holds none.

    A call is at 0 where the log tells no times.
    """
    for record in records:
        if record.duration_ms is not None:
            yield call_of(record, function=function, version=version, ahead_after_ms=ahead_after_ms)


def call_of(
    record: InvocationRecord, *, function: str = "", version: str = "", ahead_after_ms: float = AHEAD_AFTER_MS
) -> Call:
    """Return the call of a record with a report."""
    stream = _stream(record.log_stream or "")
    beginning = beginning_of(record, ahead_after_ms)
    return Call(
        function=stream.function or function,
        version=stream.version or version,
        environment=stream.name,
        beginning=beginning,
        ended_ms=record.at_ms or 0.0,
        duration_ms=record.duration_ms or 0.0,
        init_ms=_init_ms(record, beginning),
        billed_ms=record.billed_ms,
        memory_mb=record.memory_mb,
        max_memory_mb=record.max_memory_mb,
        request_id=record.request_id or "",
        trace_id=record.trace_id or "",
        status=record.status or "success",
        error_type=record.error_type or "",
    )


def beginning_of(record: InvocationRecord, ahead_after_ms: float = AHEAD_AFTER_MS) -> Beginning:
    """Return what an environment did before or inside the call of a record."""
    if record.start is not Start.COLD:
        return _OTHERS[record.start]
    if record.init_ms is None:
        # Its init ran inside the call: Lambda tells an Init Duration of an init before the call alone.
        return Beginning.SUPPRESSED
    return Beginning.AHEAD if _is_ahead(record, record.init_ms, ahead_after_ms) else Beginning.COLD


def _is_ahead(record: InvocationRecord, init_ms: float, ahead_after_ms: float) -> bool:
    begun_ms = record.begun_ms
    if begun_ms is None and record.at_ms is not None:
        begun_ms = record.at_ms - (record.duration_ms or 0.0)
    if begun_ms is None or record.init_started_ms is None:
        return False
    return begun_ms > record.init_started_ms + init_ms + ahead_after_ms


def _init_ms(record: InvocationRecord, beginning: Beginning) -> float | None:
    if beginning is Beginning.SUPPRESSED:
        return record.suppressed_init_ms
    return record.restore_ms if beginning is Beginning.RESTORED else record.init_ms


@lru_cache(maxsize=4096)
def _stream(name: str) -> LogStream:
    return LogStream.named(name)
