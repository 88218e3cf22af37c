"""The operations of CloudWatch Logs that the front has a part in; the others are MiniStack's alone."""

from __future__ import annotations

import time
from typing import Any

from rehearsal.conditions import Conditions
from rehearsal.logs.pages import LogsRefusal, filter_log_events, group_of
from rehearsal.logs.quota import Quota
from rehearsal.logs.store import LogStore
from rehearsal.upstream import Upstream

Answer = tuple[int, dict[str, Any]]


class LogsFront:
    """Sees every event that is put, and reads them as CloudWatch does. Runs in the event loop of the endpoint."""

    def __init__(self, upstream: Upstream, conditions: Conditions) -> None:
        self._upstream = upstream
        self._conditions = conditions
        self._store = LogStore()
        self._reads = Quota()

    async def answer(self, action: str, body: dict[str, Any]) -> Answer | None:
        """Return the answer of an operation that the front has a part in, None where it has none."""
        try:
            match action:
                case "PutLogEvents":
                    return await self._put(body)
                case "FilterLogEvents":
                    return self._filter(body)
                case "DeleteLogGroup" | "DeleteLogStream":
                    self._store.drop(str(body.get("logGroupName")), body.get("logStreamName"))
        except LogsRefusal as refusal:
            return 400, {"__type": refusal.code, "message": str(refusal)}
        return None

    async def _put(self, body: dict[str, Any]) -> Answer:
        status, found = await self._upstream.call("Logs_20140328.PutLogEvents", body)
        if status < 300:
            events = body.get("logEvents", [])
            self._store.put(body["logGroupName"], body["logStreamName"], events, int(time.time() * 1000))
        return status, found

    def _filter(self, body: dict[str, Any]) -> Answer | None:
        if not self._reads.take(self._conditions.log_reads_per_s, time.monotonic()):
            raise LogsRefusal("ThrottlingException", "Rate exceeded")
        if group_of(body) not in self._store:
            # Nothing was ever put into it: MiniStack knows whether it is empty or not there.
            return None
        return 200, filter_log_events(self._store, body, self._conditions.log_page_events)
