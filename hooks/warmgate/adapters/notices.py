"""The ways to notify people of a release: a topic, the event bus, the log and metrics."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TextIO

from warmgate.adapters.port_errors import raised_as
from warmgate.adapters.reports import count_alone
from warmgate.errors import NoticeError
from warmgate.model.release import Notice
from warmgate.model.verdict import Unjudged
from warmgate.report.notice import BAKING


class TopicNotices:
    """An SNS message: subject and text."""

    name = "topic"
    essential = True

    def __init__(self, clients: Callable[[str], Any], topic_arn: str) -> None:
        self._clients = clients
        self._topic_arn = topic_arn

    def send(self, notice: Notice) -> None:
        """Publish the message; its attribute `release` can be filtered by."""
        hint = "check WARMGATE_TOPIC_ARN, and allow sns:Publish on it to the controller's role"
        with raised_as(NoticeError, f"{self._topic_arn} did not take the message", hint):
            self._clients("sns").publish(
                TopicArn=self._topic_arn,
                Subject=notice.subject,
                Message=notice.text,
                MessageAttributes={"release": {"DataType": "String", "StringValue": notice.outcome.value}},
            )


class BusNotices:
    """An EventBridge event `warmgate.verdict`."""

    name = "bus"
    essential = True

    def __init__(self, clients: Callable[[str], Any], bus: str) -> None:
        self._clients = clients
        self._bus = bus

    def send(self, notice: Notice) -> None:
        """Put the event; an entry that the bus refuses is an error."""
        from warmgate.report.notice import EVENT_SOURCE, EVENT_TYPE

        entry = {
            "Source": EVENT_SOURCE,
            "DetailType": EVENT_TYPE,
            "Detail": json.dumps(notice.detail, allow_nan=False),
            "EventBusName": self._bus,
        }
        what = f"event bus {self._bus} did not take the event"
        hint = "check WARMGATE_EVENT_BUS, and allow events:PutEvents on it to the controller's role"
        with raised_as(NoticeError, what, hint):
            answer = self._clients("events").put_events(Entries=[entry])
        if answer.get("FailedEntryCount"):
            refused = answer["Entries"][0]
            raise NoticeError(f"{what}: {refused.get('ErrorCode')}: {refused.get('ErrorMessage')}", hint=hint)


class LogNotices:
    """One structured line in the controller's log."""

    name = "log"
    essential = True

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, notice: Notice) -> None:
        """Write the line."""
        line = json.dumps({"warmgate": "release", **notice.detail}, separators=(",", ":"), allow_nan=False)
        print(line, file=self._stream or sys.stdout, flush=True)


class MetricsNotices:
    """CloudWatch metrics in Embedded Metric Format: they leave with the log, so no call is made."""

    name = "metrics"
    essential = True

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def send(self, notice: Notice) -> None:
        """Write the metrics of a release; one that still bakes is counted when that has ended."""
        if notice.detail.get("bake") == BAKING:
            return
        from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

        metrics = EphemeralMetrics(namespace=self._namespace, service="")
        metrics.add_dimension("Function", notice.function)
        metrics.add_dimension("Release", notice.outcome.value)
        metrics.add_metric("Releases", MetricUnit.Count, 1)
        if notice.seconds_to_rollback is not None:
            metrics.add_metric("SecondsToRollback", MetricUnit.Seconds, notice.seconds_to_rollback)
        metrics.add_metadata("deployment", notice.deployment_id)
        metrics.flush_metrics()
        if notice.unjudged == Unjudged.NO_HOOKS:
            count_alone(self._namespace, "ReleasedWithoutGate", notice.deployment_id, notice.function)
