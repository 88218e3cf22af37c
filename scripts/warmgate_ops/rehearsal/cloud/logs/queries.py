"""Queries of Logs Insights in motion: started, asked for, stopped. Pure; the clock is passed in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warmgate_ops.rehearsal.cloud.logs.fields import row_of
from warmgate_ops.rehearsal.cloud.logs.insights import QueryError, compile_query
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal
from warmgate_ops.rehearsal.cloud.logs.store import LogEvent, LogStore

_SCHEDULED_PART = 0.25
"""Of the time that a query takes, how much of it waits for its turn."""


@dataclass(slots=True)
class _Started:
    at_s: float
    takes_s: float
    results: list[list[dict[str, str]]]
    matched: int
    scanned: int
    scanned_bytes: int
    is_cancelled: bool = False

    def status(self, now_s: float) -> str:
        """Return how far it is."""
        passed_s = now_s - self.at_s
        if self.is_cancelled:
            return "Cancelled"
        if passed_s >= self.takes_s:
            return "Complete"
        return "Running" if passed_s >= self.takes_s * _SCHEDULED_PART else "Scheduled"


class Queries:
    """Every query that was started; it sees the events that could be read when it was."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._started: dict[str, _Started] = {}

    def start(self, body: Mapping[str, Any], now_s: float, takes_s: float) -> dict[str, Any]:
        """Answer StartQuery for log groups that are known; raises LogsRefusal, QueryError."""
        if body.get("queryLanguage", "CWLI") != "CWLI":
            text = f"queryLanguage: found {body['queryLanguage']}, the local cloud knows CWLI alone"
            raise LogsRefusal("InvalidParameterException", text)
        query = compile_query(str(body.get("queryString") or ""))
        events: list[LogEvent] = []
        for group in groups_of(body):
            events += self._store.between(group, _ms(body, "startTime"), _ms(body, "endTime"))
        rows = [row_of(event) for event in sorted(events)]
        limit = int(body["limit"]) if body.get("limit") else None
        matched = len(query.matched(rows))
        size = sum(len(event.message) for event in events)
        query_id = str(uuid.uuid4())
        self._started[query_id] = _Started(now_s, takes_s, query.run(rows, limit), matched, len(rows), size)
        return {"queryId": query_id}

    def results(self, body: Mapping[str, Any], now_s: float) -> dict[str, Any]:
        """Answer GetQueryResults: rows once it is complete; raises LogsRefusal."""
        started = self._known(body)
        status = started.status(now_s)
        is_complete = status == "Complete"
        statistics = {
            "recordsMatched": float(started.matched if is_complete else 0),
            "recordsScanned": float(started.scanned if is_complete else 0),
            "bytesScanned": float(started.scanned_bytes if is_complete else 0),
        }
        results = started.results if is_complete else []
        return {"queryLanguage": "CWLI", "results": results, "statistics": statistics, "status": status}

    def stop(self, body: Mapping[str, Any], now_s: float) -> dict[str, Any]:
        """Answer StopQuery; raises LogsRefusal."""
        started = self._known(body)
        status = started.status(now_s)
        if status in {"Complete", "Cancelled"}:
            raise LogsRefusal("InvalidParameterException", f"Query was already ended with {status} status")
        started.is_cancelled = True
        return {"success": True}

    def _known(self, body: Mapping[str, Any]) -> _Started:
        started = self._started.get(str(body.get("queryId")))
        if started is None:
            raise LogsRefusal("ResourceNotFoundException", f"Query with id {body.get('queryId')} does not exist.")
        return started


def groups_of(body: Mapping[str, Any]) -> list[str]:
    """Return the log groups that a query names, by name or ARN; raises LogsRefusal."""
    one = [body["logGroupName"]] if body.get("logGroupName") else []
    named = [*one, *(body.get("logGroupNames") or []), *(body.get("logGroupIdentifiers") or [])]
    if not named:
        raise LogsRefusal("InvalidParameterException", "At least one log group is needed.")
    return [str(name).rpartition(":log-group:")[2].removesuffix(":*") for name in named]


def malformed(error: QueryError) -> dict[str, Any]:
    """Return the answer to a query that is not understood."""
    location = {"startCharOffset": error.start, "endCharOffset": error.end}
    return {
        "__type": "MalformedQueryException",
        "message": str(error),
        "queryCompileError": {"location": location, "message": str(error)},
    }


def _ms(body: Mapping[str, Any], key: str) -> int:
    """Return a time in milliseconds; seconds are documented, milliseconds taken too, the last second is whole."""
    value = int(body[key])
    if value >= 10**11:
        return value
    return value * 1000 + (999 if key == "endTime" else 0)
