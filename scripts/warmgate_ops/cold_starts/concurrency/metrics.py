"""What CloudWatch's metrics say of a function's concurrency; about $0.01 for each 1,000 metrics that are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from warmgate_ops.cold_starts.calls import Call
from warmgate_ops.cold_starts.concurrency.replay import reservation_of, steepest_rise
from warmgate_ops.cold_starts.concurrency.seen import Use
from warmgate_ops.doctor.facts import Fact
from warmgate_ops.doctor.gathering.looking import Clients, look

_OF_FUNCTION = {
    "peak": ("ConcurrentExecutions", "Maximum", 60),
    "calls": ("Invocations", "Sum", 60),
    "refused": ("Throttles", "Sum", 60),
    "took": ("Duration", "Average", 86_400),
}
_HOUR = 3_600
Points = Mapping[str, list[tuple[datetime, float]]]


def read_use(
    clients: Clients, name: str, qualifiers: Sequence[str], days: float, now_ms: float, calls: Sequence[Call] | None
) -> Fact[Use]:
    """Return what metrics say of a window, with what its log says of peaks that a minute hides."""
    until = datetime.fromtimestamp(now_ms / 1000, UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = until - timedelta(days=days)

    def read() -> Use:
        return _use(_points(clients, _queries(name, qualifiers), since, until), since, until, days)

    found = look(f"lambda:{name}", "cloudwatch:GetMetricData", read)
    if not isinstance(found, Use) or calls is None:
        return found
    return replace(found, log_peak=reservation_of(calls), rise=steepest_rise(calls))


def _queries(name: str, qualifiers: Sequence[str]) -> list[dict[str, Any]]:
    own = [{"Name": "FunctionName", "Value": name}]
    found = [_query(key, metric, stat, period, own) for key, (metric, stat, period) in _OF_FUNCTION.items()]
    found.append(_query("account", "ConcurrentExecutions", "Maximum", _HOUR, []))
    for place, qualifier in enumerate(qualifiers):
        of = [*own, {"Name": "Resource", "Value": f"{name}:{qualifier}"}]
        found.append(_query(f"spilled{place}", "ProvisionedConcurrencySpilloverInvocations", "Sum", 86_400, of))
        found.append(_query(f"used{place}", "ProvisionedConcurrencyUtilization", "Maximum", _HOUR, of))
    return found


def _query(key: str, metric: str, stat: str, period: int, dimensions: list[dict[str, str]]) -> dict[str, Any]:
    about = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": about, "Period": period, "Stat": stat}}


def _points(clients: Clients, queries: list[dict[str, Any]], since: datetime, until: datetime) -> Points:
    found: dict[str, list[tuple[datetime, float]]] = {}
    paged = clients("cloudwatch").get_paginator("get_metric_data")
    for page in paged.paginate(MetricDataQueries=queries, StartTime=since, EndTime=until):
        for each in page.get("MetricDataResults") or ():
            pairs = zip(each.get("Timestamps") or (), each.get("Values") or (), strict=False)
            found.setdefault(each["Id"], []).extend(pairs)
    return found


def _use(points: Points, since: datetime, until: datetime, days: float) -> Use:
    refused = points.get("refused", [])
    worst = max(refused, key=lambda each: each[1], default=None)
    took = [value for _, value in points.get("took", []) if value]
    account = [value for _, value in points.get("account", [])]
    return Use(
        days=days,
        peak=int(max((value for _, value in points.get("peak", [])), default=0)),
        account_peak=int(max(account)) if account else None,
        throttles=int(sum(value for _, value in refused)),
        throttled_at=f"{worst[0]:%Y-%m-%d %H:%M} UTC" if worst and worst[1] else "",
        invocations=int(sum(value for _, value in points.get("calls", []))),
        spilled=int(sum(value for key, each in points.items() if key.startswith("spilled") for _, value in each)),
        utilization=_hours(points, since, until),
        peak_rate=_busiest(points) / 60,
        mean_ms=sum(took) / len(took) if took else None,
    )


def _busiest(points: Points) -> float:
    """Return the most requests of a minute, refused ones too: Invocations does not count those."""
    minutes: dict[datetime, float] = {}
    for key in ("calls", "refused"):
        for at, value in points.get(key, []):
            minutes[at] = minutes.get(at, 0.0) + value
    return max(minutes.values(), default=0.0)


def _hours(points: Points, since: datetime, until: datetime) -> tuple[float | None, ...]:
    """Return the use of each hour, None where nothing was called; empty where nothing is provisioned or known."""
    used = [each for key, values in points.items() if key.startswith("used") for each in values]
    if not used:
        return ()
    first = max(since, min(at for at, _ in used))
    best: dict[datetime, float] = {}
    for at, value in used:
        best[at] = max(value, best.get(at, 0.0))
    count = int((until - first).total_seconds() // _HOUR)
    return tuple(best.get(first + timedelta(hours=place)) for place in range(count))
