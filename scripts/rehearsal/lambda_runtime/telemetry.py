"""Carries log events and metrics to MiniStack behind the calls' back: one thread, batches, nothing waits for it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from rehearsal.lambda_runtime.control import VersionSettings
from rehearsal.lambda_runtime.report import Ran

_BATCH_S = 0.2


class Telemetry:
    """A queue of what happened and the thread that writes it."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._waiting: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._groups: set[str] = set()
        self._streams: set[tuple[str, str]] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="telemetry", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, for a moment, and end."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def flush(self) -> None:
        """Return when everything so far has been written."""
        self._waiting.join()

    def throttled(self, function: str) -> None:
        """Note a throttle; throttled requests are in neither Invocations nor Errors."""
        self._waiting.put(("metrics", _metric("Throttles", 1, [("FunctionName", function)])))

    def served(
        self, ran: Ran, settings: VersionSettings, resource: str, stream: str, lines: tuple[str, ...], *, weighted: bool
    ) -> None:
        """Note one call."""
        now_ms = int(time.time() * 1000)
        self._waiting.put(("events", (f"/aws/lambda/{settings.function}", stream, now_ms, lines)))
        dimensions = [[("FunctionName", settings.function)]]
        if resource != settings.function:
            dimensions.append([("FunctionName", settings.function), ("Resource", resource)])
        if weighted:
            # ExecutedVersion comes only with calls through a weighted alias (Lambda, metrics).
            dimensions.append([*dimensions[-1], ("ExecutedVersion", ran.version)])
        values = {"Invocations": 1.0, "Errors": float(ran.status != "success"), "Duration": ran.duration_ms}
        for names in dimensions:
            for name, value in values.items():
                self._waiting.put(("metrics", _metric(name, value, names)))

    def _write_on(self) -> None:
        while not (self._stopping.is_set() and self._waiting.empty()):
            batch = self._next_batch()
            try:
                self._write(batch)
            except Exception:  # noqa: BLE001, S110 - telemetry that is lost must not end the cloud
                pass
            for _ in batch:
                self._waiting.task_done()

    def _next_batch(self) -> list[tuple[str, Any]]:
        try:
            batch = [self._waiting.get(timeout=_BATCH_S)]
        except queue.Empty:
            return []
        while len(batch) < 900:
            try:
                batch.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return batch

    def _write(self, batch: list[tuple[str, Any]]) -> None:
        metrics = [item for kind, item in batch if kind == "metrics"]
        if metrics:
            self._client("cloudwatch").put_metric_data(Namespace="AWS/Lambda", MetricData=metrics)
        by_stream: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for kind, item in batch:
            if kind == "events":
                group, stream, at_ms, lines = item
                events = by_stream.setdefault((group, stream), [])
                events += [{"timestamp": at_ms, "message": line} for line in lines if line]
        for (group, stream), events in by_stream.items():
            self._open(group, stream)
            self._client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def _open(self, group: str, stream: str) -> None:
        logs = self._client("logs")
        if group not in self._groups:
            try:
                logs.create_log_group(logGroupName=group)
            except logs.exceptions.ResourceAlreadyExistsException:
                pass
            self._groups.add(group)
        if (group, stream) not in self._streams:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
            self._streams.add((group, stream))


def _metric(name: str, value: float, dimensions: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Value": value,
        "Unit": "Milliseconds" if name == "Duration" else "Count",
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions],
    }
