"""Log groups are read side by side: what may not be read is named, what cannot be asked at all ends everything."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from support.fakes.world import VirtualClock
from warmgate_ops.cold_starts.reading.account import AccountReader, Window
from warmgate_ops.cold_starts.reading.functions import LoggingFunction
from warmgate_ops.cold_starts.reading.plans import GroupFacts, GroupPlan, plan_of
from warmgate_ops.cold_starts.reading.ways import Way

REPORT = (
    "REPORT RequestId: 5e5b0f0a-1111-4111-8111-00000000000a\tDuration: 40.21 ms\tBilled Duration: 353 ms\t"
    "Memory Size: 256 MB\tMax Memory Used: 91 MB\tInit Duration: 312.05 ms\t\n"
)


class Logs:
    """Two pages of one report each for every group but those that are refused."""

    def __init__(self, refused: dict[str, Exception]) -> None:
        self._refused = refused

    def __call__(self, _service: str) -> Logs:
        """Return the client of a service."""
        return self

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """Give a page."""
        group = asked["logGroupName"]
        if group in self._refused:
            raise self._refused[group]
        version, at_ms = ("$LATEST", 3000) if asked.get("nextToken") else ("7", 2000)
        stream = f"2026/11/24/[{version}]aa"
        page: dict[str, Any] = {"events": [{"logStreamName": stream, "timestamp": at_ms, "message": REPORT}]}
        return page if asked.get("nextToken") else {**page, "nextToken": "more"}


def plan(name: str) -> GroupPlan:
    """Return how a function's own group is read."""
    function = LoggingFunction(name=name, log_group=f"/aws/lambda/{name}")
    return plan_of(GroupFacts(name=function.log_group, bytes=1.0, calls=1.0), [function], Way.FILTER)


def denied(code: str) -> ClientError:
    """Return a refusal."""
    return ClientError({"Error": {"Code": code, "Message": ""}}, "FilterLogEvents")


def reader(refused: dict[str, Exception]) -> AccountReader:
    """Return a reader of a window."""
    return AccountReader(Logs(refused), VirtualClock(), Window(since_ms=1000.0, until_ms=9000.0))


def test_a_group_without_permission_is_named_and_the_others_are_read() -> None:
    """Calls of $LATEST are counted where they are left out."""
    pages: list[str] = []
    refused: dict[str, Exception] = {"/aws/lambda/basket": denied("AccessDeniedException")}
    found = {each.plan.group: each for each in reader(refused).read([plan("basket"), plan("checkout")], pages.append)}

    basket, checkout = found["/aws/lambda/basket"], found["/aws/lambda/checkout"]
    assert basket.left_out is not None
    assert basket.left_out.why == "no permission (logs:FilterLogEvents)"
    assert (checkout.left_out, checkout.latest) == (None, 1)
    assert list(checkout.tally.versions) == [("checkout", "7")]
    assert len(checkout.tally.versions["checkout", "7"].cold) == 1
    assert pages.count("/aws/lambda/checkout") == 3


def test_who_cannot_be_asked_ends_the_reading() -> None:
    """Without credentials no group can be read: none is named instead."""
    with pytest.raises(NoCredentialsError):
        list(reader({"/aws/lambda/basket": NoCredentialsError()}).read([plan("basket")]))
