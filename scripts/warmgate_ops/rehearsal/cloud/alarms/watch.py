"""Evaluates the alarms of the account again and again, through the public API that everybody uses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from warmgate_ops.rehearsal.cloud.alarms.evaluation import Alarm, Points, State, evaluate, is_known, reason
from warmgate_ops.rehearsal.cloud.conditions import Conditions

Clients = Callable[[str], Any]


class AlarmWatch:
    """Sets an alarm's state when what its metric says changes; a state set by hand stays until then."""

    def __init__(self, clients: Clients, conditions: Conditions, now_s: Callable[[], float]) -> None:
        self._clients = clients
        self._conditions = conditions
        self._now_s = now_s
        self._said: dict[str, State] = {}
        self._awake = threading.Event()
        self.faults: list[str] = []
        """What kept alarms from being evaluated."""

    def wake(self) -> None:
        """Begin to look: somebody may have put an alarm."""
        self._awake.set()

    def tick(self) -> None:
        """Evaluate every alarm; one that cannot be evaluated is noted and keeps its state."""
        if not self._awake.is_set():
            return
        for found in self._alarms():
            try:
                self._attend(found)
            except Exception as error:  # noqa: BLE001 - one alarm must not keep the others from ringing
                self.faults.append(f"{found['AlarmName']}: {type(error).__name__}: {error}")

    def _alarms(self) -> Iterator[Mapping[str, Any]]:
        try:
            for page in self._clients("cloudwatch").get_paginator("describe_alarms").paginate():
                yield from page["MetricAlarms"]
        except Exception as error:  # noqa: BLE001 - a cloud that is going down answers nothing
            self.faults.append(f"{type(error).__name__}: {error}")

    def _attend(self, found: Mapping[str, Any]) -> None:
        name = str(found["AlarmName"])
        if not found.get("MetricName") or not is_known(str(found.get("ComparisonOperator"))):
            return
        alarm = alarm_of(found)
        points = self._points(found, alarm)
        before = self._said.get(name, "INSUFFICIENT_DATA")
        after = evaluate(alarm, points, before)
        if after != before:
            self._clients("cloudwatch").set_alarm_state(
                AlarmName=name, StateValue=after, StateReason=reason(alarm, points, after)
            )
        self._said[name] = after

    def _points(self, found: Mapping[str, Any], alarm: Alarm) -> Points:
        """Return the values of the periods that are over, the newest first."""
        period_s = max(1, round(float(found.get("Period") or 60) * self._conditions.minute_s / 60.0))
        end_s = int(self._now_s() // period_s) * period_s
        metric = {key: found[key] for key in ("Namespace", "MetricName")}
        metric["Dimensions"] = found.get("Dimensions") or []
        stat = found.get("ExtendedStatistic") or found.get("Statistic") or "Average"
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": period_s, "Stat": stat}}
        answer = self._clients("cloudwatch").get_metric_data(
            MetricDataQueries=[query],
            StartTime=datetime.fromtimestamp(end_s - alarm.looked_at * period_s, UTC),
            EndTime=datetime.fromtimestamp(end_s, UTC),
        )["MetricDataResults"][0]
        values = {
            int(at.timestamp()): float(value) for at, value in zip(answer["Timestamps"], answer["Values"], strict=True)
        }
        return [values.get(end_s - age * period_s) for age in range(1, alarm.looked_at + 1)]


def alarm_of(found: Mapping[str, Any]) -> Alarm:
    """Return what decides the state of an alarm that DescribeAlarms shows."""
    periods = int(found.get("EvaluationPeriods") or 1)
    return Alarm(
        threshold=float(found.get("Threshold") or 0.0),
        comparison=str(found["ComparisonOperator"]),
        periods=periods,
        to_alarm=int(found.get("DatapointsToAlarm") or periods),
        missing=str(found.get("TreatMissingData") or "missing"),
    )
