"""Queries are divided where a result is full, stopped where nobody waits, and asked for again within a quota."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.fakes.world import VirtualClock
from warmgate.errors import LogLookupError
from warmgate_ops.cold_starts.reading.filtering import PATIENCE, PATTERN, patiently
from warmgate_ops.cold_starts.reading.querying import Insights, Spent


class Logs:
    """A log with a row a second, of which a query gives no more than its limit."""

    def __init__(self, *, rows_a_second: int = 1, status: str = "Complete") -> None:
        self.asked: list[tuple[int, int]] = []
        self.stopped: list[str] = []
        self._rows_a_second = rows_a_second
        self._status = status

    def __call__(self, _service: str) -> Logs:
        """Return the client of a service."""
        return self

    def start_query(self, **asked: Any) -> dict[str, str]:
        """Start a query."""
        self.asked.append((asked["startTime"], asked["endTime"]))
        return {"queryId": asked["queryString"].rpartition(" ")[2]}

    def get_query_results(self, queryId: str) -> dict[str, Any]:  # noqa: N803 - the API's name
        """Return what it has found."""
        since, until = self.asked[-1]
        seconds = [at for at in range(since, until + 1) for _ in range(self._rows_a_second)]
        rows = [[{"field": "at", "value": str(at)}] for at in seconds[: int(queryId)]]
        return {"status": self._status, "results": rows, "statistics": {"bytesScanned": 10.0}}

    def stop_query(self, queryId: str) -> None:  # noqa: N803 - the API's name
        """Stop a query."""
        self.stopped.append(queryId)


def test_a_full_result_is_divided_until_it_is_not() -> None:
    """Every row once, in order; each query is paid for."""
    logs, spent = Logs(), Spent()
    found = list(Insights(logs, VirtualClock(), lambda: False, limit=4).rows("g", "fields at", 0, 9, spent))

    assert [int(row["at"]) for row in found] == list(range(10))
    assert logs.asked[:3] == [(0, 9), (0, 4), (0, 2)]
    assert spent.bytes == 10.0 * len(logs.asked)


def test_a_second_that_is_too_full_is_an_error() -> None:
    """It cannot be divided."""
    insights = Insights(Logs(rows_a_second=5), VirtualClock(), lambda: False, limit=4)
    with pytest.raises(LogLookupError, match="a second holds more than 4 rows"):
        list(insights.rows("g", "fields at", 0, 0, Spent()))


def test_a_query_that_nobody_waits_for_is_stopped() -> None:
    """It would go on being charged."""
    logs = Logs(status="Running")
    with pytest.raises(LogLookupError, match="the query is Running, expected Complete"):
        list(Insights(logs, VirtualClock(), lambda: bool(logs.asked), limit=4).rows("g", "fields at", 0, 1, Spent()))
    assert logs.stopped == ["4"]


def test_a_query_that_failed_is_an_error() -> None:
    """And needs no stop."""
    logs = Logs(status="Failed")
    with pytest.raises(LogLookupError, match="the query is Failed"):
        list(Insights(logs, VirtualClock(), lambda: False).rows("g", "fields at", 0, 1, Spent()))
    assert logs.stopped == []


@pytest.mark.parametrize(("code", "times"), [("ThrottlingException", PATIENCE + 1), ("AccessDeniedException", 1)])
def test_a_quota_is_waited_for_and_a_refusal_is_not(code: str, times: int) -> None:
    """Pauses grow; what does not pass is told at once."""
    clock, asked = VirtualClock(), list[float]()

    def ask() -> None:
        asked.append(clock.now_ms())
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "FilterLogEvents")

    with pytest.raises(ClientError):
        patiently(clock, ask)
    assert len(asked) == times


def test_the_pattern_is_one_that_cloudwatch_takes() -> None:
    """At most 1,024 characters (FilterLogEvents, filterPattern)."""
    assert len(PATTERN) <= 1024
