"""Where a judgement goes once CodeDeploy knows its status: the log, metrics, and a bucket."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from warmgate.adapters.objects import Objects
from warmgate.model.deployment import Deployment, Status
from warmgate.model.verdict import Judgement, Unit, Unjudged
from warmgate.report.layout import CONTENT_TYPES, DOCUMENT, MARKDOWN, SAMPLES, report_key
from warmgate.visible import visible_line


def log_line(text: str) -> None:
    """Write one line to a function's log; what others wrote into it makes no second one."""
    sys.stdout.write(f"{visible_line(text)}\n")


class LogReport:
    """One structured line in the hook's log: verdict, reason, margins, spending."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def publish(self, judgement: Judgement, status: Status) -> None:
        """Write the line."""
        print(
            json.dumps(summary(judgement, status), separators=(",", ":")), file=self._stream or sys.stdout, flush=True
        )


class MetricsReport:
    """CloudWatch metrics in Embedded Metric Format: they leave with the log, so no call is made."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def publish(self, judgement: Judgement, status: Status) -> None:  # noqa: ARG002 - the port's shape
        """Write the metrics of a judgement, and under a check's own name the milliseconds it measured."""
        # Powertools costs 8 ms to import; it comes after the status has been reported.
        from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        metrics.add_dimension("Function", judgement.deployment.target.function)
        metrics.add_dimension("Outcome", judgement.verdict.outcome.value)
        metrics.add_metric("Verdicts", MetricUnit.Count, 1)
        metrics.add_metric("Invocations", MetricUnit.Count, judgement.spending.invocations)
        metrics.add_metric("Seconds", MetricUnit.Seconds, judgement.spending.seconds)
        metrics.add_metric("CostUsd", MetricUnit.NoUnit, judgement.spending.cost_usd)
        for finding in judgement.verdict.findings:
            if finding.unit is Unit.MS and finding.measured is not None:
                metrics.add_metric(finding.check, MetricUnit.Milliseconds, finding.measured)
        metrics.add_metadata("deployment", judgement.deployment.deployment_id)
        metrics.flush_metrics()
        if judgement.verdict.unjudged is Unjudged.SKIP:
            deployment = judgement.deployment
            count_alone(self._namespace, "Skipped", deployment.deployment_id, deployment.target.function)


def count_alone(namespace: str, metric: str, deployment_id: str, function: str) -> None:
    """Count one under a metric without the function as dimension, so that one alarm rings for all of them."""
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

    metrics = EphemeralMetrics(namespace=namespace, service="")
    metrics.add_metric(metric, MetricUnit.Count, 1)
    metrics.add_metadata("deployment", deployment_id)
    metrics.add_metadata("function", function)
    metrics.flush_metrics()


class MetricsReadingCounts:
    """What a guard's reading took, as metrics without the function as dimension: one alarm rings for all of them."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def count(self, deployment: Deployment, counts: dict[str, float]) -> None:
        """Write the metrics."""
        from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        for name, value in counts.items():
            metrics.add_metric(name, MetricUnit.Count, value)
        metrics.add_metadata("deployment", deployment.deployment_id)
        metrics.add_metadata("function", deployment.target.function)
        metrics.flush_metrics()


class BucketArchive:
    """Report, Markdown and samples as objects under the deployment's id, in a folder where one is named."""

    def __init__(
        self, clients: Callable[[str], Any], bucket: str, prefix: str = "", folder: str = "", account: str = ""
    ) -> None:
        self._objects = Objects(clients, bucket, account, "hook")
        self._prefix, self._folder = prefix, folder

    def publish(self, judgement: Judgement, status: Status) -> None:
        """Store the three objects; raises ReportError."""
        self._write(judgement, _files(judgement, status))

    def publish_missing(self, judgement: Judgement, status: Status) -> bool:
        """Store the objects where there is no `report.json`: S3 makes it only where there is none."""
        files = _files(judgement, status)
        if not self._objects.write_missing(
            self._key(judgement, DOCUMENT), files.pop(DOCUMENT), CONTENT_TYPES[DOCUMENT]
        ):
            return False
        self._write(judgement, files)
        return True

    def _write(self, judgement: Judgement, files: dict[str, str]) -> None:
        for name, text in files.items():
            self._objects.write(self._key(judgement, name), text, CONTENT_TYPES[name])

    def _key(self, judgement: Judgement, name: str) -> str:
        return report_key(self._prefix, judgement.deployment.deployment_id, name, self._folder)


def _files(judgement: Judgement, status: Status) -> dict[str, str]:
    from warmgate.report.json_report import render_json
    from warmgate.report.markdown import render_markdown
    from warmgate.report.samples import render_samples

    return {
        DOCUMENT: render_json(judgement, status),
        MARKDOWN: render_markdown(judgement, status),
        SAMPLES: render_samples(judgement),
    }


def summary(judgement: Judgement, status: Status) -> dict[str, Any]:
    """Return what the log line of a judgement holds."""
    return {
        "warmgate": "verdict",
        "deployment": judgement.deployment.deployment_id,
        "event": judgement.deployment.lifecycle_event,
        "function": judgement.deployment.target.function,
        "alias": judgement.deployment.target.alias,
        "baseline": judgement.deployment.baseline,
        "candidate": judgement.deployment.candidate,
        "policy": judgement.policy_name,
        "outcome": judgement.verdict.outcome,
        "status": status,
        "reason": judgement.verdict.reason,
        "margins": {f.check: round(f.margin, 4) for f in judgement.verdict.findings if f.margin is not None},
        "unjudged": judgement.verdict.unjudged,
        "warnings": judgement.verdict.warnings,
        "notes": judgement.notes,
        "invocations": judgement.spending.invocations,
        "seconds": round(judgement.spending.seconds, 3),
        "cost_usd": round(judgement.spending.cost_usd, 8),
        "at_unix_s": round(time.time(), 3),
    }
