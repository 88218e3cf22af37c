"""Traces of X-Ray by the ids that REPORT lines carry: nothing is searched, and few are paid for.

With CloudWatch Transaction Search spans go to a log group and BatchGetTraces finds nothing: GetTraceSegmentDestination
tells, and the same ids are retrieved from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warmgate.adapters.faults import SDK_ERRORS
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.causes.segments import TraceParts, parts_of
from warmgate_ops.cold_starts.causes.wording import DAY, MINUTE
from warmgate_ops.cold_starts.events.asking import Clients

MOST = 20
BATCH = 5
"""The most that BatchGetTraces takes at once."""
KEPT_MS = 30 * DAY
LONGEST_MS = MINUTE
"""So long the retrieval of Transaction Search is waited for."""
PAUSE_MS = 1_000.0
OPEN = frozenset({"SCHEDULED", "RUNNING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """The traces that were found of those that were asked for."""

    asked: int
    found: tuple[TraceParts, ...]
    where: str
    """X-Ray, or CloudWatch Transaction Search."""
    note: str = ""


class Traces:
    """X-Ray through the SDK; `clients` gives the client of a service."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._client = clients("xray")
        self._clock = clock

    def slowest(self, cold: Sequence[Call]) -> Traced | None:
        """Return the traces of the slowest cold starts that have an id, twenty at most; None where none has one."""
        oldest = self._clock.epoch_ms() - KEPT_MS
        known = [call for call in cold if call.trace_id and call.ended_ms >= oldest]
        known.sort(key=lambda call: -(call.first_response_ms or 0.0))
        kept = known[:MOST]
        if not kept:
            return None
        ids = [call.trace_id for call in kept]
        if self._searchable():
            return self._retrieved(ids, min(c.called_ms for c in kept), max(c.ended_ms for c in kept))
        found = (parts_of(trace_id, documents) for trace_id, documents in self._got(ids))
        return Traced(asked=len(ids), found=tuple(each for each in found if each), where="X-Ray")

    def _searchable(self) -> bool:
        """Return whether Transaction Search is on; whoever may not ask is taken to have X-Ray as ever."""
        try:
            return bool(self._client.get_trace_segment_destination().get("Destination") == "CloudWatchLogs")
        except SDK_ERRORS:
            return False

    def _got(self, ids: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        for at in range(0, len(ids), BATCH):
            asked: dict[str, Any] = {"TraceIds": list(ids[at : at + BATCH])}
            while True:
                page = self._client.batch_get_traces(**asked)
                for trace in page.get("Traces", []):
                    yield trace["Id"], [segment["Document"] for segment in trace.get("Segments", [])]
                if not page.get("NextToken"):
                    break
                asked["NextToken"] = page["NextToken"]

    def _retrieved(self, ids: list[str], since_ms: float, until_ms: float) -> Traced:
        token = self._client.start_trace_retrieval(
            TraceIds=ids, StartTime=_utc(since_ms - MINUTE), EndTime=_utc(until_ms + MINUTE)
        )["RetrievalToken"]
        until = self._clock.now_ms() + LONGEST_MS
        documents: dict[str, list[str]] = {}
        page: dict[str, Any] = self._client.list_retrieved_traces(RetrievalToken=token, TraceFormat="XRAY")
        while page.get("RetrievalStatus") in OPEN and self._clock.now_ms() < until:
            self._clock.sleep_ms(PAUSE_MS)
            page = self._client.list_retrieved_traces(RetrievalToken=token, TraceFormat="XRAY")
        status = str(page.get("RetrievalStatus"))
        while True:
            for trace in page.get("Traces", []):
                documents.setdefault(trace["Id"], []).extend(span["Document"] for span in trace.get("Spans", []))
            if not page.get("NextToken"):
                break
            page = self._client.list_retrieved_traces(
                RetrievalToken=token, TraceFormat="XRAY", NextToken=page["NextToken"]
            )
        found = (parts_of(trace_id, own) for trace_id, own in documents.items())
        return Traced(
            asked=len(ids),
            found=tuple(each for each in found if each),
            where="CloudWatch Transaction Search",
            note="" if status == "COMPLETE" else f"the retrieval is {status}, expected COMPLETE",
        )


def _utc(at_ms: float) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
