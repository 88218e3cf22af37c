"""Queries of Logs Insights: started, waited for, divided where a result is full, and stopped when nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from warmgate.errors import LogLookupError
from warmgate.ports.time import Clock
from warmgate_ops.cold_starts.reading.filtering import patiently

LIMIT: Final = 10_000
"""Rows of a result at most."""
POLL_MS: Final = 500.0
_UNENDED: Final = frozenset({"Scheduled", "Running", "Unknown"})
Row = dict[str, str]


@dataclass(slots=True)
class Spent:
    """How much log queries have scanned, which is what they cost by."""

    bytes: float = 0.0


class Insights:
    """Runs queries on one log group after another; safe to use from several threads.

    Args:
        clients: gives the client of a service.
        clock: waits between looks at a query.
        stopping: whether nobody waits any more; a query that runs on is charged.
        limit: rows of a result at most.
    """

    def __init__(
        self, clients: Callable[[str], Any], clock: Clock, stopping: Callable[[], bool], limit: int = LIMIT
    ) -> None:
        self._clients = clients
        self._clock = clock
        self._stopping = stopping
        self._limit = limit

    def rows(self, group: str, query: str, since_s: int, until_s: int, spent: Spent) -> Iterator[Row]:
        """Yield the rows of a query in windows small enough for all of them; times are seconds, both included.

        Raises:
            LogLookupError: a query failed, or a second holds more rows than a result.
        """
        found = self._run(group, f"{query} | limit {self._limit}", since_s, until_s, spent)
        if len(found) < self._limit:
            yield from found
            return
        if until_s <= since_s:
            raise LogLookupError(f"{group}: a second holds more than {self._limit} rows, expected fewer")
        middle = (since_s + until_s) // 2
        yield from self.rows(group, query, since_s, middle, spent)
        yield from self.rows(group, query, middle + 1, until_s, spent)

    def _run(self, group: str, query: str, since_s: int, until_s: int, spent: Spent) -> list[Row]:
        asked = {"logGroupName": group, "queryString": query, "startTime": since_s, "endTime": until_s}
        query_id = patiently(self._clock, lambda: self._clients("logs").start_query(**asked))["queryId"]
        status = "Running"
        try:
            while not self._stopping():
                found = patiently(self._clock, lambda: self._clients("logs").get_query_results(queryId=query_id))
                status = found["status"]
                if status not in _UNENDED:
                    break
                self._clock.sleep_ms(POLL_MS)
        finally:
            if status in _UNENDED:
                self._clients("logs").stop_query(queryId=query_id)
        if status != "Complete":
            raise LogLookupError(f"{group} could not be queried: the query is {status}, expected Complete")
        spent.bytes += float(found.get("statistics", {}).get("bytesScanned") or 0)
        return [{cell["field"]: cell["value"] for cell in row} for row in found.get("results", [])]
