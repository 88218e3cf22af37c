"""CloudWatch's own counts of what a version served through an alias."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from warmgate.adapters.port_errors import raised_as
from warmgate.errors import LogLookupError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.model.function_name import bare_name
from warmgate.model.traffic import MetricCounts, MinuteCounts

if TYPE_CHECKING:
    from warmgate.logs.calls import Window

PERIOD_S = 60
COUNTED = {"calls": "Invocations", "errors": "Errors"}


class CloudWatchMetrics:
    """AWS/Lambda metrics; `clients` gives the client of a service."""

    def __init__(self, clients: Callable[[str], Any]) -> None:
        self._clients = clients

    def counts(self, target: Target, version: str, window: Window, deadline: Deadline) -> MetricCounts | None:  # noqa: ARG002 - the port's shape
        """Return the sums over the window's minutes; only calls through a weighted alias carry ExecutedVersion."""
        function = bare_name(target.function)
        dimensions = [
            {"Name": "FunctionName", "Value": function},
            {"Name": "Resource", "Value": f"{function}:{target.alias}"},
            {"Name": "ExecutedVersion", "Value": version},
        ]
        queries = [
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions},
                    "Period": PERIOD_S,
                    "Stat": "Sum",
                },
            }
            for name, metric in COUNTED.items()
        ]
        # A data point bears the beginning of its minute.
        began_s = window.since_ms / 1000 // PERIOD_S * PERIOD_S
        what = f"{target.function}:{target.alias}: metrics were not read"
        with raised_as(LogLookupError, what, "allow cloudwatch:GetMetricData to the role"):
            found = self._clients("cloudwatch").get_metric_data(
                MetricDataQueries=queries,
                StartTime=datetime.fromtimestamp(began_s, UTC),
                EndTime=datetime.fromtimestamp(window.until_ms / 1000 + PERIOD_S, UTC),
            )
        sums = {result["Id"]: int(sum(result.get("Values", []))) for result in found.get("MetricDataResults", [])}
        if not sums.get("calls"):
            return None
        return MetricCounts(calls=sums["calls"], errors=sums.get("errors", 0))

    def minutes(self, target: Target, window: Window, deadline: Deadline) -> tuple[MinuteCounts, ...]:  # noqa: ARG002 - the port's shape
        """Return the sums of each minute that an alias served something in, by one request a page."""
        function = bare_name(target.function)
        dimensions = [
            {"Name": "FunctionName", "Value": function},
            {"Name": "Resource", "Value": f"{function}:{target.alias}"},
        ]
        asked: dict[str, Any] = {
            "MetricDataQueries": [_query(name, metric, dimensions) for name, metric in COUNTED.items()],
            "StartTime": datetime.fromtimestamp(window.since_ms / 1000, UTC),
            "EndTime": datetime.fromtimestamp(window.until_ms / 1000, UTC),
        }
        sums: dict[str, dict[datetime, int]] = {name: {} for name in COUNTED}
        what = f"{target.function}:{target.alias}: metrics were not read"
        with raised_as(LogLookupError, what, "allow cloudwatch:GetMetricData to the role"):
            while True:
                page = self._clients("cloudwatch").get_metric_data(**asked)
                for result in page.get("MetricDataResults", []):
                    found = zip(result.get("Timestamps", []), result.get("Values", []), strict=True)
                    sums[result["Id"]].update({at: int(value) for at, value in found})
                if not page.get("NextToken"):
                    break
                asked["NextToken"] = page["NextToken"]
        return tuple(
            MinuteCounts(at_ms=at.timestamp() * 1000, calls=calls, errors=sums["errors"].get(at, 0))
            for at, calls in sorted(sums["calls"].items())
        )


def _query(name: str, metric: str, dimensions: list[dict[str, str]]) -> dict[str, Any]:
    stat = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": stat, "Period": PERIOD_S, "Stat": "Sum"}}
