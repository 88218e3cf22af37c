"""A log group read by Logs Insights: cold starts one by one, warm calls as number and median of each version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from warmgate.model.log_stream import LogStream
from warmgate_ops.cold_starts.calls import Beginning, Call
from warmgate_ops.cold_starts.finding.gathered import VersionTally
from warmgate_ops.cold_starts.reading.assembling import Reading
from warmgate_ops.cold_starts.reading.calls_of import AHEAD_AFTER_MS
from warmgate_ops.cold_starts.reading.filtering import said_of
from warmgate_ops.cold_starts.reading.querying import Insights, Row, Spent
from warmgate_ops.cold_starts.reading.said import Said
from warmgate_ops.cold_starts.reading.times import time_of

COLD: Final = (
    "fields @timestamp, @message, @logStream"
    " | filter @message like /Init Duration: |Restore Duration: |INIT_START |initDurationMs|restoreDurationMs"
    "|platform.initStart|platform.initReport/"
    " | sort @timestamp asc"
)
"""Every report with an init or a restore, and what environments say of their init, in either log format."""
_OF_STREAMS: Final = (
    "fields @timestamp, @message, @logStream"
    " | filter @logStream in [{streams}] and @message like /REPORT RequestId: |platform.report|START RequestId: "
    "|platform.start/"
    " | sort @timestamp asc"
)
_WARM: Final = (
    'filter {type} = "{report}" and not ispresent({init}) and {without_restore}'
    r" | parse @logStream /^[0-9]+.[0-9]+.[0-9]+.(?<function>[A-Za-z0-9_-]*)\[(?<version>[^\]]+)\]/"
    " | stats count(*) as calls, pct({duration}, 50) as median, min(@timestamp) as first, max(@timestamp) as last"
    " by function, version"
)
WARM_TEXT: Final = _WARM.format(
    type="@type",
    report="REPORT",
    init="@initDuration",
    without_restore="@message not like /Restore Duration: /",
    duration="@duration",
)
WARM_JSON: Final = _WARM.format(
    type="type",
    report="platform.report",
    init="record.metrics.initDurationMs",
    without_restore="not ispresent(record.metrics.restoreDurationMs)",
    duration="record.metrics.durationMs",
)
STREAMS_A_QUERY: Final = 50
_ORDER: Final = ("INIT", "RESTORE", "platform.init", "START", "platform.start", "REPORT", "platform.report")


def cold_calls(
    insights: Insights, group: str, since_s: int, until_s: int, spent: Spent, ahead_after_ms: float = AHEAD_AFTER_MS
) -> Iterator[Call]:
    """Yield the calls of a group that tell of an init or a restore, and those with an init inside.

    Raises LogLookupError.

    Of calls without either only those in environments that crashed are looked at: whoever counts warm calls counts
    them, too.
    """
    window = (since_s, until_s, spent)
    rows = list(insights.rows(group, COLD, *window))
    crashed = sorted(_unanswered(rows))
    for first in range(0, len(crashed), STREAMS_A_QUERY):
        named = ", ".join(f'"{stream}"' for stream in crashed[first : first + STREAMS_A_QUERY])
        known = {(row["@logStream"], row["@timestamp"], row["@message"]) for row in rows}
        more = insights.rows(group, _OF_STREAMS.format(streams=named), *window)
        rows += [row for row in more if (row["@logStream"], row["@timestamp"], row["@message"]) not in known]
    yield from Reading(ahead_after_ms=ahead_after_ms).calls(_said_in(rows))


def warm_calls(
    insights: Insights, group: str, query: str, since_s: int, until_s: int, spent: Spent
) -> Iterator[VersionTally]:
    """Yield number, median and times of the calls of each version whose report tells no init and no restore.

    The function is empty where the stream does not name it. Raises LogLookupError.
    """
    for row in insights.rows(group, query, since_s, until_s, spent):
        if row.get("version"):
            yield VersionTally(
                function=row.get("function") or "",
                version=row["version"],
                calls=int(float(row["calls"])),
                warm_median_ms=float(row["median"]) if row.get("median") else None,
                first_at_ms=time_of(row.get("first")) or 0.0,
                last_at_ms=time_of(row.get("last")) or 0.0,
            )


def is_warm_too(call: Call) -> bool:
    """Return whether `warm_calls` counts a call: its report tells no init and no restore."""
    return call.beginning in {Beginning.WARM, Beginning.SUPPRESSED} or (
        call.beginning is Beginning.PROVISIONED and call.init_ms is None
    )


def _unanswered(rows: Sequence[Row]) -> set[str]:
    """Return the streams in which more inits began, or failed, than reports tell of."""
    begun: dict[str, int] = {}
    for row in rows:
        message = row.get("@message", "")
        stream = row.get("@logStream", "")
        if not LogStream.named(stream).version:
            continue
        if message.startswith("INIT_START ") or '"platform.initStart"' in message:
            begun[stream] = begun.get(stream, 0) + 1
        elif message.startswith("REPORT ") or '"platform.report"' in message:
            begun[stream] = begun.get(stream, 0) - 1
    return {stream for stream, count in begun.items() if count > 0}


def _said_in(rows: Sequence[Row]) -> Iterator[Said]:
    timed = ((time_of(row.get("@timestamp")) or 0.0, row) for row in rows)
    for at_ms, row in sorted(timed, key=lambda each: (each[0], _rank(each[1].get("@message", "")))):
        yield from said_of(row.get("@logStream", ""), at_ms, row.get("@message", ""))


def _rank(message: str) -> int:
    """Return the place of a line among those of the same millisecond, whose order a result does not keep."""
    if message.startswith("{"):
        return next((place for place, word in enumerate(_ORDER) if f'"{word}' in message), len(_ORDER))
    return next((place for place, word in enumerate(_ORDER) if message.startswith(word)), len(_ORDER))
