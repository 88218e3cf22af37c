"""The cheaper way to read a log group, and what it costs at most."""

from __future__ import annotations

import pytest

from warmgate_ops.cold_starts.reading.functions import LoggingFunction, function_of
from warmgate_ops.cold_starts.reading.owners import Owners
from warmgate_ops.cold_starts.reading.plans import INFREQUENT, GroupFacts, pages_of, plan_of
from warmgate_ops.cold_starts.reading.ways import Way

OWN = LoggingFunction(name="checkout", log_group="/aws/lambda/checkout")


@pytest.mark.parametrize(
    ("facts", "way", "usd"),
    [
        (GroupFacts(name="g", bytes=1e6, calls=100.0), Way.FILTER, 0.0),
        (GroupFacts(name="g", bytes=2e9, calls=412_806.0), Way.FILTER, 0.0),
        (GroupFacts(name="g", bytes=2e9, calls=500_000.0), Way.INSIGHTS, 0.03),
        (GroupFacts(name="g", bytes=1e10, calls=10.0), Way.INSIGHTS, 0.15),
        (GroupFacts(name="g", bytes=1e9), Way.INSIGHTS, 0.015),
        (GroupFacts(name="g", bytes=1e6, calls=1.0, log_class=INFREQUENT), Way.INSIGHTS, 0.000015),
    ],
)
def test_the_way_follows_from_pages_and_class(facts: GroupFacts, way: Way, usd: float) -> None:
    """FilterLogEvents below 200 pages, Logs Insights above and for Infrequent Access."""
    plan = plan_of(facts, [OWN])
    assert plan.way is way
    assert plan.usd == pytest.approx(usd)
    assert (pages_of(facts) >= 200) == (way is Way.INSIGHTS and facts.log_class != INFREQUENT)


def test_a_way_that_is_asked_for_is_taken() -> None:
    """Whatever it costs."""
    assert plan_of(GroupFacts(name="g", bytes=1e9, calls=1.0), [OWN], Way.INSIGHTS).usd == pytest.approx(0.015)


def test_a_configuration_says_how_a_function_logs() -> None:
    """Its own group in text format where it says nothing; WARN hides reports in JSON format."""
    plain = function_of({"FunctionName": "checkout"})
    quiet = function_of(
        {
            "FunctionName": "checkout",
            "LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN", "LogGroup": "/shop"},
        }
    )
    assert (plain, plain.hides_reports) == (OWN, False)
    assert (quiet.log_group, quiet.is_json, quiet.hides_reports) == ("/shop", True, True)


def test_a_stream_belongs_to_who_it_names() -> None:
    """Without a name to the function that the group is named after; to nobody in another's group."""
    own = Owners.of([OWN])
    shared = Owners.of([LoggingFunction(name="basket", log_group="/shop")])
    assert [own.owner(name) for name in ("", "checkout", "basket")] == ["checkout", "checkout", None]
    assert [shared.owner(name) for name in ("", "basket")] == [None, "basket"]
