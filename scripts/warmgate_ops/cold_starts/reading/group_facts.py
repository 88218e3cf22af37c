"""What CloudWatch tells of log groups without reading them: class, size, what was written, how often functions ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from warmgate_ops.cold_starts.reading.functions import LoggingFunction
from warmgate_ops.cold_starts.reading.plans import GroupFacts

_METRICS: Final = 500
"""The most that GetMetricData answers at once (CloudWatch API)."""
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
Metric = tuple[str, str, str, str]
"""Namespace, name, dimension and its value."""


def facts_of(
    clients: Callable[[str], Any],
    groups: Mapping[str, Sequence[LoggingFunction]],
    since_ms: float,
    until_ms: float,
) -> dict[str, GroupFacts]:
    """Return what is known of log groups, those that are not there left out; raises what the SDK raises.

    Args:
        clients: gives the client of a service.
        groups: names of groups, with the functions that log there.
        since_ms: begin of the window.
        until_ms: its end.
    """
    described = {name: found for name in groups if (found := _described(clients("logs"), name)) is not None}
    metrics: list[Metric] = [("AWS/Logs", "IncomingBytes", "LogGroupName", name) for name in described]
    metrics += [
        ("AWS/Lambda", "Invocations", "FunctionName", function.name) for name in described for function in groups[name]
    ]
    sums = _sums(clients("cloudwatch"), metrics, since_ms, until_ms)
    facts: dict[str, GroupFacts] = {}
    for name, found in described.items():
        counts = [sums.get(("AWS/Lambda", "Invocations", "FunctionName", each.name)) for each in groups[name]]
        told = [count for count in counts if count is not None]
        incoming = sums.get(("AWS/Logs", "IncomingBytes", "LogGroupName", name))
        facts[name] = GroupFacts(
            name=name,
            log_class=str(found.get("logGroupClass") or "STANDARD"),
            bytes=incoming if incoming is not None else float(found.get("storedBytes") or 0),
            calls=sum(told) if told else None,
        )
    return facts


def _described(client: Any, name: str) -> Mapping[str, Any] | None:
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    found = (group for page in pages for group in page.get("logGroups", []))
    return next((group for group in found if group["logGroupName"] == name), None)


def _sums(client: Any, metrics: Sequence[Metric], since_ms: float, until_ms: float) -> dict[Metric, float]:
    """Return the sum of each metric over a window; of one without a value nothing."""
    # Metrics older than 15 days are kept by 5 minutes, those older than 63 days by the hour (CloudWatch concepts).
    period_s = _HOUR_S if until_ms - since_ms <= 2 * _DAY_S * 1000 else _DAY_S
    sums: dict[Metric, float] = {}
    for first in range(0, len(metrics), _METRICS):
        asked = metrics[first : first + _METRICS]
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[_query(f"m{number}", metric, period_s) for number, metric in enumerate(asked)],
            StartTime=datetime.fromtimestamp(since_ms // 1000 // period_s * period_s, UTC),
            EndTime=datetime.fromtimestamp(until_ms / 1000, UTC),
        )
        for result in (result for page in pages for result in page.get("MetricDataResults", [])):
            if result.get("Values"):
                metric = asked[int(result["Id"][1:])]
                sums[metric] = sums.get(metric, 0.0) + sum(result["Values"])
    return sums


def _query(name: str, metric: Metric, period_s: int) -> dict[str, Any]:
    namespace, metric_name, dimension, value = metric
    asked = {
        "Namespace": namespace,
        "MetricName": metric_name,
        "Dimensions": [{"Name": dimension, "Value": value}],
    }
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": period_s, "Stat": "Sum"}, "ReturnData": True}
