"""The states of metric alarms follow the tables that CloudWatch documents for M out of N datapoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmgate_ops.rehearsal.cloud.alarms.evaluation import Alarm, State, evaluate, reason
from warmgate_ops.rehearsal.cloud.alarms.watch import AlarmWatch, alarm_of
from warmgate_ops.rehearsal.cloud.conditions import Conditions

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
KEPT: State = "INSUFFICIENT_DATA"


def points(picture: str) -> list[float | None]:
    """Return a picture such as `0 - X`, oldest first, as values, newest first; X breaches, - is missing."""
    return [{"0": 0.0, "X": 9.0, "-": None}[sign] for sign in reversed(picture.split())]


@pytest.mark.parametrize(
    ("needed", "picture", "states"),
    [
        (3, "0 - X - X", ("OK", "OK", "OK", "OK")),
        (3, "- - - - 0", ("OK", "OK", "OK", "OK")),
        (3, "- - - - -", ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK")),
        (3, "0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "- - X - -", ("ALARM", KEPT, "ALARM", "OK")),
        (2, "0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 - X - -", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - X -", ("ALARM", KEPT, "ALARM", "OK")),
    ],
)
def test_missing_periods_count_as_documented(needed: int, picture: str, states: tuple[State, ...]) -> None:
    """Each row of both documented tables, for each way to treat missing data."""
    found = tuple(
        evaluate(
            Alarm(threshold=1.0, comparison="GreaterThanThreshold", periods=3, to_alarm=needed, missing=treatment),
            points(picture),
            KEPT,
        )
        for treatment in TREATMENTS
    )

    assert found == states


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanThreshold", ("OK", "OK", "ALARM")),
        ("GreaterThanOrEqualToThreshold", ("OK", "ALARM", "ALARM")),
        ("LessThanThreshold", ("ALARM", "OK", "OK")),
        ("LessThanOrEqualToThreshold", ("ALARM", "ALARM", "OK")),
    ],
)
def test_a_threshold_is_crossed_as_compared(comparison: str, states: tuple[State, ...]) -> None:
    """Below, at and above the threshold."""
    alarm = Alarm(threshold=5.0, comparison=comparison)

    assert tuple(evaluate(alarm, [value, None, None], "OK") for value in (4.0, 5.0, 6.0)) == states


@given(
    values=st.lists(st.sampled_from([0.0, 9.0, None]), min_size=4, max_size=4), kept=st.sampled_from(["OK", "ALARM"])
)
def test_a_worse_view_of_missing_data_never_rings_less(values: list[float | None], kept: State) -> None:
    """What rings although missing data counts as good rings however it counts."""
    rings = {
        treatment: evaluate(
            Alarm(threshold=1.0, comparison="GreaterThanThreshold", periods=2, to_alarm=2, missing=treatment),
            values,
            kept,
        )
        == "ALARM"
        for treatment in TREATMENTS
    }

    assert not rings["notBreaching"] or all(rings.values())
    assert not rings["missing"] or rings["breaching"]


def test_a_reason_names_the_datapoints_and_the_threshold() -> None:
    """What crossed which threshold can be read."""
    alarm = Alarm(threshold=1.0, comparison="GreaterThanThreshold", periods=2, to_alarm=2)

    assert "2 out of the last 2 datapoints [9.0, 9.0] was greater than the threshold (1.0)" in reason(
        alarm, points("0 0 X X"), "ALARM"
    )
    assert "2 datapoints were unknown" in reason(alarm, points("- - - -"), "INSUFFICIENT_DATA")


def test_as_many_datapoints_as_periods_are_needed_by_default() -> None:
    """DatapointsToAlarm that is left out is EvaluationPeriods."""
    found: Mapping[str, Any] = {"EvaluationPeriods": 3, "Threshold": 2.0, "ComparisonOperator": "GreaterThanThreshold"}

    alarm = alarm_of(found)

    assert (alarm.periods, alarm.to_alarm, alarm.missing) == (3, 3, "missing")


def test_nobody_is_asked_before_there_can_be_an_alarm() -> None:
    """A watch that was not woken makes no calls."""

    def refused(service: str) -> Any:
        raise AssertionError(service)

    watch = AlarmWatch(refused, Conditions(), lambda: 0.0)

    watch.tick()

    assert watch.faults == []
