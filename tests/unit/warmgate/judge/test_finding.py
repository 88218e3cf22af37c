"""What all findings share."""

from __future__ import annotations

import math

import pytest

from warmgate.judge.finding import why_open, with_margin, without_data
from warmgate.model.calls import Closed
from warmgate.model.verdict import Because, Finding, Outcome, Unit


@pytest.mark.parametrize(
    ("outcome", "measured", "limit", "margin"),
    [
        (Outcome.PASSED, 300.0, 400.0, 0.25),
        (Outcome.FAILED, 500.0, 400.0, -0.25),
        (Outcome.INCONCLUSIVE, 500.0, 400.0, -0.25),
        (Outcome.INCONCLUSIVE, 300.0, 400.0, 0.25),
        (Outcome.PASSED, 500.0, 400.0, None),
        (Outcome.FAILED, 300.0, 400.0, None),
        (Outcome.FAILED, 0.1, 0.0, None),
        (Outcome.FAILED, None, 400.0, None),
    ],
)
def test_a_margin_agrees_with_the_outcome(
    outcome: Outcome, measured: float | None, limit: float, margin: float | None
) -> None:
    """A margin that would say the opposite is not told."""
    found = with_margin(Finding(check="c", outcome=outcome, reason="", measured=measured, limit=limit))
    assert (found.measured, found.margin) == (measured, margin)


def test_an_infinite_value_is_no_figure() -> None:
    """JSON has no word for it."""
    found = with_margin(Finding(check="c", outcome=Outcome.FAILED, reason="", measured=math.inf, limit=1.2))
    assert (found.measured, found.margin) == (None, None)


@pytest.mark.parametrize("closed", [None, *Closed])
def test_no_data_is_decided_once_no_more_calls_follow(closed: Closed | None) -> None:
    """Until then it may still come."""
    found = without_data("c", 1.0, Unit.RATIO, closed, "not one call")
    assert (found.outcome, found.decided) == (Outcome.INCONCLUSIVE, closed is not None)
    assert (found.reason, found.inconclusive_because) == ("no data: not one call", Because.NO_DATA)


@pytest.mark.parametrize(
    ("closed", "because"),
    [
        (None, Because.CAP),
        (Closed.PLANNED, Because.CAP),
        (Closed.DEADLINE, Because.DEADLINE),
        (Closed.BUDGET, Because.BUDGET),
    ],
)
def test_what_cut_the_calls_is_why_a_check_is_open(closed: Closed | None, because: Because) -> None:
    """All calls made without a decision is the cap."""
    assert why_open(closed) is because
