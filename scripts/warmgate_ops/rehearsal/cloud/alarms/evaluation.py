"""Decides the state of a metric alarm from its datapoints, as CloudWatch documents it for M out of N. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Points = Sequence[float | None]
"""Values of consecutive periods, the newest first; None where a period has no data."""

_COMPARE: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
_BEYOND = 2
"""Periods looked at beyond the evaluated ones; CloudWatch's own example looks at five for three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What decides an alarm's state."""

    threshold: float
    comparison: str
    periods: int = 1
    to_alarm: int = 1
    missing: str = "missing"
    """What a period without data counts as: missing, notBreaching, breaching or ignore."""

    @property
    def looked_at(self) -> int:
        """Return how many periods are fetched."""
        return self.periods + _BEYOND

    def breaches(self, value: float) -> bool:
        """Return whether a value crosses the threshold."""
        return _COMPARE[self.comparison][0](value, self.threshold)


def is_known(comparison: str) -> bool:
    """Return whether alarms with this comparison can be evaluated."""
    return comparison in _COMPARE


def evaluate(alarm: Alarm, points: Points, state: State) -> State:
    """Return the next state of an alarm.

    Real datapoints count before assumed ones: only where the periods looked at hold fewer than EvaluationPeriods of
    them, periods without data are counted as the alarm says.

    Args:
        alarm: its settings.
        points: the values of `alarm.looked_at` periods, the newest first.
        state: the state until now, which is kept where nothing can be said.
    """
    real = [(age, value) for age, value in enumerate(points, start=1) if value is not None][: alarm.periods]
    breaching = sum(alarm.breaches(value) for _, value in real)
    assumed = alarm.periods - len(real)
    if alarm.missing == "breaching":
        return "ALARM" if breaching + assumed >= alarm.to_alarm else "OK"
    if breaching >= alarm.to_alarm:
        return "ALARM"
    if alarm.missing == "notBreaching":
        return "OK"
    return _without_assumption(alarm, real, breaching, state)


def _without_assumption(alarm: Alarm, real: list[tuple[int, float]], breaching: int, state: State) -> State:
    """Return the state where missing periods count as nothing, and too few real ones breach."""
    if not real:
        return state if alarm.missing == "ignore" else "INSUFFICIENT_DATA"
    if len(real) == alarm.periods or breaching < len(real):
        return "OK"
    # All there is breaches, but there is too little of it: the alarm rings once the oldest is old enough.
    if alarm.missing == "missing" and real[-1][0] >= alarm.to_alarm:
        return "ALARM"
    return state


def reason(alarm: Alarm, points: Points, state: State) -> str:
    """Return why an alarm has its state, in the words of CloudWatch."""
    real = [value for value in points if value is not None][: alarm.periods]
    if not real:
        return f"Insufficient Data: {alarm.periods} datapoints were unknown."
    count = sum(alarm.breaches(value) for value in real)
    counted = count if state == "ALARM" else len(real) - count
    words = _COMPARE[alarm.comparison][1]
    return (
        f"Threshold Crossed: {counted} out of the last {alarm.periods} datapoints {[round(v, 3) for v in real]} "
        f"{'was' if state == 'ALARM' else 'was not'} {words} the threshold ({alarm.threshold}) "
        f"(minimum {alarm.to_alarm} datapoints for OK -> ALARM transition)."
    )
