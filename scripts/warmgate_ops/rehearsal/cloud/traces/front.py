"""The operations of X-Ray that read traces by their ids."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.traces.store import LOGS, X_RAY, TraceStore

Answer = tuple[int, dict[str, Any]]
MOST_IDS = 5
"""Trace ids in a request (X-Ray, BatchGetTraces; StartTraceRetrieval)."""


class XRayRefusal(Exception):  # noqa: N818 - the API's refusal, not an error of ours
    """What X-Ray does not answer; the code is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TracesFront:
    """X-Ray, as far as it is known here; MiniStack has none of it."""

    def __init__(self, store: TraceStore, conditions: Conditions, now_s: Callable[[], float] = time.time) -> None:
        self._store = store
        self._conditions = conditions
        self._now_s = now_s
        self._retrievals: dict[str, tuple[float, list[str], bool]] = {}
        """When each was started, what for, and whether it was cancelled."""

    async def answer(self, method: str, path: str, query: Mapping[str, str], body: dict[str, Any]) -> Answer:
        """Return the answer of a request."""
        del query
        operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "/Traces": self._traces,
            "/GetTraceSegmentDestination": self._destination,
            "/UpdateTraceSegmentDestination": self._direct,
            "/StartTraceRetrieval": self._start,
            "/ListRetrievedTraces": self._retrieved,
            "/CancelTraceRetrieval": self._cancel,
        }
        operation = operations.get(path) if method == "POST" else None
        try:
            if operation is None:
                known = ", ".join(sorted(operations))
                raise XRayRefusal("InvalidRequestException", f"{method} {path}: the local cloud knows {known}")
            return 200, operation(body)
        except XRayRefusal as refusal:
            return 400, {"__type": refusal.code, "Message": str(refusal)}

    def _traces(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return what X-Ray itself holds: nothing that went to CloudWatch Logs."""
        found = self._store.read(X_RAY, _ids(body), self._now_s(), "Segments")
        return {"Traces": [{**each, "LimitExceeded": False} for each in found], "UnprocessedTraceIds": []}

    def _destination(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"Destination": self._store.destination, "Status": "ACTIVE"}

    def _direct(self, body: dict[str, Any]) -> dict[str, Any]:
        wanted = body.get("Destination")
        if wanted not in {X_RAY, LOGS}:
            raise XRayRefusal("InvalidRequestException", f"Destination is {wanted}, expected {X_RAY} or {LOGS}")
        self._store.destination = str(wanted)
        return self._destination(body)

    def _start(self, body: dict[str, Any]) -> dict[str, Any]:
        ids, since, until = _ids(body), body.get("StartTime"), body.get("EndTime")
        if since is None or until is None or since > until:
            raise XRayRefusal("InvalidRequestException", "StartTime and EndTime are needed, in this order")
        token = secrets.token_hex(16)
        self._retrievals[token] = (self._now_s(), ids, False)
        return {"RetrievalToken": token}

    def _retrieved(self, body: dict[str, Any]) -> dict[str, Any]:
        started_s, ids, cancelled = self._retrieval(body)
        form = body.get("TraceFormat") or "XRAY"
        if form != "XRAY":
            raise XRayRefusal("InvalidRequestException", f"TraceFormat {form}: the local cloud knows XRAY")
        if cancelled:
            return {"RetrievalStatus": "CANCELLED", "TraceFormat": form, "Traces": []}
        if self._now_s() < started_s + self._conditions.query_s:
            return {"RetrievalStatus": "RUNNING", "TraceFormat": form, "Traces": []}
        found = self._store.read(LOGS, ids, self._now_s(), "Spans")
        return {"RetrievalStatus": "COMPLETE", "TraceFormat": form, "Traces": found}

    def _cancel(self, body: dict[str, Any]) -> dict[str, Any]:
        started_s, ids, _ = self._retrieval(body)
        self._retrievals[body["RetrievalToken"]] = (started_s, ids, True)
        return {}

    def _retrieval(self, body: dict[str, Any]) -> tuple[float, list[str], bool]:
        found = self._retrievals.get(str(body.get("RetrievalToken")))
        if found is None:
            raise XRayRefusal("ResourceNotFoundException", "There is no retrieval with this token")
        return found


def _ids(body: dict[str, Any]) -> list[str]:
    ids = [str(each) for each in body.get("TraceIds") or []]
    if not 1 <= len(ids) <= MOST_IDS:
        raise XRayRefusal("InvalidRequestException", f"found {len(ids)} trace ids, expected 1 to {MOST_IDS}")
    return ids
