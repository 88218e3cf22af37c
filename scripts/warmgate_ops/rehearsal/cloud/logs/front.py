"""The operations of CloudWatch Logs that the front has a part in; the others are MiniStack's alone."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from warmgate_ops.rehearsal.cloud.conditions import Conditions
from warmgate_ops.rehearsal.cloud.logs.insights import QueryError
from warmgate_ops.rehearsal.cloud.logs.pages import LogsRefusal, filter_log_events, group_of
from warmgate_ops.rehearsal.cloud.logs.queries import Queries, groups_of, malformed
from warmgate_ops.rehearsal.cloud.logs.quota import Quota
from warmgate_ops.rehearsal.cloud.logs.store import LogStore
from warmgate_ops.rehearsal.cloud.logs.subscriptions import NOT_CALLABLE, Filter, SubscriptionBook, may_call
from warmgate_ops.rehearsal.cloud.ministack import ACCOUNT
from warmgate_ops.rehearsal.cloud.upstream import Upstream

Answer = tuple[int, dict[str, Any]]


class LogsFront:
    """Sees every event that is put, and reads them as CloudWatch does. Runs in the event loop of the endpoint."""

    def __init__(self, upstream: Upstream, conditions: Conditions, call: Callable[[str, bytes], object]) -> None:
        self._upstream = upstream
        self._call = call
        self._subscriptions = SubscriptionBook(ACCOUNT)
        self._numbers: dict[str, Iterator[int]] = defaultdict(itertools.count)
        self._under_way: set[asyncio.Task[None]] = set()
        self._conditions = conditions
        self._store = LogStore()
        self._queries = Queries(self._store)
        self._reads = Quota()

    async def close(self) -> None:
        """Deliver nothing any more."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

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
            case "PutSubscriptionFilter":
                answer = await self._subscribe(body)
            case "DeleteSubscriptionFilter" | "DescribeSubscriptionFilters":
                answer = await self._subscribed(action, body)
            case "DeleteLogGroup" | "DeleteLogStream":
                self._store.drop(str(body.get("logGroupName")), body.get("logStreamName"))
                if action == "DeleteLogGroup":
                    self._subscriptions.drop(str(body.get("logGroupName")))
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
            group, stream = body["logGroupName"], body["logStreamName"]
            added = self._store.put(group, stream, body.get("logEvents", []), int(time.time() * 1000))
            for each, payload in self._subscriptions.deliveries(group, stream, added):
                self._deliver(each, payload)
        return status, found

    async def _subscribe(self, body: dict[str, Any]) -> Answer:
        """Make a filter once its destination lets itself be called, as CloudWatch Logs checks it."""
        group = str(body.get("logGroupName"))
        await self._expect(group)
        function = str(body.get("destinationArn")).rpartition(":function:")[2]
        _, found = await self._upstream.get("lambda", f"/2015-03-31/functions/{function}/policy", {})
        arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"
        if function and not may_call(json.loads(found.get("Policy") or "{}"), arn, ACCOUNT):
            raise LogsRefusal("InvalidParameterException", NOT_CALLABLE)
        made = self._subscriptions.put(body, int(time.time() * 1000))
        self._call(made.destination, self._subscriptions.check_of(made))
        return 200, {}

    async def _subscribed(self, action: str, body: dict[str, Any]) -> Answer:
        await self._expect(str(body.get("logGroupName")))
        if action == "DescribeSubscriptionFilters":
            return 200, self._subscriptions.describe(body)
        self._subscriptions.delete(body)
        return 200, {}

    async def _expect(self, group: str) -> None:
        if group not in self._store and not await self._exists(group):
            raise LogsRefusal("ResourceNotFoundException", "The specified log group does not exist.")

    def _deliver(self, each: Filter, payload: bytes) -> None:
        """Deliver a batch as the conditions say."""
        if self._conditions.feed_lost:
            return
        delays = self._conditions.feed_delays_s or (0.0,)
        delay_s = delays[next(self._numbers[f"{each.group} {each.name}"]) % len(delays)]
        for _ in range(self._conditions.feed_copies):
            task = asyncio.get_running_loop().create_task(self._deliver_one(each, payload, delay_s))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _deliver_one(self, each: Filter, payload: bytes, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._call(each.destination, payload)

    def _filter(self, body: dict[str, Any]) -> Answer | None:
        if not self._reads.take(self._conditions.log_reads_per_s, time.monotonic()):
            raise LogsRefusal("ThrottlingException", "Rate exceeded")
        if group_of(body) not in self._store:
            # Nothing was ever put into it: MiniStack knows whether it is empty or not there.
            return None
        return 200, filter_log_events(self._store, body, self._conditions.log_page_events)
