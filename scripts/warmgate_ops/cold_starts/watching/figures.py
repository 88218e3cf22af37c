"""Metrics of days in Embedded Metric Format: they leave with the log, so no call is made."""

from __future__ import annotations

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from warmgate_ops.cold_starts.watching.day import Day


class EmbeddedFigures:
    """Metrics of a namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def of_day(self, day: Day, p95_ms: float | None) -> None:
        """Write one function's: all of them by function, cold starts by cause too."""
        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        metrics.add_dimension("Function", day.function)
        metrics.add_metric("ColdStarts", MetricUnit.Count, day.cold)
        metrics.add_metric("ColdStartsOverExpected", MetricUnit.Count, day.over)
        metrics.add_metric("InitSeconds", MetricUnit.Seconds, day.init_s)
        metrics.add_metric("InitUsd", MetricUnit.NoUnit, day.usd)
        if p95_ms is not None:
            metrics.add_metric("InitP95", MetricUnit.Milliseconds, p95_ms)
        metrics.add_metadata("date", day.date)
        metrics.flush_metrics()
        for cause, count in day.causes.items():
            by_cause = EphemeralMetrics(namespace=self._namespace, service="")
            by_cause.add_dimension("Function", day.function)
            by_cause.add_dimension("Cause", cause)
            by_cause.add_metric("ColdStartsByCause", MetricUnit.Count, count)
            by_cause.flush_metrics()

    def over_expected(self, functions: int) -> None:
        """Write how many functions' init p95 is over its expected value: an alarm needs one metric for all."""
        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        metrics.add_metric("FunctionsOverExpectedInit", MetricUnit.Count, functions)
        metrics.flush_metrics()
