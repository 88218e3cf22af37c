"""The operations of CloudWatch Logs that the front has a part in; the others are MiniStack's alone."""

from __future__ import annotations

import time
from typing import Any

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.logs.insights import QueryError
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal, filter_log_events, group_of
from warmgate_ops.rehearsal.cloud.logs.queries import Queries, groups_of, malformed
from warmgate_ops.rehearsal.cloud.logs.quota import Quota
from warmgate_ops.rehearsal.cloud.logs.store import LogStore
from warmgate_ops.rehearsal.cloud.upstream import Upstream

Answer = tuple[int, dict[str, Any]]


class LogsFront:
    """Sees every event that is put, and reads them as CloudWatch does. Runs in the event loop of the endpoint."""

    def __init__(self, upstream: Upstream, conditions: Conditions) -> None:
        self._upstream = upstream
        self._conditions = conditions
        self._store = LogStore()
        self._queries = Queries(self._store)
        self._reads = Quota()

    async def answer(self, action: str, body: dict[str, Any]) -> Answer | None:
        """Return the answer of an operation that the front has a part in, None where it has none."""
        try:
            return await self._answer(action, body)
        except LogsRefusal as refusal:
            return 400, {"__type": refusal.code, "message": str(refusal)}
        except QueryError as error:
            return 400, malformed(error)

    async def _answer(self, action: str, body: dict[str, Any]) -> Answer | None:
        answer: Answer | None = None
        match action:
            case "PutLogEvents":
                answer = await self._put(body)
            case "FilterLogEvents":
                answer = self._filter(body)
            case "StartQuery":
                answer = await self._start_query(body)
            case "GetQueryResults":
                answer = 200, self._queries.results(body, time.monotonic())
            case "StopQuery":
                answer = 200, self._queries.stop(body, time.monotonic())
            case "DeleteLogGroup" | "DeleteLogStream":
                self._store.drop(str(body.get("logGroupName")), body.get("logStreamName"))
        return answer

    async def _start_query(self, body: dict[str, Any]) -> Answer:
        for group in groups_of(body):
            if group not in self._store and not await self._exists(group):
                raise LogsRefusal("ResourceNotFoundException", f"Log group '{group}' does not exist.")
        return 200, self._queries.start(body, time.monotonic(), self._conditions.query_s)

    async def _exists(self, group: str) -> bool:
        asked = {"logGroupNamePrefix": group}
        _, found = await self._upstream.call("Logs_20140328.DescribeLogGroups", asked)
        return any(each["logGroupName"] == group for each in found.get("logGroups", []))

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
